"""A picture: SVG that loads nothing and runs nothing, laid out by plain arithmetic.

Each goal is a row. Each set of actors is a column of boxes from the actors down to the goal. Text
is set in a font of fixed width, so a box knows how many characters fit without measuring them.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from components.names.printable import printable
from portcullis.reach.report import left_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portcullis_policy.release_path.derivation import Way

    from portcullis.reach.report import Asked, Report

_CHARACTERS = 34
"""How many fit on one line of a box."""
_LETTER = 7.3
"""The width of a letter of 12 px in the widest of the common fonts of fixed width."""
_LINE = 16
_PADDING = 10
_WIDTH = round(_CHARACTERS * _LETTER) + 2 * _PADDING
_GAP = 24
_TITLE = 34

_STYLE = """\
text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328; }
.title, text.actors { font-weight: bold; }
rect { fill: #f6f8fa; stroke: #59636e; }
rect.actors { fill: #ddf4ff; } rect.goal { fill: #ffebe9; stroke: #cf222e; }
path { stroke: #59636e; fill: none; } .tip { fill: #59636e; stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; } rect { fill: #151b23; stroke: #9198a1; }
  rect.actors { fill: #0c2d6b; } rect.goal { fill: #67060c; }
  path { stroke: #9198a1; } .tip { fill: #9198a1; }
}
rect.page { fill: #fff; stroke: none; }
@media (prefers-color-scheme: dark) { rect.page { fill: #0d1117; } }"""


@dataclass(frozen=True)
class _Box:
    """A box with lines of text."""

    style: str
    lines: tuple[str, ...]

    @property
    def height(self) -> int:
        return len(self.lines) * _LINE + 2 * _PADDING


def text(report: Report, ways: int) -> str:
    """Return the picture.

    Args:
        report: the answers.
        ways: how many sets to draw of each goal.
    """
    drawn: list[str] = []
    top = _GAP
    columns = 1
    for goal in report.goals:
        shown = goal.answer.ways[:ways]
        columns = max(columns, len(shown))
        lines, top = _goal(goal, shown, top)
        drawn += lines
    width = _GAP + columns * (_WIDTH + _GAP)
    size = f'width="{width}" height="{top}" viewBox="0 0 {width} {top}"'
    title = escape(printable(f"Who can do what in {report.organization}"))
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">',
        f"<title>{title}</title>",
        f"<style>\n{_STYLE}\n</style>",
        f'<rect class="page" width="{width}" height="{top}"/>',
    ]
    return "\n".join([*head, *drawn, "</svg>", ""])


def _goal(goal: Asked, ways: Sequence[Way], top: int) -> tuple[list[str], int]:
    """Return what draws a goal, and where the next one begins."""
    columns = [_column(way) for way in ways]
    drawn = [_words("title", _GAP, top + _LINE, goal.heading)]
    top += _TITLE
    heights = [sum(box.height + _GAP for box in column) for column in columns]
    bottom = top + max(heights, default=0)
    for number, column in enumerate(columns):
        drawn += _draw_column(column, _GAP + number * (_WIDTH + _GAP), top, bottom)
    width = max(1, len(columns)) * (_WIDTH + _GAP) - _GAP
    box = _boxed("goal", goal.name, round((width - 2 * _PADDING) / _LETTER))
    drawn += _draw(box, _GAP, bottom, width)
    bottom += box.height
    if more := left_out(goal, len(ways)):
        drawn.append(_words("more", _GAP, bottom + _LINE + 4, more))
        bottom += _LINE
    return drawn, bottom + 2 * _GAP


def _column(way: Way) -> list[_Box]:
    actors = " and ".join(way.names) or "anybody"
    return [_boxed("actors", actors), *(_boxed("step", step) for step in way.steps)]


def _boxed(style: str, words: str, characters: int = _CHARACTERS) -> _Box:
    lines = textwrap.wrap(printable(words).replace("\n", " "), characters)
    return _Box(style, tuple(lines) or ("",))


def _draw_column(column: Sequence[_Box], left: int, top: int, bottom: int) -> Iterator[str]:
    middle = left + _WIDTH // 2
    for position, box in enumerate(column):
        yield from _draw(box, left, top, _WIDTH)
        top += box.height
        end = bottom if position == len(column) - 1 else top + _GAP
        yield f'<path d="M{middle} {top}V{end - 6}"/>'
        yield f'<path class="tip" d="M{middle - 4} {end - 7}h8l-4 7z"/>'
        top += _GAP


def _draw(box: _Box, left: int, top: int, width: int) -> Iterator[str]:
    size = f'width="{width}" height="{box.height}" rx="6"'
    yield f'<rect class="{box.style}" x="{left}" y="{top}" {size}/>'
    for number, line in enumerate(box.lines):
        baseline = top + _PADDING + number * _LINE + 12
        yield _words(box.style, left + _PADDING, baseline, line)


def _words(style: str, left: int, baseline: int, words: str) -> str:
    return f'<text class="{style}" x="{left}" y="{baseline}">{escape(printable(words))}</text>'
