"""Groups of people: those whom a stack names, and whether there may be more."""

from collections.abc import Iterable
from dataclasses import dataclass

from portcullis_policy.facts import UNKNOWN

LOGIN, USER_ID, TEAM = "login", "user id", "team"
"""How an actor is known: a person by login or by numeric id, a team by URN, or by what names it."""


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


NOBODY = People()
UNSEEN = People(unseen=True)
UNKNOWN_PEOPLE = People(unseen=True, preview=True)
"""People whom a value names that is not known at preview."""


def union(groups: Iterable[People]) -> People:
    """Return the people of all groups."""
    found = NOBODY
    for group in groups:
        found |= group
    return found


def shared(groups: Iterable[People]) -> frozenset[tuple[str, str]]:
    """Return who is surely in each of the groups."""
    first, *others = (group.known for group in groups)
    return first.intersection(*others)


def with_id(number: object) -> People:
    """Return the person with a numeric id."""
    return UNKNOWN_PEOPLE if number is UNKNOWN else People(frozenset({(USER_ID, plain(number))}))


def with_login(name: object) -> People:
    """Return the person with a login."""
    if not isinstance(name, str):
        return UNKNOWN_PEOPLE
    return People(frozenset({(LOGIN, name.lower())}))


def plain(number: object) -> str:
    """Return an id or name in one spelling: ids come as text, as integers and as floats."""
    return str(number).removesuffix(".0").lower()
