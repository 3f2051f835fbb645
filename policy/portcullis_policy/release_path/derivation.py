"""The vocabulary of the release path: actors, what they can do, and how one follows from another.

The model writes clauses. `minimal_sets` asks which smallest sets of actors make a goal true.
"""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """Who acts, or what has to be stolen."""

    PERSON = "person"
    MEMBER = "member"
    """Any one member of a team or class of people who can all do the same."""
    WRITER = "writer"
    """Anybody with write access, where the stack does not declare who has it."""
    APP = "app"
    DEPLOY_KEY = "deploy key"
    CREDENTIAL = "credential"
    """A token or another secret that acts without its owner once it is stolen."""
    OUTSIDER = "outsider"
    """Anyone with an account on GitHub."""


@dataclass(frozen=True, slots=True, order=True)
class Actor:
    """A person who acts, or a credential that somebody stole."""

    kind: ActorKind
    name: str

    def __str__(self) -> str:
        """Return the words for people: a person's name alone, else the kind too."""
        if self.kind is ActorKind.PERSON:
            return self.name
        if self.kind is ActorKind.OUTSIDER:
            return self.name or "an outsider"
        if self.kind is ActorKind.MEMBER:
            return f"a member of {self.name}"
        if self.kind is ActorKind.WRITER:
            return f"somebody with {self.name}"
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that can be done: `publish` to `riveter`, or `approve` at an environment by ana."""

    verb: str
    target: str
    holder: Actor | None = None
    """Who can do it, where it matters that the same actor does another thing too."""


@dataclass(frozen=True, slots=True)
class Clause:
    """The conclusion holds if all premises hold and all actors act."""

    conclusion: Capability
    premises: tuple[Capability, ...] = ()
    actors: frozenset[Actor] = frozenset()
    """Who has to act, or whose credential has to be stolen, for this clause itself."""
    step: str = ""
    """The sentence for people; empty where the premises have said everything."""
    source: str = ""
    """The resource that allows it, by URN."""


@dataclass(frozen=True, slots=True)
class Way:
    """One smallest set of actors, and what they do."""

    actors: frozenset[Actor]
    steps: tuple[str, ...]
    """In an order in which they can be done, without repetition."""
    sources: tuple[str, ...] = ()
    """The resources that allow the steps, by URN, in the same order, without repetition."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the actors in words, in a stable order."""
        return tuple(str(actor) for actor in sorted(self.actors))


@dataclass(frozen=True, slots=True)
class Answer:
    """All smallest sets of actors that suffice for a goal."""

    ways: tuple[Way, ...]
    """Smallest first; none contains the actors of another."""
    complete: bool = True
    """Whether these are all ways; False if a bound stopped the search."""

    @property
    def fewest_people(self) -> int | None:
        """Return how many must act together at least; None if nobody can, in any number.

        A stolen credential counts as one, as a person does.
        """
        return len(self.ways[0].actors) if self.ways else None
