"""Who may push, pass protections and approve releases, as far as a stack declares people.

A team is resolved to its members and those of the teams nested in it. A team whose members the
stack does not declare is still known by itself: it is the same team wherever it is named.
Source: https://docs.github.com/organizations/organizing-members-into-teams/about-teams
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh

LOGIN, USER_ID, TEAM = "login", "user id", "team"
"""How an actor is known: a person by login or by numeric id, a team by URN, or by what names it."""

_OWNER = "admin"
_NO_SLUG = re.compile(r"[^a-z0-9_]+")
"""What GitHub replaces in a team's name to make its slug."""
_ROLES = {
    gh.WRITE_ROLE: ("push", "maintain", "admin"),
    gh.MAINTAIN_ROLE: ("maintain", "admin"),
    gh.ADMIN_ROLE: ("admin",),
}
"""The permissions that give a repository role or more, by the role's id in a ruleset."""

_KINDS = {
    "User": "a person",
    "OrganizationAdmin": "owners",
    "Integration": "an App",
    "DeployKey": "deploy keys",
}
"""What a ruleset's kinds of actors are called in messages."""

_WEAK = ("pull", "triage")
"""The permissions without which nobody pushes."""

_BASE = {"write": "push", "admin": "admin"}
"""The permission that the organization's base permission gives to every member."""


@dataclass(frozen=True, slots=True)
class People:
    """A group of people.

    Attributes:
        known: who is in it: kind and name.
        unseen: it may hold more people, whom the stack does not show.
        preview: that is because a value is not known at preview.
    """

    known: frozenset[tuple[str, str]] = frozenset()
    unseen: bool = False
    preview: bool = False

    def __or__(self, other: "People") -> "People":
        """Return the people of both groups."""
        return People(
            self.known | other.known, self.unseen or other.unseen, self.preview or other.preview
        )

    @property
    def by_id(self) -> bool:
        """Say whether somebody is known by a number only."""
        return any(kind == USER_ID for kind, _ in self.known)


_NOBODY = People()
_UNSEEN = People(unseen=True)
_UNKNOWN = People(unseen=True, preview=True)


def union(groups: Iterable[People]) -> People:
    """Return the people of all groups."""
    found = _NOBODY
    for group in groups:
        found |= group
    return found


def shared(groups: Iterable[People]) -> frozenset[tuple[str, str]]:
    """Return who is surely in each of the groups."""
    first, *others = (group.known for group in groups)
    return first.intersection(*others)


def approvers(stack: Stack, environment: Resource) -> People:
    """Return who may approve a run that waits at an environment."""
    blocks = environment.facts.blocks("reviewers")
    if blocks is UNKNOWN:
        return _UNKNOWN
    teams = [entry for block in blocks for entry in _entries(block, "teams")]
    users = [entry for block in blocks for entry in _entries(block, "users")]
    return _teams(stack, environment, "reviewers", teams) | union(map(_user, users))


def passing(stack: Stack, ruleset: Resource, repository: str, *, merging: bool = False) -> People:
    """Return the people whom a ruleset lets pass; an App is nobody.

    Args:
        stack: all resources.
        ruleset: the ruleset.
        repository: the repository's name, for the people who have a role.
        merging: return those who pass it by a pull request only.
    """
    actors = ruleset.facts.blocks("bypassActors")
    if actors is UNKNOWN:
        return _UNKNOWN
    teams, others = [], _NOBODY
    for actor in actors:
        kind, number = actor.text("actorType"), actor.at("actorId")
        if (actor.text("bypassMode") == "pull_request") is not merging:
            continue
        if kind == "Team":
            teams.append(number)
        elif kind == "User":
            others |= _user(number)
        elif kind == "OrganizationAdmin":
            others |= stack.once(_owners)
        elif kind == "RepositoryRole":
            others |= _in_role(stack, repository, actor.number("actorId"))
        elif kind not in ("Integration", "DeployKey"):
            others |= _UNKNOWN if kind is UNKNOWN else _UNSEEN
    return others | _teams(stack, ruleset, "bypassActors", teams)


def names_of_passing(stack: Stack, ruleset: Resource) -> list[str]:
    """Return in words whom a ruleset lets pass: teams, roles, people, Apps."""
    actors = ruleset.facts.blocks("bypassActors")
    found = []
    for actor in [] if actors is UNKNOWN else actors:
        kind, number = actor.text("actorType"), actor.at("actorId")
        if kind == "Team":
            found += _team_words(stack, ruleset, number)
        elif kind == "RepositoryRole":
            role = _ROLES.get(int(number)) if isinstance(number, int | float) else None
            found.append(f"role {role[0]}" if role else "a role")
        else:
            found.append(_KINDS.get(str(kind), "others"))
    return list(dict.fromkeys(found))


def _team_words(stack: Stack, ruleset: Resource, number: object) -> list[str]:
    directory = stack.once(_Directory)
    if number is not UNKNOWN:
        urn = directory.urn_of(number)
        return [team_name(stack, urn) if urn else f"team {_plain(number)}"]
    made = ruleset.depends.get("bypassActors", ())
    return [team_name(stack, urn) for urn in made if directory.declares(urn)]


def with_permission(stack: Stack, repository: str, role: int) -> People:
    """Return who has a built-in role in a repository, or a stronger one, owners included."""
    return _in_role(stack, repository, float(role))


def without_write(stack: Stack, repository: str) -> People:
    """Return who may read a repository and no more, as far as a grant names them."""
    weak = [
        group
        for item in stack.once(_access).get(repository.lower(), ())
        for group in _granted(stack, item, _WEAK)
    ]
    return union(weak)


def access_is_declared(stack: Stack, repository: str) -> bool:
    """Say whether the stack grants anybody anything in a repository."""
    return repository.lower() in stack.once(_access)


def listed(stack: Stack, item: Resource, property_: str, names: Iterable[object]) -> People:
    """Return the people whom classic protection lists: `/login`, `organization/team`, or an id.

    Args:
        stack: all resources.
        item: the protection.
        property_: the property that lists them: ids that are not known yet are found by it.
        names: what it lists.
    """
    teams, others = [], _NOBODY
    for name in names:
        if not isinstance(name, str):
            teams.append(name)
        elif name.startswith("/"):
            others |= _login(name[1:])
        else:
            teams.append(name.rpartition("/")[2])
    return others | _teams(stack, item, property_, teams)


def shows_members(stack: Stack, team: str) -> bool:
    """Say whether the stack declares all members of a team, those of nested teams included.

    Args:
        stack: all resources.
        team: as `People` knows it.
    """
    return not stack.once(_Directory).people(team).unseen


def team_name(stack: Stack, team: str) -> str:
    """Return a team's name on GitHub; what names it where the stack does not declare it."""
    return stack.once(_team_names).get(team, team)


def _team_names(stack: Stack) -> dict[str, str]:
    return {
        team.urn: name
        for team in stack.of(gh.TEAM)
        if isinstance(name := team.facts.text("slug") or team.facts.text("name"), str)
    }


def _owners(stack: Stack) -> People:
    """Return the organization's owners."""
    found = [
        _login(item.facts.text("username"))
        for item in stack.of(gh.MEMBERSHIP)
        if item.facts.text("role") in (_OWNER, UNKNOWN)
    ]
    return union(found) if found else _UNSEEN


def _in_role(stack: Stack, repository: str, role: object) -> People:
    """Return who has a role in a repository, owners included; custom roles are not resolved."""
    permissions = _ROLES.get(int(role)) if isinstance(role, float) else None
    if permissions is None:
        return _UNKNOWN if role is UNKNOWN else _UNSEEN
    found = [stack.once(_owners)]
    if stack.once(_base_permission) in permissions:
        found.append(_UNSEEN)
    for item in stack.once(_access).get(repository.lower(), ()):
        found += _granted(stack, item, permissions)
    return union(found)


def _granted(stack: Stack, item: Resource, permissions: tuple[str, ...]) -> Iterator[People]:
    """Yield whom a resource gives one of some permissions in a repository."""
    if item.type == gh.REPOSITORY_COLLABORATORS:
        yield from _listed(stack, item, permissions)
    elif item.facts.text("permission") not in permissions:
        return
    elif item.type == gh.TEAM_REPOSITORY:
        yield _teams(stack, item, "teamId", [item.facts.at("teamId")])
    else:
        yield _login(item.facts.text("username"))


def _base_permission(stack: Stack) -> object:
    """Return the permission of every member who may push; None where they may not."""
    for item in stack.of(gh.ORGANIZATION_SETTINGS):
        base = item.facts.text("defaultRepositoryPermission")
        if isinstance(base, str):
            return _BASE.get(base)
    return None


def _access(stack: Stack) -> dict[str, list[Resource]]:
    """Return what gives access to repositories, by repository."""
    found: dict[str, list[Resource]] = {}
    kinds = (gh.TEAM_REPOSITORY, gh.REPOSITORY_COLLABORATOR, gh.REPOSITORY_COLLABORATORS)
    for item in stack.of(*kinds):
        name = item.facts.text("repository")
        if isinstance(name, str):
            found.setdefault(name.lower().rpartition("/")[2], []).append(item)
    return found


def _listed(stack: Stack, item: Resource, permissions: tuple[str, ...]) -> Iterator[People]:
    """Yield the collaborators of one resource that have one of some permissions."""
    for kind in ("users", "teams"):
        blocks = item.facts.blocks(kind)
        if blocks is UNKNOWN:
            yield _UNKNOWN
            continue
        for block in blocks:
            if block.text("permission") in (*permissions, UNKNOWN):
                if kind == "users":
                    yield _login(block.text("username"))
                else:
                    yield _teams(stack, item, "teams", [block.at("teamId")])


def _entries(block: Facts, kind: str) -> list[object]:
    listed = block.entries(kind)
    return [UNKNOWN] if listed is UNKNOWN else listed


def _user(number: object) -> People:
    return _UNKNOWN if number is UNKNOWN else People(frozenset({(USER_ID, _plain(number))}))


def _login(name: object) -> People:
    if not isinstance(name, str):
        return _UNKNOWN
    return People(frozenset({(LOGIN, name.lower())}))


def _plain(number: object) -> str:
    """Return an id or name in one spelling: ids come as text, as integers and as floats."""
    return str(number).removesuffix(".0").lower()


def _teams(stack: Stack, item: Resource, property_: str, named: list[object]) -> People:
    """Return the people of teams that a property names.

    Args:
        stack: all resources.
        item: the resource that has the property.
        property_: its name: a team that has no id yet is found by what the property is made from.
        named: ids or names of teams.
    """
    directory = stack.once(_Directory)
    found = [
        directory.people(directory.urn_of(name) or _plain(name))
        for name in named
        if name is not UNKNOWN
    ]
    if UNKNOWN in named:
        made = [urn for urn in item.depends.get(property_, ()) if directory.declares(urn)]
        found += [directory.people(urn) for urn in made] or [_UNKNOWN]
    return union(found)


class _Directory:
    """The teams of a stack and the people in them."""

    def __init__(self, stack: Stack) -> None:
        """Read teams and memberships."""
        self._urns: dict[str, str] = {}
        self._nested: dict[str, list[str]] = {}
        self._own: dict[str, People] = {}
        self._known: dict[str, People] = {}
        teams = list(stack.of(gh.TEAM))
        self._declared = {team.urn for team in teams}
        for team in teams:
            for key in ("id", "slug", "name", "nodeId"):
                name = team.facts.at(key)
                if name is not None and name is not UNKNOWN:
                    self._urns.setdefault(_plain(name), team.urn)
            name = team.facts.text("name")
            if isinstance(name, str):  # the slug is not known before the team is made
                self._urns.setdefault(_NO_SLUG.sub("-", name.lower()).strip("-"), team.urn)
        for team in teams:
            parent = self._named_by(team, "parentTeamId")
            if parent is not None:
                self._nested.setdefault(parent, []).append(team.urn)
        for item in stack.of(gh.TEAM_MEMBERS, gh.TEAM_MEMBERSHIP):
            named = self._named_by(item, "teamId") or self._named_by(item, "teamSlug")
            if named is not None:
                self._own[named] = self._own.get(named, _NOBODY) | _members(item)

    def declares(self, urn: str) -> bool:
        """Say whether a URN is that of a team."""
        return urn in self._declared

    def urn_of(self, name: object) -> str | None:
        """Return the URN of the team with an id, slug or name."""
        return self._urns.get(_plain(name))

    def people(self, team: str) -> People:
        """Return a team itself, its members and those of the teams nested in it.

        Args:
            team: its URN, or what names a team that the stack does not declare.
        """
        if team not in self._known:
            self._known[team] = self._people(team, frozenset())
        return self._known[team]

    def _people(self, team: str, seen: frozenset[str]) -> People:
        """Return the people of a team; `seen` are the teams above it: they may form a circle."""
        if team in seen:
            return _NOBODY
        own = self._own.get(team, _UNSEEN)
        nested = [self._people(each, seen | {team}) for each in self._nested.get(team, ())]
        return People(frozenset({(TEAM, team)})) | own | union(nested)

    def _named_by(self, item: Resource, property_: str) -> str | None:
        """Return the team that a property names: its URN, or the name as written."""
        made = [urn for urn in item.depends.get(property_, ()) if urn in self._declared]
        if made:
            return made[0]
        name = item.facts.at(property_)
        if name is None or name is UNKNOWN or name == "":
            return None
        return self.urn_of(name) or _plain(name)


def _members(item: Resource) -> People:
    """Return the people that a membership resource puts into a team."""
    if item.type == gh.TEAM_MEMBERSHIP:
        return _login(item.facts.text("username"))
    blocks = item.facts.blocks("members")
    return _UNKNOWN if blocks is UNKNOWN else union(_login(b.text("username")) for b in blocks)
