"""For people at a terminal: each goal, its smallest sets, and their steps in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.names.printable import printable
from portcullis.reach.report import left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.reach.report import Asked, Report


NOTHING = "the file declares nothing of this kind; `--goal all` shows what it declares"


def text(report: Report, ways: int) -> str:
    """Return the answers as lines.

    Args:
        report: the answers.
        ways: how many sets to show of each goal.
    """
    if not report.goals:
        return printable(f"{report.organization}: {NOTHING}") + "\n"
    parts = ["\n".join(_lines(goal, ways)) for goal in report.goals]
    if report.administrators:
        who = "; ".join(map(str, report.administrators))
        parts.append(f"could take protections away first, and not counted: {who}")
    return printable("\n\n".join(parts)) + "\n"


def _lines(goal: Asked, count: int) -> Iterator[str]:
    yield goal.heading
    shown = goal.answer.ways[:count]
    for way in shown:
        yield f"  {' and '.join(way.names) or 'anybody'}"
        for number, step in enumerate(way.steps, 1):
            yield f"    {number}. {step}"
    if more := left_out(goal, len(shown)):
        yield f"  ({more})"
