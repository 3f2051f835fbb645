"""What facts say about an item of a checklist, and how several of them come together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portcullis_policy.source_location import locate

from portcullis.report.known import Known
from portcullis.report.model import Evidence, SinceFrom, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

MOST = 20
"""Pieces of evidence that are listed; of more, the number is."""

_WORST_FIRST: tuple[State, ...] = ("not met", "cannot be known", "met")


@dataclass(frozen=True)
class Said:
    """An answer, and what it rests on."""

    state: State
    evidence: tuple[Evidence, ...]
    since: date | None = None
    since_from: SinceFrom | None = None


Question = Callable[[Known], Said]
"""Answers an item from what is known."""


def as_declared(known: Known, words: str, where: str = "") -> Said:
    """Return that an item is met by what is declared, since the declaration changed last.

    Args:
        known: What is known.
        words: What meets it.
        where: Where that stands; the declaration's file if it is empty.
    """
    resolved = known.declaration.resolved
    files = {known.file, *(each.origin.file for each in resolved.repositories.values())}
    since = known.history.of_files(sorted(files))
    on = f"{where or known.file}, and GitHub as it is" if known.github else where or known.file
    return Said("met", (Evidence(words=words, where=on),), since, "git" if since else None)


def unknown(words: str, where: str) -> Said:
    """Return that an item cannot be known, and why."""
    return Said("cannot be known", (Evidence(words=words, where=where),))


def not_asked(known: Known) -> Said:
    """Return that only GitHub knows, which was not asked."""
    return unknown("GitHub was not asked", known.file)


@dataclass(frozen=True)
class Fault:
    """Something because of which an item is not met."""

    words: str
    where: str
    since: date | None = None
    since_from: SinceFrom = "git"


def at(known: Known, path: Sequence[str | int], words: str) -> Fault:
    """Return a fault of the declaration.

    Args:
        known: What is known.
        path: Where it stands in the YAML.
        words: What is wrong.
    """
    resolved = known.declaration.resolved
    own = resolved.repositories.get(str(path[1])) if path[0] == "repositories" else None
    file = own.origin.file if own else known.file
    place = locate(file, path, known.history.root)
    since = known.history.of_line(file, place.line) if place.line else None
    return Fault(words, place.place, since)


def not_met(found: Iterable[Fault]) -> Said:
    """Return that an item is not met, at least since the oldest of what is wrong."""
    faults = list(found)
    evidence = [Evidence(words=each.words, where=each.where) for each in faults[:MOST]]
    if len(faults) > MOST:
        evidence.append(Evidence(words=f"and {len(faults) - MOST} more", where=""))
    dated = [(each.since, each.since_from) for each in faults if each.since]
    since, since_from = min(dated, default=(None, None))
    return Said("not met", tuple(evidence), since, since_from)


@dataclass(frozen=True)
class Every:
    """The question that is met if all of some questions are."""

    questions: tuple[Question, ...]

    def __call__(self, known: Known) -> Said:
        """Answer it."""
        answers = [each(known) for each in self.questions]
        state = min((each.state for each in answers), key=_WORST_FIRST.index)
        same = [each for each in answers if each.state == state]
        evidence = tuple(dict.fromkeys(piece for each in same for piece in each.evidence))
        dated = [(each.since, each.since_from) for each in same if each.since and each.since_from]
        if not dated or (state == "met" and len(dated) < len(same)):
            return Said(state, evidence)
        # all of it has been met since the newest date; one reason is enough not to be
        since, since_from = max(dated) if state == "met" else min(dated)
        return Said(state, evidence, since, since_from)
