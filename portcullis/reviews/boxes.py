"""Boxes of an issue: those that facts check, and those that people tick.

A person's tick stays when the issue is written anew. If the facts beside it have changed since, the
box says so; to confirm them, the person takes the tick away, and sets it again after the next run.
A tick at a box that facts check means nothing: the next run writes what the facts say.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portcullis.check.output.markdown import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_LINES = 30
"""Lines of evidence of a box that are shown; the rest is counted."""

MOST_OF_A_LINE = 300
"""Characters of a line of evidence."""

CHANGED = " **(the facts changed since it was ticked)**"

_PERSON = re.compile(r"^- \[[xX]\] .*<!-- box ([a-z-]+) ([0-9a-f]{8}) -->$", re.MULTILINE)
_OPEN = re.compile(r"^- \[ \] .*<!-- box ", re.MULTILINE)


@dataclass(frozen=True)
class Box:
    """One thing to review."""

    name: str
    """By which its tick is found again: small letters and hyphens."""
    text: str
    """What is true when it is ticked."""
    evidence: Sequence[str] = ()
    checked: bool | None = None
    """What the facts say; None: people have to look."""
    links: Sequence[str] = ()
    """Addresses of GitHub's pages on which people look."""

    @property
    def digest(self) -> str:
        """Of the facts that a person looks at."""
        return hashlib.sha256("\n".join(self.evidence).encode()).hexdigest()[:8]


def ticks(body: str) -> dict[str, str]:
    """Return the boxes that people ticked, each with the digest of the facts they saw."""
    return {found[1]: found[2] for found in _PERSON.finditer(body)}


def left(body: str) -> int:
    """Return how many boxes are not ticked."""
    return len(_OPEN.findall(body))


def lines(box: Box, ticked: Mapping[str, str], most: int = MOST_LINES) -> Iterator[str]:
    """Yield a box as Markdown, with its evidence below it.

    Args:
        box: What to write.
        ticked: What people ticked before, as `ticks` has it.
        most: Lines of evidence that are shown.
    """
    if box.checked is None:
        seen = ticked.get(box.name)
        changed = CHANGED if seen not in (None, box.digest) else ""
        marker = f"<!-- box {box.name} {seen or box.digest} -->"
        yield f"- [{'x' if seen else ' '}] {words(box.text)}{changed} {marker}"
    else:
        mark = "x" if box.checked else " "
        yield f"- [{mark}] {words(box.text)} (checked by Portcullis) <!-- box {box.name} facts -->"
    for line in box.evidence[:most]:
        yield f"  - {words(line[:MOST_OF_A_LINE])}"
    yield from (f"  - <{each}>" for each in box.links[:most])
    if len(box.evidence) > most:
        yield f"  - and {len(box.evidence) - most} more"
