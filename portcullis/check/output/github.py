"""For a GitHub Actions log: workflow commands, which GitHub shows at the line of the file.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis_policy.diagnostic import MANDATORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.check.report import Report


def text(report: Report) -> str:
    """Return the report as one command a line, then a summary that is no command."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    for change in report.changes:
        kind = "warning" if change.falls else "notice"
        yield _command(kind, (report.file, None, None), "who suffices", [str(change)])
    for mistake in report.mistakes:
        words = [f"{mistake.path}: {mistake.what}" if mistake.path else mistake.what]
        words += [f"allowed: {mistake.allowed}"] if mistake.allowed else []
        at = mistake.place
        yield _command("error", (at.file, at.line, at.column), "mistake", words)
    for finding in report.findings:
        rule = finding.rule
        words = [finding.location.dotted, *finding.details, f"fix: {finding.fix}"]
        words.append(f"why: {rule.anchor}")
        kind = "error" if finding.level == MANDATORY else "warning"
        title = f"{rule.id} {rule.title}"
        where = finding.location
        at_line = (where.file or report.file, where.line, where.column)
        yield _command(kind, at_line, title, words)
    for notice in report.notices:
        yield _command("notice", (report.file, None, None), "portcullis", [notice])
    yield f"portcullis: {report.summary}"


def _command(
    kind: str, at: tuple[str, int | None, int | None], title: str, words: list[str]
) -> str:
    given = {**dict(zip(("file", "line", "col"), at, strict=True)), "title": title}
    properties = ",".join(
        f"{name}={_property(str(value))}" for name, value in given.items() if value is not None
    )
    return f"::{kind} {properties}::{_data(chr(10).join(filter(None, words)))}"


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
