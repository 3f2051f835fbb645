"""Who can do what in a repository, and where each permission comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.access.permissions import base_level, level, owner
from sandbox.world.kinds.accounts import ORGANIZATION, USER, Organization, User
from sandbox.world.kinds.people import (
    COLLABORATOR,
    MEMBER,
    TEAM,
    TEAM_MEMBER,
    TEAM_REPOSITORY,
    Team,
)
from sandbox.world.records import is_a

if TYPE_CHECKING:
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import AnyRecord, Record
    from sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class Source:
    """One reason for a permission.

    Attributes:
        role: The role as it was granted: `push`, `maintain` or a custom role.
        level: What it amounts to, one of `LEVELS`.
        granter: The organization, the team or the repository that grants it.
    """

    role: str
    level: str
    granter: AnyRecord


@dataclass(frozen=True, slots=True)
class Collaborator:
    """A person who can do something in a repository.

    Attributes:
        user: The person.
        sources: Where the permission comes from.
        direct: Whether the person owns the repository, or was added to it.
        member: Whether the person is a member of its organization.
    """

    user: Record[User]
    sources: list[Source]
    direct: bool
    member: bool

    @property
    def permission(self) -> str:
        """The highest permission of all sources, one of `LEVELS`."""
        return max((each.level for each in self.sources), key=level, default="none")


@dataclass(slots=True)
class Teams:
    """The teams of an organization: who is in them, and what they may do.

    It is made once for many repositories: to ask each team about each repository and person takes
    as long as all of them multiplied.

    Attributes:
        people: Ids of a team's members, those of its child teams included, by the team's id.
        grants: Teams with the role that they were granted, by the repository's id.
    """

    people: dict[int, list[int]] = field(default_factory=dict)
    grants: dict[int, list[tuple[Record[Team], str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World, org_id: int) -> Teams:
        """Read the teams of an organization."""
        teams = world.all(TEAM, org_id)
        children: dict[int | None, list[int]] = {}
        for team in teams:
            children.setdefault(team.data["parent_team"], []).append(team.id)
        found = cls()
        for team in teams:
            inside = [team.id]
            for each in inside:  # grows as it goes
                inside += children.get(each, [])
            members = (int(each.name) for one in inside for each in world.all(TEAM_MEMBER, one))
            found.people[team.id] = list(dict.fromkeys(members))
            for grant in world.all(TEAM_REPOSITORY, team.id):
                granted = (team, grant.data["permission"])
                found.grants.setdefault(int(grant.name), []).append(granted)
        return found


def collaborators(
    world: World, repository: Record[Repository], teams: Teams | None = None
) -> list[Collaborator]:
    """Return everybody who can do something in a repository, oldest accounts first.

    Being able to read what is public makes nobody a collaborator, but members of its organization.

    Args:
        world: The world.
        repository: The repository.
        teams: The teams of its organization, if they are already read.
    """
    account = owner(world, repository)
    found: dict[int, list[Source]] = {}
    members: set[int] = set()
    if is_a(account, ORGANIZATION):
        members = {int(each.name) for each in world.all(MEMBER, account.id)}
        _by_membership(world, repository, account, found)
        teams = Teams.of(world, account.id) if teams is None else teams
        for team, role in teams.grants.get(repository.id, []):
            source = Source(role, base_level(world, repository, role), team)
            for person in teams.people[team.id]:
                found.setdefault(person, []).append(source)
    else:
        found[account.id] = [Source("admin", "admin", repository)]
    added = world.all(COLLABORATOR, repository.id)
    for each in added:
        role = each.data["permission"]
        source = Source(role, base_level(world, repository, role), repository)
        found.setdefault(int(each.name), []).append(source)
    direct = {account.id, *(int(each.name) for each in added)}
    people = [
        Collaborator(user, found[person], person in direct, person in members)
        for person in sorted(found)
        if (user := world.get(USER, person)) is not None
    ]
    # a custom role that was deleted permits nothing
    return [each for each in people if level(each.permission)]


def _by_membership(
    world: World,
    repository: Record[Repository],
    org: Record[Organization],
    found: dict[int, list[Source]],
) -> None:
    """Add what owners and members of an organization have without a grant."""
    owned = Source("admin", "admin", org)
    base = org.data["default_repository_permission"]
    if base == "none" and repository.data["visibility"] in ("public", "internal"):
        base = "read"
    given = None if base == "none" else Source(base, base, org)
    for member in world.all(MEMBER, org.id):
        source = owned if member.data["role"] == "admin" else given
        if source is not None:
            found[int(member.name)] = [source]
