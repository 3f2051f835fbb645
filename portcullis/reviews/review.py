"""The text of a review's issue: facts, boxes, and what people wrote below them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portcullis.check.output.markdown import code
from portcullis.comment.body import LONGEST, marker
from portcullis.reviews import questions
from portcullis.reviews.boxes import MOST_LINES, left, lines, ticks
from portcullis.reviews.issues import fitting
from portcullis.reviews.periods import Kind, period
from portcullis.reviews.since import Since, found, kept, line, since

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portcullis.reviews.facts import Facts
    from portcullis.reviews.issues import Issue

NOTES = "<!-- portcullis: what stands below this line is kept -->"
MOST_NOTES = 20_000
"""Characters of people's notes that are kept: longer ones belong into comments."""

_EVIDENCE = (MOST_LINES, 10, 3, 1, 0)
"""Lines of evidence below each box, until all fits: no box is ever left out."""

_PERIOD = re.compile(r"<!-- portcullis [a-z]+ review (\S+) of stack ")


def marker_of(kind: Kind, when: str, stack: str) -> str:
    """Return the first line of a review's issue."""
    return marker(stack, f"{kind} review {when}")


def earlier(kind: Kind, when: str, stack: str, issues: Sequence[Issue]) -> list[Issue]:
    """Return the issues of the reviews before, the last one first."""
    dated = []
    for issue in issues:
        first = issue.body.partition("\n")[0].strip()
        match = _PERIOD.match(first)
        if match and match[1] < when and first == marker_of(kind, match[1], stack):
            dated.append((match[1], issue.number, issue))
    return [issue for _, _, issue in sorted(dated, key=lambda each: each[:2], reverse=True)]


def text(kind: Kind, facts: Facts, now: str, before: Sequence[Issue]) -> str:
    """Return the text of an issue.

    Args:
        kind: Which review.
        facts: Those of today.
        now: The text that the issue has; empty for a new one.
        before: The issues of the reviews before, the last one first.
    """
    written, _, notes = now.partition(NOTES)
    notes = fitting(notes, MOST_NOTES)
    room = LONGEST - len(notes) - len(NOTES) - 2
    made = ""
    for most in _EVIDENCE:
        made = "\n".join(_lines(kind, facts, written, before, most))
        if len(made) <= room:
            break
    return f"{made}\n{NOTES}{notes or chr(10)}"


def _lines(
    kind: Kind, facts: Facts, written: str, before: Sequence[Issue], most: int
) -> Iterator[str]:
    when, present = period(kind, facts.today), kept(facts)
    last = found(before[0].body) if before else None
    yield marker_of(kind, when, facts.stack)
    yield f"The {kind} review of {code(facts.organization)}, stack {code(facts.stack)}: {when}."
    yield "Portcullis ticks what facts show, on each run; tick the rest when you have looked."
    yield "The issue is closed when all is ticked. Comments stay, and what stands below Notes."
    unfinished = [each for each in before if left(each.body)]
    if unfinished:
        yield ""
        yield "### Not finished"
        yield ""
        for each in unfinished[:5]:
            state = "open" if each.is_open else "closed"
            yield f"- #{each.number} ({state}): {left(each.body)} boxes are not ticked"
    yield ""
    yield "### To review"
    yield ""
    ticked = ticks(written)
    for box in questions.boxes(kind, facts, since(last, present) if before else Since()):
        yield from lines(box, ticked, most)
    yield line(present)
    yield ""
    yield "### Notes"


def is_finished(body: str) -> bool:
    """Say whether every box is ticked."""
    return not left(body.partition(NOTES)[0])
