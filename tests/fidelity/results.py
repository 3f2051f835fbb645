"""Read what a compiled Go test program prints with `-test.v`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CONTEXT = re.compile(r"^\x16?=== (?:RUN|PAUSE|CONT|NAME)\s+(\S+)")
_END = re.compile(r"^\x16?\s*--- (PASS|FAIL|SKIP): (\S+) \(")
_SKIPPED = re.compile(r"^\s+\w+\.go:\d+: (.*)$")


class Outcome(StrEnum):
    """How a test ended."""

    PASS = "PASS"
    FAIL = "FAIL"
    SKIP = "SKIP"


@dataclass
class Result:
    """How a test ended, and what it printed."""

    outcome: Outcome
    said: list[str] = field(default_factory=list)

    @property
    def skip_message(self) -> str:
        """Why it skipped itself; empty where it gave no reason."""
        found = (_SKIPPED.match(line) for line in self.said)
        return next((match[1] for match in found if match), "")


def read(lines: Iterable[str]) -> dict[str, Result]:
    """Return the result of each test and subtest that ended, by its whole name."""
    said: dict[str, list[str]] = {}
    found: dict[str, Result] = {}
    current: list[str] = []
    for line in lines:
        if match := _CONTEXT.match(line):
            current = said.setdefault(match[1], [])
        elif match := _END.match(line):
            current = said.setdefault(match[2], [])
            found[match[2]] = Result(Outcome(match[1]), current)
        elif line.strip():
            current.append(line.rstrip())
    return found


def leaves(found: Mapping[str, Result]) -> dict[str, Result]:
    """Return the results of the tests that have no subtests, and of the subtests without any."""
    parents = {name.rpartition("/")[0] for name in found}
    return {name: result for name, result in found.items() if name not in parents}


def merged(*runs: Mapping[str, Result]) -> dict[str, Result]:
    """Return what several runs together say: a failure counts, and a pass counts over a skip."""
    rank = (Outcome.SKIP, Outcome.PASS, Outcome.FAIL)
    together: dict[str, Result] = {}
    for run in runs:
        for name, result in run.items():
            known = together.get(name)
            if known is None or rank.index(result.outcome) > rank.index(known.outcome):
                together[name] = result
    return together
