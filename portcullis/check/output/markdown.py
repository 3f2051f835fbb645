"""For a comment on a pull request: Markdown as GitHub renders it.

Names in the organization's file reach the comment, so all text is escaped: it makes no link, no
mention and no markup, whatever it says.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from portcullis_policy.release_path.numbers import people

from portcullis.check.report import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.check.report import Report

MOST_ROWS = 100
"""GitHub takes 65,536 characters a comment; a row has some hundreds."""

_MARKUP = re.compile(r"[\\`*_{}\[\]()#!|~:$]|(?<=www)\.", re.IGNORECASE)
"""Markup, and the beginnings of what GitHub makes a link by itself."""


def text(report: Report) -> str:
    """Return the report as a heading and a table."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"### Portcullis: {report.summary} in {code(report.file)}"
    if report.changes:
        yield ""
        yield "| goal | before the change | after it |"
        yield "|---|---|---|"
        for change in report.changes[:MOST_ROWS]:
            after = people(change.after)
            weaker = f"**{words(after)}**" if change.falls else words(after)
            yield f"| {words(change.goal)} | {words(people(change.before))} | {weaker} |"
    rows = list(_rows(report))
    if rows:
        yield ""
        yield "| | what is wrong | where | what to do |"
        yield "|---|---|---|---|"
        yield from rows[:MOST_ROWS]
    if len(rows) > MOST_ROWS:
        yield ""
        yield f"and {len(rows) - MOST_ROWS} more"
    for notice in report.notices:
        yield ""
        yield f"notice: {words(notice)}"


def _rows(report: Report) -> Iterator[str]:
    for mistake in report.mistakes:
        where = f"{code(str(mistake.place))}<br>{code(mistake.path)}"
        allowed = f"allowed: {mistake.allowed}" if mistake.allowed else ""
        yield f"| mistake | {words(mistake.what)} | {where} | {words(allowed)} |"
    for finding in report.findings:
        rule = finding.rule
        where = place(report, finding)
        what = "<br>".join(map(words, (rule.title, *finding.details)))
        yield (
            f"| {finding.level}<br>{code(rule.id)} | {what} "
            f"| {code(where)}<br>{code(finding.location.dotted)} | {words(finding.fix)} |"
        )


def words(text: str) -> str:
    """Return text in which what stands between backticks becomes code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _plain(text)
    return "".join(code(part) if odd else _plain(part) for odd, part in _numbered(parts))


def _numbered(parts: list[str]) -> Iterator[tuple[bool, str]]:
    for position, part in enumerate(parts):
        yield position % 2 == 1, part


def _plain(words: str) -> str:
    """Return plain text: entities for markup, and an empty character after each @."""
    escaped = html.escape(re.sub(r"[\r\n]+", " ", words), quote=False)
    # entities that escape() made hold none of these characters but #, which _MARKUP would break
    return "".join(
        part if part.startswith("&") else _MARKUP.sub(_entity, part).replace("@", "@&#8203;")
        for part in re.split(r"(&#?\w+;)", escaped)
    )


def code(text: str) -> str:
    """Return text in a code span, where GitHub looks for no mention."""
    if not text:
        return ""
    return f"<code>{_plain(text)}</code>"


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
