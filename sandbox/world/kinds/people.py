"""Who belongs to an organization, its teams and roles, and what they may do."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from sandbox.world.records import Kind


class Team(TypedDict):
    """A team of an organization. The record's name is the slug."""

    name: str
    description: str | None
    privacy: str
    notification_setting: str
    parent_team: int | None
    """The id of the team that it is nested in."""
    review_assignment: NotRequired[dict[str, Any]]


class TeamMember(TypedDict):
    """A user in a team. The record's name is the user's id."""

    role: str
    """`member` or `maintainer`."""


class Member(TypedDict):
    """A member of an organization. The record's name is the user's id."""

    role: str
    """`admin` or `member`."""


class OrganizationInvitation(Member):
    """An invitation to an organization. The record's name is the user's id."""

    inviter: int
    teams: dict[str, str]
    """Ids of teams that the invitation leads into, with the role there."""


class Permission(TypedDict):
    """What a collaborator, or a team, may do in a repository.

    A collaborator's record is named by the user's id, a team's by the repository's.
    """

    permission: str


class Invitation(Permission):
    """An invitation to a repository. The record's name is the user's id."""

    inviter: int


class RepositoryRole(TypedDict):
    """A custom repository role of an organization."""

    description: str | None
    base_role: str
    permissions: list[str]


class OrganizationRole(TypedDict):
    """A role in an organization, predefined or custom."""

    description: str | None
    base_role: str | None
    permissions: list[str]
    source: str
    """`Predefined` or `Organization`."""


class RoleAssignment(TypedDict):
    """A team or user that has an organization role. The record's name is their id."""


COLLABORATOR: Kind[Permission] = Kind("collaborator")
INVITATION: Kind[Invitation] = Kind("invitation")
MEMBER: Kind[Member] = Kind("member")
ORG_INVITATION: Kind[OrganizationInvitation] = Kind("org_invitation")
ORG_ROLE: Kind[OrganizationRole] = Kind("org_role")
REPOSITORY_ROLE: Kind[RepositoryRole] = Kind("repository_role")
ROLE_TEAM: Kind[RoleAssignment] = Kind("role_team")
ROLE_USER: Kind[RoleAssignment] = Kind("role_user")
TEAM: Kind[Team] = Kind("team")
TEAM_MEMBER: Kind[TeamMember] = Kind("team_member")
TEAM_REPOSITORY: Kind[Permission] = Kind("team_repository")
