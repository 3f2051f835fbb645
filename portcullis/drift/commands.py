"""`portcullis drift`: where the live organization differs from its declaration."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from portcullis.commands import Stack, answer, console, errors, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portcullis.drift.report import Report


class Format(StrEnum):
    """How the outcome is printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    MARKDOWN = "markdown"


def drift(
    stack: Stack = "dev",
    *,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
    fix: Annotated[bool, typer.Option("--fix", help="After that, update as `up` does.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --fix: confirm in advance.")] = False,
) -> None:
    """Compare the organization on GitHub with its declaration; change nothing without --fix.

    Exit code 0: nothing differs, and what nobody declared is as the last update saw it.
    Exit code 1: something differs, or the command failed.
    Exit code 2: something could not be read, or the command was used incorrectly.
    """
    if yes and not fix:
        raise typer.BadParameter("allowed: with --fix", param_hint="--yes")

    def show() -> None:
        from portcullis import deploy
        from portcullis.drift.run import compared

        report = compared(settings(stack), errors)
        typer.echo(_rendered(report, form), nl=False)
        if fix:
            out = console if form is Format.TEXT else errors
            deploy.deploy(settings(stack), out, change=True, agreed=yes)
            return
        if report.has_news:
            raise typer.Exit(1)
        if report.unread:
            raise typer.Exit(2)

    answer(show)


def _rendered(report: Report, form: Format) -> str:
    from portcullis.drift.output import as_json, markdown, sarif, text

    formats: Mapping[Format, Callable[[Report], str]] = {
        Format.TEXT: text.text,
        Format.JSON: as_json.text,
        Format.SARIF: sarif.text,
        Format.MARKDOWN: markdown.text,
    }
    return formats[form](report)
