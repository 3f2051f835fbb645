"""The teams of a stack and the people in them.

A team is resolved to its members and those of the teams nested in it. A team whose members the
stack does not declare is still known by itself: it is the same team wherever it is named.
Source: https://docs.github.com/organizations/organizing-members-into-teams/about-teams
"""

import re
from collections.abc import Sequence

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.people.groups import (
    NOBODY,
    TEAM,
    UNKNOWN_PEOPLE,
    UNSEEN,
    People,
    plain,
    union,
    with_login,
)

_NO_SLUG = re.compile(r"[^a-z0-9_]+")
"""What GitHub replaces in a team's name to make its slug."""


def of_teams(stack: Stack, item: Resource, property_: str, named: Sequence[object]) -> People:
    """Return the people of teams that a property names.

    Args:
        stack: all resources.
        item: the resource that has the property.
        property_: its name: a team that has no id yet is found by what the property is made from.
        named: ids or names of teams.
    """
    directory = stack.once(Directory)
    found = [
        directory.people(directory.urn_of(name) or plain(name))
        for name in named
        if name is not UNKNOWN
    ]
    if UNKNOWN in named:
        made = [urn for urn in item.depends.get(property_, ()) if directory.declares(urn)]
        found += [directory.people(urn) for urn in made] or [UNKNOWN_PEOPLE]
    return union(found)


def shows_members(stack: Stack, team: str) -> bool:
    """Say whether the stack declares all members of a team, those of nested teams included.

    Args:
        stack: all resources.
        team: as `People` knows it.
    """
    return not stack.once(Directory).people(team).unseen


def own_members(stack: Stack, group: People) -> frozenset[tuple[str, str]]:
    """Return the members of the teams in a group whom no nested team brings."""
    directory = stack.once(Directory)
    teams = {name for kind, name in group.known if kind == TEAM}
    nested = {each for name in teams for each in directory.nested(name)}
    return union(map(directory.own, teams - nested)).known


def team_name(stack: Stack, team: str) -> str:
    """Return a team's name on GitHub; what names it where the stack does not declare it."""
    return stack.once(_team_names).get(team, team)


def _team_names(stack: Stack) -> dict[str, str]:
    return {
        team.urn: name
        for team in stack.of(gh.TEAM)
        for name in (team.facts.text("name"), team.facts.text("slug"))
        if isinstance(name, str) and name
    }


def words(stack: Stack, item: Resource, property_: str, number: object) -> list[str]:
    """Return the teams that a property names by a number or a name, in words."""
    directory = stack.once(Directory)
    if number is not UNKNOWN:
        urn = directory.urn_of(number)
        return [team_name(stack, urn) if urn else f"team {plain(number)}"]
    made = item.depends.get(property_, ())
    return [team_name(stack, urn) for urn in made if directory.declares(urn)]


class Directory:
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
                    self._urns.setdefault(plain(name), team.urn)
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
                self._own[named] = self._own.get(named, NOBODY) | _members(item)

    def declares(self, urn: str) -> bool:
        """Say whether a URN is that of a team."""
        return urn in self._declared

    def urn_of(self, name: object) -> str | None:
        """Return the URN of the team with an id, slug or name."""
        return self._urns.get(plain(name))

    def people(self, team: str) -> People:
        """Return a team itself, its members and those of the teams nested in it.

        Args:
            team: its URN, or what names a team that the stack does not declare.
        """
        if team not in self._known:
            self._known[team] = self._people(team, frozenset())
        return self._known[team]

    def nested(self, team: str) -> list[str]:
        """Return the teams right below a team."""
        return self._nested.get(team, [])

    def own(self, team: str) -> People:
        """Return the members of a team without those of the teams nested in it."""
        return self._own.get(team, UNSEEN)

    def _people(self, team: str, seen: frozenset[str]) -> People:
        """Return the people of a team; `seen` are the teams above it: they may form a circle."""
        if team in seen:
            return NOBODY
        own = self._own.get(team, UNSEEN)
        nested = [self._people(each, seen | {team}) for each in self._nested.get(team, ())]
        return People(frozenset({(TEAM, team)})) | own | union(nested)

    @property
    def everybody(self) -> People:
        """Return the members of all teams."""
        return union(self._own.values())

    def _named_by(self, item: Resource, property_: str) -> str | None:
        """Return the team that a property names: its URN, or the name as written."""
        made = [urn for urn in item.depends.get(property_, ()) if urn in self._declared]
        if made:
            return made[0]
        name = item.facts.at(property_)
        if name is None or name is UNKNOWN or name == "":
            return None
        return self.urn_of(name) or plain(name)


def _members(item: Resource) -> People:
    """Return the people that a membership resource puts into a team."""
    if item.type == gh.TEAM_MEMBERSHIP:
        return with_login(item.facts.text("username"))
    blocks = item.facts.blocks("members")
    return (
        UNKNOWN_PEOPLE
        if blocks is UNKNOWN
        else union(with_login(b.text("username")) for b in blocks)
    )
