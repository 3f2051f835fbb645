"""The daily check: drift, rotation, exemptions and second factors, in one issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.check.output.markdown import code, words
from portcullis.drift.output import markdown
from portcullis.reviews import sentences
from portcullis.reviews.boxes import MOST_LINES, MOST_OF_A_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portcullis.reviews.facts import Facts


def text(facts: Facts) -> str:
    """Return what has to be done, as Markdown; empty if there is nothing."""
    drift = facts.drift
    parts = {
        "Secrets to rotate": [sentences.rotation(each, facts.today) for each in facts.due],
        "Exemptions that expire": [sentences.exemption(each) for each in facts.expiring],
        "Two-factor authentication": [*sentences.missing_second_factor(facts.two_factor)],
    }
    differs = drift.has_news or bool(drift.unread)
    if not differs and not any(parts.values()):
        return ""
    return "\n".join(_lines(facts, parts, differs=differs)) + "\n"


def _lines(facts: Facts, parts: dict[str, list[str]], *, differs: bool) -> Iterator[str]:
    yield f"The daily check of {code(facts.organization)}, stack {code(facts.stack)}."
    yield "Portcullis keeps this issue up to date, and closes it when nothing is left."
    for title, entries in parts.items():
        unknown = (
            sentences.unknown_second_factor(facts.two_factor) if title.startswith("Two") else ()
        )
        if entries:
            yield from section(title, [*entries, *unknown])
    if differs:
        yield ""
        yield markdown.text(facts.drift)


def section(title: str, entries: Iterable[str]) -> Iterator[str]:
    """Yield a heading and a list, as far as it is worth reading; the rest is counted."""
    listed = list(entries)
    yield ""
    yield f"### {title}"
    yield ""
    yield from (f"- {words(each[:MOST_OF_A_LINE])}" for each in listed[:MOST_LINES])
    if len(listed) > MOST_LINES:
        yield f"- and {len(listed) - MOST_LINES} more"
