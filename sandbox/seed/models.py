r"""What a world begins with: people, organizations, tokens, Apps.

A seed is YAML in a file (`--seed`), or the same structure as JSON at the control interface:

```yaml
world: acme                    # only in a file: the world's name
clock: 2026-01-01T00:00:00Z    # optional: where the clock starts, running
settings: {etags: false}       # optional: the world's switches
users:                         # people; those named anywhere else need not be listed
  - login: ana
    name: Ana
    email: ana@example.com
organizations:
  - login: acme
    plan: team                 # free, team, enterprise
    licenses: []               # paid additions: secret-protection, code-security
    owners: [ana]
    members: [ben]
    settings: {billing_email: billing@example.com}   # fields of PATCH /orgs/{org}
    teams:
      release: {members: [ben], maintainers: [ana], privacy: closed, parent: null}
    repositories:
      widget:
        visibility: private
        settings: {has_wiki: false}                  # fields of PATCH /repos/{owner}/{repo}
        files: {README.md: "# widget\n"}            # first commit, on the default branch
        teams: {release: push}
        collaborators: {zoe: pull}
        immutable_subject: false                     # OIDC subjects without ids, as of old
tokens:                        # where each token comes from or goes to: never the token itself
  - {login: ana, env: SANDBOX_TOKEN}        # the value of an environment variable
  - {login: ben, file: ben.token}           # made, and written to a file only you can read
    scopes: [repo]
  - {app: portal, env: APP_TOKEN}           # of the App's first installation; it never expires
apps:
  - {slug: portal, app_id: 7, public_key_file: portal.pem, organizations: [acme]}
    # permissions: {contents: write, ...}   # none: all
```

At the control interface tokens are made and returned; `public_key` holds the PEM itself.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.access.actors import ALL_SCOPES

Login = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?(?:_[A-Za-z0-9]{1,37})?(\[bot\])?$"
    ),
]
"""A login; the underscore and short code at its end make it a managed user's."""
Permission = Literal["pull", "triage", "push", "maintain", "admin"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class User(_Model):
    """A person, or a bot."""

    login: Login
    name: str | None = None
    email: str | None = None
    type: Literal["User", "Bot"] = "User"
    site_admin: bool = False
    two_factor_disabled: bool = False


class Team(_Model):
    """A team."""

    name: str | None = None
    description: str | None = None
    privacy: Literal["secret", "closed"] = "closed"
    members: list[Login] = []
    maintainers: list[Login] = []
    parent: str | None = None


class Repository(_Model):
    """A repository."""

    visibility: Literal["public", "private", "internal"] = "public"
    default_branch: str = "main"
    settings: dict[str, Any] = {}
    files: dict[str, str] = {}
    teams: dict[str, Permission] = {}
    collaborators: dict[Login, Permission] = {}
    immutable_subject: bool | None = None
    """Whether the subjects of its OIDC tokens have ids; None: as GitHub decides by its age."""


class Organization(_Model):
    """An organization."""

    login: Login
    plan: Literal["free", "team", "enterprise"] = "free"
    licenses: list[Literal["secret-protection", "code-security"]] = []
    owners: list[Login] = Field(min_length=1)
    members: list[Login] = []
    settings: dict[str, Any] = {}
    teams: dict[str, Team] = {}
    repositories: dict[str, Repository] = {}


class Token(_Model):
    """A token of a person, or of an App's first installation, by where it comes from or goes to."""

    login: Login | None = None
    app: str | None = None
    scopes: list[str] = list(ALL_SCOPES)
    env: str | None = None
    file: str | None = None


class GitHubApp(_Model):
    """A GitHub App and where it is installed."""

    slug: str
    app_id: int | None = None
    public_key: str | None = None
    public_key_file: str | None = None
    permissions: dict[str, Literal["read", "write", "admin"]] | None = None
    organizations: list[Login] = []


class Seed(_Model):
    """A whole seed; see the module."""

    world: str | None = None
    clock: str | None = None
    settings: dict[str, Any] = {}
    users: list[User | Login] = []
    organizations: list[Organization] = []
    tokens: list[Token] | None = None
    apps: list[GitHubApp] = []
