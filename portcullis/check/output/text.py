"""For people at a terminal: the same words as in the engine's output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.printed import resource_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.check.report import Report


def text(report: Report) -> str:
    """Return the report as lines."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    for change in report.changes:
        yield f"{'reach':<10} {change}"
    for mistake in report.mistakes:
        yield str(mistake)
    for finding in report.findings:
        yield f"{finding.level}  {finding.rule.id}  {resource_name(finding.urn)}".rstrip()
        yield f"    {finding.rule.title}"
        for line in finding.text.splitlines():
            yield f"    {line}"
        yield ""
    for notice in report.notices:
        yield f"{'notice':<10} {notice}"
    yield f"{'policies':<10} portcullis: {report.summary}"
