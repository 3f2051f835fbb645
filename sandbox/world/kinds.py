"""Kinds of records whose data is typed: which fields a record of each has.

A room takes part by a TypedDict and a `Kind` here, by `world.make(KIND, parent, name, {...})`, and
by reading `record.data["field"]`: mypy then refuses a field that is not there.
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


DEPLOYMENT_POLICY: Kind[DeploymentPolicy] = Kind("deployment_policy")
ENVIRONMENT: Kind[Environment] = Kind("environment")
SECRETS: dict[str, Kind[Secret]] = {
    store: Kind(f"{store}_secret") for store in ("actions", "codespaces", "dependabot")
}
"""The kind of each store's secrets."""
TEAM: Kind[Team] = Kind("team")
TEAM_MEMBER: Kind[TeamMember] = Kind("team_member")
VARIABLE: Kind[Variable] = Kind("variable")
