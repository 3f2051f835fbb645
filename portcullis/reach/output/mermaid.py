"""For Markdown pages: a Mermaid flowchart, which GitHub and MkDocs draw.

Names of people and resources are other people's words. Each character that could be markup is
written as an entity code, so a label stays a label.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from components.names.printable import printable
from portcullis.reach.report import left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.reach.report import Asked, Report

_MARKUP = re.compile(r"[^A-Za-z0-9 ,.:/_-]|[.-](?= )")
"""All but plain words; a full stop or a hyphen before a blank would begin a list."""


def text(report: Report, ways: int) -> str:
    """Return the chart: each goal in a frame, each set of actors a path to it.

    Args:
        report: the answers.
        ways: how many sets to draw of each goal.
    """
    lines = ["flowchart TB"]
    for number, goal in enumerate(report.goals):
        lines += _goal(f"g{number}", goal, ways)
    return "\n".join(lines) + "\n"


def _goal(name: str, goal: Asked, count: int) -> Iterator[str]:
    yield f'  subgraph {name}["{_label(goal.heading)}"]'
    yield f'    {name}goal{{{{"{_label(goal.name)}"}}}}'
    shown = goal.answer.ways[:count]
    for number, way in enumerate(shown):
        node = f"{name}w{number}"
        yield f'    {node}(["{_label(" and ".join(way.names) or "anybody")}"])'
        previous = node
        for position, step in enumerate(way.steps):
            yield f'    {previous} --> {node}s{position}["{_label(step)}"]'
            previous = f"{node}s{position}"
        yield f"    {previous} --> {name}goal"
    if more := left_out(goal, len(shown)):
        yield f'    {name}more["{_label(more)}"] -.-> {name}goal'
    yield "  end"


def _label(words: str) -> str:
    """Return text for a quoted label, with markup as entity codes."""
    return _MARKUP.sub(lambda found: f"#{ord(found[0])};", printable(words).replace("\n", " "))
