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

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from sandbox import clock, defaults
from sandbox.actors import ALL_SCOPES
from sandbox.world import SETTINGS, digest

if TYPE_CHECKING:
    from sandbox.records import Record
    from sandbox.world import World

Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?(\[bot\])?$")]
Permission = Literal["pull", "triage", "push", "maintain", "admin"]


class SeedError(ValueError):
    """A seed that cannot be used: the message names every mistake and its place."""


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


class Organization(_Model):
    """An organization."""

    login: Login
    plan: Literal["free", "team", "enterprise"] = "free"
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


def _allowed(location: tuple[int | str, ...]) -> str:
    """Return what may stand beside an unknown field."""
    kinds: dict[str, type[BaseModel]] = {
        "users": User,
        "teams": Team,
        "repositories": Repository,
        "organizations": Organization,
        "tokens": Token,
        "apps": GitHubApp,
    }
    model: type[BaseModel] = Seed
    for part in location[:-1]:
        model = kinds.get(str(part), model)
    return ", ".join(model.model_fields)


def _mistakes(error: ValidationError) -> list[tuple[tuple[int | str, ...], str]]:
    found = []
    for each in error.errors():
        place = each["loc"]
        message = each["msg"]
        if each["type"] == "extra_forbidden":
            message = f"no such field; allowed: {_allowed(place)}"
        found.append((place, f"{message} (got {each['input']!r})"[:500]))
    return found


def parse(data: object) -> Seed:
    """Check a seed that came as JSON.

    Raises:
        SeedError: It has mistakes; all are named.
    """
    try:
        return Seed.model_validate(data)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, place))}: {text}" for place, text in _mistakes(error)]
        raise SeedError("the seed has mistakes:\n  " + "\n  ".join(lines)) from None


def load(path: Path) -> Seed:
    """Read a seed file.

    Raises:
        SeedError: It cannot be read, is no YAML, or has mistakes; each with its line.
    """
    try:
        data = YAML(typ="rt").load(path)
    except OSError as error:
        raise SeedError(f"{path}: cannot be read: {error.strerror}") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 1
        raise SeedError(f"{path}:{line}: not YAML: {error.problem}") from None
    if data is None:
        raise SeedError(f"{path}:1: empty; a seed has: {', '.join(Seed.model_fields)}")
    try:
        seed = Seed.model_validate(_plain(data))
    except ValidationError as error:
        lines = [
            f"{path}:{_line(data, place)}: {'.'.join(map(str, place))}: {text}"
            for place, text in _mistakes(error)
        ]
        raise SeedError("\n".join(lines)) from None
    if seed.world is None:
        raise SeedError(f"{path}:1: world: a seed file has to name its world")
    for index, token in enumerate(seed.tokens or []):
        if (token.env is None) == (token.file is None):
            raise SeedError(
                f"{path}:{_line(data, ('tokens', index))}: tokens.{index}: give either env (the "
                "name of a variable that holds the token) or file (where to write a new one)"
            )
    return seed


def _plain(data: Any) -> Any:  # noqa: ANN401 - any YAML
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    if hasattr(data, "isoformat"):
        text = str(data.isoformat())
        return text if "+" in text or text.endswith("Z") else f"{text}Z"
    if isinstance(data, str):
        return str(data)
    return data


def _line(data: Any, place: tuple[int | str, ...]) -> int:  # noqa: ANN401 - any YAML
    line = 1
    for part in place:
        try:
            where = data.lc.key if hasattr(data, "keys") else data.lc.item
            line = where(part)[0] + 1
            data = data[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line


def apply(world: World, seed: Seed, folder: Path | None = None) -> dict[str, str]:
    """Bring what a seed names into a world; what is there already stays.

    Args:
        world: The world.
        seed: The seed.
        folder: What relative paths in the seed are relative to.

    Returns:
        The tokens that were made: login to token; those that went to a file or came from the
        environment are not among them.

    Raises:
        SeedError: Something that the seed names is not there.
    """
    if seed.clock is not None:
        world.clock.set(clock.parse(seed.clock), stopped=False)
    set_settings(world, seed.settings)
    for user in seed.users:
        if isinstance(user, str):
            _user(world, user)
        else:
            _user(world, user.login, **user.model_dump(exclude={"login"}))
    for org in seed.organizations:
        _organization(world, org)
    wanted = seed.tokens
    if wanted is None:
        wanted = [Token(login=org.owners[0]) for org in seed.organizations]
    for app in seed.apps:
        _app(world, app, folder or Path())
    made = {}
    for token in wanted:
        holder, value = _token(world, token, folder or Path())
        if token.env is None and token.file is None:
            made[holder] = value
    return made


def set_settings(world: World, settings: dict[str, Any]) -> None:
    """Turn a world's switches.

    Raises:
        SeedError: There is no such switch, or it has another type.
    """
    for name, value in settings.items():
        if name not in SETTINGS or not isinstance(value, type(SETTINGS[name])):
            allowed = ", ".join(f"{key} ({type(item).__name__})" for key, item in SETTINGS.items())
            raise SeedError(f"settings.{name}: {value!r} is not allowed; there are: {allowed}")
        world.settings[name] = value


def new_token(
    world: World,
    user: Record,
    scopes: list[str],
    value: str | None = None,
    installation: Record | None = None,
) -> str:
    """Give a user, or an App's installation, a token and return it; only its hash is kept."""
    token = value or f"sandbox_{secrets.token_hex(20)}"
    if world.find("token", digest(token)) is None:
        more: dict[str, Any] = {"scopes": scopes}
        if installation is not None:
            app = world.get("app", installation["app"])
            more = {"installation": installation.id, "permissions": app and app["permissions"]}
        world.add("token", 0, digest(token), user=user.id, **more)
    return token


def _user(world: World, login: str, **data: Any) -> Record:  # noqa: ANN401 - JSON fields
    found = world.find("user", login)
    if found is None:
        return world.add("user", 0, login, **data)
    return world.change(found, **data) if data else found


def _organization(world: World, seed: Organization) -> None:
    org = world.find("organization", seed.login)
    unknown = seed.settings.keys() - defaults.ORGANIZATION.keys()
    if unknown:
        raise SeedError(
            f"organizations.{seed.login}.settings: no such field: {', '.join(sorted(unknown))}; "
            f"allowed: {', '.join(defaults.ORGANIZATION)}"
        )
    if org is None:
        org = defaults.add_organization(world, seed.login, plan=seed.plan, **seed.settings)
    elif "plan" in seed.model_fields_set:
        world.change(org, plan=seed.plan)
    for login, role in [
        *((login, "admin") for login in seed.owners),
        *((login, "member") for login in seed.members),
    ]:
        _member(world, org, login, role)
    for slug, team in seed.teams.items():
        _team(world, org, slug, team, seed.teams)
    for name, repository in seed.repositories.items():
        _repository(world, org, name, repository, seed.owners[0])


def _member(world: World, org: Record, login: str, role: str) -> Record:
    user = _user(world, login)
    if world.find("member", str(user.id), org.id) is None:
        world.add("member", org.id, str(user.id), role=role, state="active")
    return user


def _team(world: World, org: Record, slug: str, seed: Team, others: dict[str, Team]) -> Record:
    found = world.find("team", slug, org.id)
    if found is not None:
        return found
    parent = None
    if seed.parent is not None:
        if seed.parent not in others:
            raise SeedError(f"organizations.{org.name}.teams.{slug}.parent: no team {seed.parent}")
        parent = _team(world, org, seed.parent, others[seed.parent], others).id
    team = world.add(
        "team",
        org.id,
        slug,
        name=seed.name or slug,
        description=seed.description,
        privacy=seed.privacy,
        notification_setting="notifications_enabled",
        parent_team=parent,
    )
    for login, role in [
        *((login, "maintainer") for login in seed.maintainers),
        *((login, "member") for login in seed.members),
    ]:
        user = _member(world, org, login, "member")
        if world.find("team_member", str(user.id), team.id) is None:
            world.add("team_member", team.id, str(user.id), role=role)
    return team


def _repository(world: World, org: Record, name: str, seed: Repository, owner: str) -> None:
    if world.find("repository", name, org.id) is not None:
        return
    repository = defaults.add_repository(
        world,
        org,
        name,
        visibility=seed.visibility,
        **{"default_branch": seed.default_branch, **seed.settings},
    )
    if seed.files:
        files = {path: text.encode() for path, text in seed.files.items()}
        defaults.first_commit(world, repository, _user(world, owner), files)
    for slug, permission in seed.teams.items():
        team = world.find("team", slug, org.id)
        if team is None:
            raise SeedError(f"organizations.{org.name}.repositories.{name}.teams: no team {slug}")
        world.add("team_repository", team.id, str(repository.id), permission=permission)
    for login, permission in seed.collaborators.items():
        user = _user(world, login)
        world.add("collaborator", repository.id, str(user.id), permission=permission)


def _holder(world: World, seed: Token) -> tuple[Record, Record | None]:
    """Return the account of a token, and the installation if it is an App's."""
    if (seed.login is None) == (seed.app is None):
        raise SeedError("tokens: each is of a login or of an app")
    if seed.app is None:
        user = world.find("user", str(seed.login))
        if user is None:
            raise SeedError(f"tokens: there is no user {seed.login!r}")
        return user, None
    app = world.find("app", seed.app)
    bot = None if app is None else world.get("user", app["bot"])
    if app is None or bot is None:
        raise SeedError(f"tokens: there is no app {seed.app!r}")
    for org in world.all("organization"):
        installation = world.find("installation", str(app.id), org.id)
        if installation is not None:
            return bot, installation
    raise SeedError(f"tokens: the app {seed.app!r} is installed nowhere")


def _token(world: World, seed: Token, folder: Path) -> tuple[str, str]:
    """Give somebody a token; return whose it is, and the token."""
    user, installation = _holder(world, seed)

    def give(value: str | None = None) -> tuple[str, str]:
        return user.name, new_token(world, user, seed.scopes, value, installation)

    if seed.env is not None:
        value = os.environ.get(seed.env, "")
        if not value:
            raise SeedError(f"tokens: the environment variable {seed.env} is not set")
        return give(value)
    if seed.file is None:
        return give()
    path = folder / seed.file
    if path.exists():
        return give(path.read_text(encoding="utf-8").strip())
    name, token = give()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{token}\n")
    return name, token


def _app(world: World, seed: GitHubApp, folder: Path) -> None:
    key = seed.public_key
    if key is None and seed.public_key_file is not None:
        try:
            key = (folder / seed.public_key_file).read_text(encoding="utf-8")
        except OSError as error:
            raise SeedError(f"apps.{seed.slug}.public_key_file: {error.strerror}") from None
    if key is None or "PUBLIC KEY" not in key:
        raise SeedError(f"apps.{seed.slug}: give the PEM of its public key")
    if world.find("app", seed.slug) is not None:
        return
    bot = _user(world, f"{seed.slug}[bot]", type="Bot")
    app = world.add(
        "app",
        0,
        seed.slug,
        public_key=key,
        bot=bot.id,
        app_id=seed.app_id,
        permissions=seed.permissions,
    )
    for login in seed.organizations:
        org = world.find("organization", login)
        if org is None:
            raise SeedError(f"apps.{seed.slug}.organizations: no organization {login!r}")
        world.add("installation", org.id, str(app.id), app=app.id)
