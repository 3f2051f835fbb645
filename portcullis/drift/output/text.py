"""For people at a terminal."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from components.names.printable import printable
from portcullis.printed import resource_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.drift.report import Item, Report

UNTOUCHED = "an update leaves it; declare it, or remove it on GitHub"
NO_FIELD = "an update leaves it; remove it on GitHub if it does not belong there"
UNDECLARABLE = frozenset(
    {
        "collaborator",
        "deploy key",
        "installed App",
        "owner",
        "runner",
        "runner group",
        "webhook",
    }
)
"""Nouns of what no field of an organization's file declares."""


MOST_PLACES = 20
"""Resources that are named beside a finding."""


def text(report: Report) -> str:
    """Return the report as lines."""
    return "\n".join(map(_shown, _lines(report))) + "\n"


def _shown(line: str) -> str:
    """Return a line that stays one, and moves no cursor: names on GitHub are other people's."""
    return printable(line.replace("\n", r"\n"))


def _lines(report: Report) -> Iterator[str]:
    for item in report.items:
        yield from item_lines(item)
    yield from whole_lines(report)
    for line in report.unread:
        yield f"{'not read':<10} {line}"
    yield f"{'drift':<10} {report.organization}: {report.summary}"
    if report.stops:
        yield f"{'next':<10} do what the lines above say; until then, make up stops"
    elif report.drifted:
        yield f"{'next':<10} make up fixes what is declared"
    if usage := report.usage:
        yield (
            f"{'requests':<10} {usage.sent} ({usage.graphql} GraphQL, {usage.rest} REST, of which "
            f"{usage.not_modified} not modified)"
        )


def whole_lines(report: Report) -> Iterator[str]:
    """Yield what the pack finds in the organization as a whole, each once, with all its places.

    One disabled ruleset leaves each repository unprotected.
    """
    places: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for finding in report.findings:
        rule = finding.rule
        places[rule.id, rule.title, finding.finding.detail].append(resource_name(finding.urn))
    for (ident, title, detail), names in places.items():
        yield f"{'DANGEROUS':<10} {ident} {title}"
        more = f", and {len(names) - MOST_PLACES} more" if len(names) > MOST_PLACES else ""
        yield f"{'':<10}   {', '.join(names[:MOST_PLACES])}{more}: {detail}"


def item_lines(item: Item) -> Iterator[str]:
    """Yield what people read of one item."""
    if item.known:
        yield f"{'known':<10} {item.noun} {item.drift.name}"
        return
    label = "DANGEROUS" if item.dangerous else item.drift.what
    what = f"{item.drift.what} " if item.dangerous else ""
    event = ""
    if item.event:
        event = f"  ({item.event.who}, {item.event.when:%Y-%m-%d %H:%M} UTC)"
    yield f"{label:<10} {what}{item.noun} {item.drift.name}{event}"
    for line in item.lines:
        yield f"{'':<10}   {line}"
    for finding in item.findings:
        yield f"{'':<10}   {finding.rule.id} {finding.finding.detail}"
    if not item.taken_back and item.drift.what == "undeclared":
        yield f"{'':<10}   {NO_FIELD if item.noun in UNDECLARABLE else UNTOUCHED}"
