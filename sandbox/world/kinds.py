"""Kinds of records whose data is typed: which fields a record of each has.

To type another kind, add a TypedDict and a `Kind` here, make its records by
`world.make(KIND, parent, name, {...})`, and read them by `record.data["field"]`: mypy then refuses
a field that is not there.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from sandbox.world.records import Kind


class Team(TypedDict):
    """A team of an organization. Its record's name is the slug."""

    name: str
    description: str | None
    privacy: str
    notification_setting: str
    parent_team: int | None
    """The id of the team that it is nested in."""
    review_assignment: NotRequired[dict[str, Any]]


class TeamMember(TypedDict):
    """A user in a team. Its record's name is the user's id."""

    role: str
    """`member` or `maintainer`."""


class Shared(TypedDict):
    """What an organization's secrets and variables have: which repositories see them."""

    visibility: NotRequired[str]
    selected_repository_ids: NotRequired[list[int]]


class Secret(Shared):
    """A secret: sealed, as the client sent it."""

    encrypted_value: str
    key_id: str


class Variable(Shared):
    """A variable of Actions."""

    value: str


class DeploymentPolicy(TypedDict):
    """A pattern of refs that an environment admits. Its record's name is `TYPE:PATTERN`."""

    type: str
    """`branch` or `tag`."""


class Environment(TypedDict):
    """An environment of a repository, with its protection."""

    wait_timer: int
    reviewers: list[dict[str, Any]]
    """Each has `type` (`User` or `Team`) and `id`."""
    prevent_self_review: bool
    can_admins_bypass: bool
    deployment_branch_policy: dict[str, bool] | None


class Permission(TypedDict):
    """What a collaborator, or a team, may do in a repository.

    A collaborator's record is named by the user's id, a team's by the repository's.
    """

    permission: str


class Invitation(Permission):
    """An invitation to a repository. Its record's name is the user's id."""

    inviter: int


class Member(TypedDict):
    """A member of an organization. Its record's name is the user's id."""

    role: str
    """`admin` or `member`."""


class OrganizationInvitation(Member):
    """An invitation to an organization. Its record's name is the user's id."""

    inviter: int
    teams: dict[str, str]
    """Ids of teams that the invitation leads into, with the role there."""


class Redirect(TypedDict):
    """A former name of a repository. Its record's name is `OWNER_ID/NAME`."""

    repository: int


class Installation(TypedDict):
    """An App in an organization. Its record's name is the App's id."""

    app: int


class Ref(TypedDict):
    """A branch or tag. Its record's name is the full ref."""

    sha: str
    pusher: int | None
    tag_object: str | None


class Release(TypedDict):
    """A release of a repository."""

    tag: str
    target: str
    title: str | None
    body: str | None
    draft: bool
    prerelease: bool
    author: int
    published_at: str | None


class ReleaseAsset(TypedDict):
    """A file of a release."""

    label: str | None
    content_type: str
    size: int
    digest: str
    content: str
    """In Base64."""
    uploader: int
    downloads: int


class DeployKey(TypedDict):
    """A deploy key of a repository."""

    key: str
    title: str
    read_only: bool
    added_by: str


class SigningKey(TypedDict):
    """A user's SSH key for signatures."""

    key: str
    title: str


class Deployment(TypedDict):
    """A deployment of a repository, made by a client or by a run."""

    environment: str
    ref: str
    sha: str
    task: str
    description: str | None
    payload: Any
    creator: int
    run: int | None
    state: str
    forced: bool


class DeploymentStatus(TypedDict):
    """One status of a deployment."""

    state: str
    description: str
    creator: int


class RuleSuite(TypedDict):
    """What the rulesets said of one push."""

    actor: int
    before: str
    after: str
    ref: str
    result: str
    evaluation_result: str | None
    evaluations: list[dict[str, Any]]


COLLABORATOR: Kind[Permission] = Kind("collaborator")
DEPLOYMENT: Kind[Deployment] = Kind("deployment")
DEPLOYMENT_POLICY: Kind[DeploymentPolicy] = Kind("deployment_policy")
DEPLOYMENT_STATUS: Kind[DeploymentStatus] = Kind("deployment_status")
DEPLOY_KEY: Kind[DeployKey] = Kind("deploy_key")
ENVIRONMENT: Kind[Environment] = Kind("environment")
INSTALLATION: Kind[Installation] = Kind("installation")
INVITATION: Kind[Invitation] = Kind("invitation")
MEMBER: Kind[Member] = Kind("member")
ORG_INVITATION: Kind[OrganizationInvitation] = Kind("org_invitation")
REDIRECT: Kind[Redirect] = Kind("redirect")
REF: Kind[Ref] = Kind("ref")
RELEASE: Kind[Release] = Kind("release")
RELEASE_ASSET: Kind[ReleaseAsset] = Kind("release_asset")
RULE_SUITE: Kind[RuleSuite] = Kind("rule_suite")
SIGNING_KEY: Kind[SigningKey] = Kind("ssh_signing_key")
TEAM_REPOSITORY: Kind[Permission] = Kind("team_repository")
SECRETS: dict[str, Kind[Secret]] = {
    store: Kind(f"{store}_secret") for store in ("actions", "codespaces", "dependabot")
}
"""The kind of each store's secrets."""
TEAM: Kind[Team] = Kind("team")
TEAM_MEMBER: Kind[TeamMember] = Kind("team_member")
VARIABLE: Kind[Variable] = Kind("variable")
