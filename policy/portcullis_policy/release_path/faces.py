"""The people of a release path, few enough to reason about: who can do exactly the same is alike.

A team whose members the stack does not declare is one class, "a member of the team", with as many
people as are needed. People who are in the same groups are alike, and some of them stand for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from portcullis_policy.release_path.derivation import Actor, ActorKind
from portcullis_policy.release_path.names import place
from portcullis_policy.rule import Stack
from portcullis_policy.semantics.people.groups import LOGIN, TEAM, USER_ID, People
from portcullis_policy.semantics.people.teams import shows_members, team_name

SOMEBODY = "somebody whom the stack does not show"
ANY_WRITER = ("writer", "write access")
"""The people who may push, where the stack does not grant anybody anything."""
Key = tuple[str, ...]
"""What names a group of people: what they may do, and where."""
_Person = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Alike:
    """People who can do exactly the same.

    Attributes:
        actors: those who stand for all, the first ones by name.
        known: how many of these are known; the others are more members of a team without names.
        names: of all who are known.
    """

    actors: tuple[Actor, ...]
    known: int
    names: tuple[str, ...] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Faces:
    """Groups of people, as actors.

    Attributes:
        groups: the actors in each group.
        alike: the classes of people.
        names: of the actors, by place.
    """

    groups: Mapping[Key, frozenset[Actor]]
    alike: tuple[Alike, ...]
    names: Mapping[str, str]


def faces(stack: Stack, groups: Mapping[Key, People], most: int, *, doubt: bool) -> Faces:
    """Return the people of some groups as actors.

    Args:
        stack: all resources.
        groups: of people who can do something.
        most: how many people of a class may have to act together.
        doubt: believe the worst: whom the stack does not show is one person in all those groups,
            and so may be everybody whom it shows.
    """
    places = _places(stack, groups, doubt=doubt)
    classes: dict[frozenset[Key], list[_Person]] = {}
    for person in sorted(places):
        classes.setdefault(places[person], []).append(person)
    numbers = {key: number for number, key in enumerate(groups)}
    listed: dict[Key, set[Actor]] = {key: set() for key in groups}
    alike = []
    names: dict[str, str] = {}
    ranked = sorted(classes.items(), key=lambda each: sorted(numbers[key] for key in each[0]))
    for rank, (at, people) in enumerate(ranked):
        found = _actors(stack, people, most)
        actors = tuple(
            replace(actor, name=place(f"{rank}.{number}")) for number, actor in enumerate(found)
        )
        names |= {actor.name: each.name for actor, each in zip(actors, found, strict=True)}
        shown = tuple(str(_actor(stack, each)) for each in people)
        alike.append(Alike(actors, min(len(people), len(actors)), shown))
        for key in at:
            listed[key].update(actors)
    return Faces({key: frozenset(each) for key, each in listed.items()}, tuple(alike), names)


def _places(
    stack: Stack, groups: Mapping[Key, People], *, doubt: bool
) -> dict[_Person, frozenset[Key]]:
    """Return the groups that each person is in; for a team without declared members, a member.

    A team whose members are declared is left out: its members are there.
    """
    found: dict[_Person, set[Key]] = {}
    for key, group in groups.items():
        for person in group.known:
            found.setdefault(person, set()).add(key)
    teams = [person for person in found if person[0] == TEAM and shows_members(stack, person[1])]
    for team in teams:
        del found[team]
    if doubt:
        unseen = {key for key, group in groups.items() if group.unseen}
        by_id = set().union(*(at for person, at in found.items() if person[0] == USER_ID))
        for person in found:
            found[person] |= unseen | (by_id if person[0] != USER_ID else set())
        if unseen:
            found[LOGIN, SOMEBODY] = unseen
    return {person: frozenset(at) for person, at in found.items()}


def _actors(stack: Stack, people: Sequence[_Person], most: int) -> list[Actor]:
    """Return as many actors as are needed; a team without members has as many as that."""
    found = [_actor(stack, person) for person in people[:most]]
    unlimited = [each for each in found if each.kind is not ActorKind.PERSON]
    if unlimited:
        kind, name = unlimited[0].kind, unlimited[0].name
        found += [
            Actor(kind, f"{name} (number {number})") for number in range(2, most - len(found) + 2)
        ]
    return found


def _actor(stack: Stack, person: _Person) -> Actor:
    kind, name = person
    if person == ANY_WRITER:
        return Actor(ActorKind.WRITER, name)
    if kind == TEAM:
        return Actor(ActorKind.MEMBER, f"team {team_name(stack, name)}")
    return Actor(ActorKind.PERSON, f"user {name}" if kind == USER_ID else name)
