"""For an issue or a comment: Markdown as GitHub renders it, with all names escaped."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from portcullis.check.output.markdown import MOST_ROWS, code, words
from portcullis.printed import resource_name

MOST_CHARACTERS = 50_000
"""Of the table: GitHub takes 65,536 characters."""

_MOST_UNREAD = 10_000

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.drift.report import Item, Report


def text(report: Report) -> str:
    """Return the report as a heading and a table."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"### Drift of {code(report.organization)}: {report.summary}"
    rows = [*map(_row, report.items), *_whole(report)]
    if rows:
        yield ""
        yield "| | what | differences | changed by |"
        yield "|---|---|---|---|"
        shown = _fitting(rows)
        yield from shown
        if len(rows) > len(shown):
            yield ""
            yield f"and {len(rows) - len(shown)} more"
    for line in _fitting([f"not read: {words(each)}" for each in report.unread], _MOST_UNREAD):
        yield ""
        yield line


def _fitting(rows: list[str], most: int = MOST_CHARACTERS) -> list[str]:
    """Return as many of the first rows as GitHub takes."""
    sizes = accumulate(len(row) + 2 for row in rows)
    return [row for row, size in zip(rows[:MOST_ROWS], sizes, strict=False) if size <= most]


def _row(item: Item) -> str:
    findings = [f"{each.rule.id}: {each.finding.detail}" for each in item.findings]
    lines = "<br>".join(map(words, (*item.lines, *findings)))
    label = f"**dangerous**<br>{item.drift.what}" if item.dangerous else item.drift.what
    label = "known" if item.known else label
    event = f"{words(item.event.who)}<br>{item.event.when:%Y-%m-%d %H:%M} UTC" if item.event else ""
    return f"| {label} | {words(item.noun)} {code(item.drift.name)} | {lines} | {event} |"


def _whole(report: Report) -> Iterator[str]:
    for finding in report.findings:
        what = f"{code(finding.rule.id)} {words(finding.rule.title)}"
        where = code(resource_name(finding.urn))
        yield f"| **dangerous** | {what}<br>{where} | {words(finding.finding.detail)} | |"
