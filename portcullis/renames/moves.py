"""Compare state, declaration and GitHub by id: what was renamed, and what is in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from components.names.renames import Kind
    from portcullis.renames.things import Live, Thing


@dataclass(frozen=True)
class Move:
    """A thing that is, or becomes, known under another name."""

    thing: Thing
    key: str
    """The name of its resources from now on."""
    live: str
    """Its name on GitHub at the moment."""

    @property
    def is_pending(self) -> bool:
        """Return whether GitHub has yet to rename it."""
        return self.key != self.live


@dataclass(frozen=True)
class BranchRename:
    """A default branch that GitHub has yet to rename."""

    name: str
    """The repository's name on GitHub, once it has its declared one."""
    old: str
    new: str


@dataclass(frozen=True)
class Renames:
    """What GitHub has yet to rename, in this order."""

    moves: list[Move] = field(default_factory=list)
    branches: list[BranchRename] = field(default_factory=list)
    live_names: Mapping[Kind, Mapping[str, str]] = field(default_factory=dict)
    """By declared name, what GitHub calls those things now that have another name there."""
    ignored: list[str] = field(default_factory=list)
    """URNs of what is gone and not declared: a preview leaves them alone."""
    state: Mapping[str, Any] | None = None
    """The state under GitHub's names, where a preview does not write it."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """The declared names of repositories by the name in the state's URNs, where these differ."""


@dataclass(frozen=True)
class Problem:
    """A reason to change nothing."""

    path: tuple[str, ...]
    what: str
    fix: str


@dataclass(frozen=True)
class Declared:
    """The names of one section of the declaration."""

    renamed_from: Mapping[str, str | None]
    """Declared name to the old name that is given for it."""

    def key_of(self, thing: Thing, live: Live | None) -> str | None:
        """Return the declared name of a thing; None for one that is not declared."""
        same = (live.name if live else thing.name).lower()
        names = {thing.key.lower(), thing.name.lower(), same}
        for key, old in self.renamed_from.items():
            if old and old.lower() in names:
                return key
        if thing.key in self.renamed_from:
            return thing.key
        return next((key for key in self.renamed_from if key.lower() == same), None)


@dataclass(frozen=True)
class Comparison:
    """What is to be done before Pulumi may trust the names in its state."""

    moves: list[Move] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    strangers: list[Thing] = field(default_factory=list)
    """Things of the state whose name, or whose id, is no longer the organization's own."""
    gone: list[Thing] = field(default_factory=list)
    """Things of the state that are not on GitHub, under whatever name."""
    leaving: list[Thing] = field(default_factory=list)
    """Things of the state that are on GitHub and not declared."""
    managed: set[tuple[Kind, str]] = field(default_factory=set)
    """The section and the declared name of each thing of the state that is on GitHub."""
    repositories: dict[str, tuple[Thing, Live]] = field(default_factory=dict)
    """The repositories that are declared and managed, by their declared name."""


def compare(
    organization: str,
    answers: Mapping[Thing, Live | None],
    declared: Mapping[Kind, Declared],
    holders: Mapping[Thing, int],
) -> Comparison:
    """Return what has to move in the state, and what forbids to go on.

    Args:
        organization: The login of the organization.
        answers: What GitHub calls each thing of the state now.
        declared: The declared names, by section.
        holders: The id of what has the name of a thing that is gone.
    """
    found = Comparison()
    for thing, live in answers.items():
        stranger = _stranger(organization, thing, live, holders.get(thing))
        if stranger:
            found.problems.append(stranger)
            found.strangers.append(thing)
        elif live is None:
            found.gone.append(thing)
            found.problems.extend(_missing(thing, declared[thing.section]))
        if stranger or live is None:
            continue
        key = declared[thing.section].key_of(thing, live)
        if key:
            found.managed.add((thing.section, key))
        else:
            found.leaving.append(thing)
        if key and thing.section == "repositories":
            found.repositories[key] = (thing, live)
        if problem := _unclear(thing, live, key, declared[thing.section], answers):
            found.problems.append(problem)
        elif key and not (thing.key == thing.name == key == live.name):
            found.moves.append(Move(thing, key, live.name))
    found.problems.extend(_twice(found.moves, answers))
    return found


def _stranger(
    organization: str, thing: Thing, live: Live | None, holder: int | None
) -> Problem | None:
    """Return a problem if the thing is not the organization's, or its name is another's."""
    noun, path = _noun(thing), (thing.section, thing.key)
    if live and live.owner.lower() != organization.lower():
        return Problem(
            path,
            f"this {noun} (id {thing.number}) belongs to {live.owner} now, as "
            f"{live.owner}/{live.name}",
            "take it out of the YAML, then run `make adopt`, which takes it out of the state",
        )
    if live is None and holder is not None:
        return Problem(
            path,
            f"the {noun} {organization}/{thing.name} on GitHub (id {holder}) is not the one that "
            f"this stack manages (id {thing.number}): that one is gone",
            "to manage the new one, run `make adopt`, which takes the old one out of the state",
        )
    return None


def _missing(thing: Thing, declared: Declared) -> Iterator[Problem]:
    """Yield a problem if a thing that is gone is still declared.

    GitHub answers 404 to what is gone and to what is hidden, so that the two look the same.
    """
    key = declared.key_of(thing, None)
    if key is None:
        return
    restored, seen = _WAYS_OUT[thing.section]
    yield Problem(
        (thing.section, key),
        f"this {_noun(thing)} (id {thing.number}) is not on GitHub, or this token cannot see it",
        f"if it was deleted, {restored}run `make adopt`, which takes it out of the state, so that "
        f"`make up` creates a new one; if it exists, {seen}",
    )


_WAYS_OUT: Mapping[Kind, tuple[str, str]] = {
    "repositories": (
        "restore it in the organization's settings under Deleted repositories, or ",
        "give the token, or the App's installation, access to it",
    ),
    "teams": (
        "",
        "use a token that sees secret teams: an App with Members, or an organization owner's",
    ),
}
"""How a deleted thing comes back, and how a hidden one becomes visible."""


def _unclear(
    thing: Thing,
    live: Live,
    key: str | None,
    declared: Declared,
    answers: Mapping[Thing, Live | None],
) -> Problem | None:
    """Return a problem if somebody renamed the thing and the YAML does not say what is meant."""
    same = live.name.lower() == thing.name.lower()
    if same or (key and (declared.renamed_from[key] or key.lower() == live.name.lower())):
        return None
    fix = (
        f"to keep that name, declare `{live.name}` instead of `{thing.key}`; to go back, rename "
        f"it on GitHub, or add `renamed_from: {live.name}` to `{thing.key}`"
    )
    if key and any(live.name.lower() == each.lower() for each in declared.renamed_from):
        fix = (
            f"`{live.name}` and `{thing.key}` are both declared: rename it back on GitHub; then "
            "rename one at a time, each with a `make up` of its own"
        )
        others = {
            each: now
            for each, now in answers.items()
            if each.section == thing.section and each != thing
        }
        names = {each.key.lower() for each in others} | {
            now.name.lower() for now in others.values() if now
        }
        if not {live.name.lower(), thing.key.lower()} & names:
            fix = (
                f"if `{live.name}` is this one and `{thing.key}` is a new one: remove "
                f"`{thing.key}` from the YAML, run `make up`, which writes `{live.name}` into the "
                f"state, then declare `{thing.key}` again and run `make up`; if `{live.name}` is "
                f"the new one: rename this one back to `{thing.key}` on GitHub"
            )
    return Problem(
        (thing.section, thing.key),
        f"this {_noun(thing)} (id {thing.number}) is called `{live.name}` on GitHub now",
        fix,
    )


def _twice(moves: list[Move], answers: Mapping[Thing, Live | None]) -> Iterator[Problem]:
    """Yield names that two things of the state would have."""
    moving = {move.thing: move.key for move in moves}
    taken: dict[tuple[str, str], Thing] = {}
    for thing in answers:
        name = (thing.section, moving.get(thing, thing.key))
        if other := taken.get(name):
            yield Problem(
                name,
                f"the state has two of this name: `{other.key}` (id {other.number}) and "
                f"`{thing.key}` (id {thing.number})",
                "give each a name of its own in the YAML; rename one at a time, each with a "
                "`make up` of its own",
            )
        taken[name] = thing


def _noun(thing: Thing) -> str:
    return "team" if thing.section == "teams" else "repository"
