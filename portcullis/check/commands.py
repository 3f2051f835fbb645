"""`portcullis check`: judge an organization's file offline, and fix what is safe to fix."""

from __future__ import annotations

import gc
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portcullis.check.options import File, OfStack, PolicyConfig, policy_files
from portcullis.commands import errors
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from portcullis.check.organization import Subject
    from portcullis.check.report import Report

_USAGE = 2


class Format(StrEnum):
    """How the outcome is printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    MARKDOWN = "markdown"
    HTML = "html"


def check(
    file: File = None,
    *,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
    fix: Annotated[
        bool, typer.Option("--fix", help="Set fields of the file to safe values.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fix: only show the change.")
    ] = False,
    policy_config: PolicyConfig = None,
    stack: OfStack = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="COMMIT",
            help="Compare with this commit, and refuse a change after which fewer people suffice.",
        ),
    ] = None,
) -> None:
    """Check an organization offline: mistakes, and the policy pack's findings.

    Exit code 0: a preview would be accepted.
    Exit code 1: it would be refused.
    Exit code 2: the command was used incorrectly.
    """
    from portcullis.check.organization import subject

    if dry_run and not fix:
        raise typer.BadParameter("it needs --fix", param_hint="--dry-run")
    gc.disable()  # the process ends soon: collecting garbage costs a tenth of the time
    files = policy_files(policy_config)
    try:
        what = subject(file, stack)
        if fix:
            _fix_files(what, files, write=not dry_run, aside=form is not Format.TEXT)
        report = _report(what, files, since)
    except UserError as error:
        errors.print(Text(str(error)))
        raise typer.Exit(_USAGE) from None
    typer.echo(_rendered(report, form), nl=False)
    if report.refused:
        raise typer.Exit(1)


def _report(what: Subject, files: list[Path], since: str | None) -> Report:
    """Return the outcome; mistakes in the declaration are part of it."""
    from components.declaration import DeclarationError
    from components.declaration.required_checks import notices
    from portcullis.check import organization
    from portcullis.check.report import Report
    from portcullis.reach import comparison

    before = None if since is None else comparison.of_commit(since, what, files)
    try:
        declaration, findings = organization.check(what, files, before)
    except DeclarationError as error:
        first = error.mistakes[0].place.file
        return Report(what.name, first, mistakes=tuple(error.mistakes))
    resolved = declaration.resolved
    after = None if before is None else comparison.of_declaration(what, files)
    return Report(
        what.name,
        resolved.origin.file,
        findings=tuple(findings),
        notices=tuple(notices(resolved)),
        changes=() if before is None or after is None else comparison.changes(before, after),
    )


def _fix_files(what: Subject, config: list[Path], *, write: bool, aside: bool) -> None:
    """Fix the files, and show how; a declaration with mistakes is left to the report."""
    from components.declaration import DeclarationError
    from portcullis.check import fix

    try:
        files = fix.fixed_files(what, config)
    except DeclarationError:
        return
    typer.echo(fix.difference(files), nl=False, err=aside)
    if write:
        fix.write(what.root, files)


def _rendered(report: Report, form: Format) -> str:
    from portcullis.check.output import as_json, github, markdown, page, sarif, text

    formats: Mapping[Format, Callable[[Report], str]] = {
        Format.TEXT: text.text,
        Format.JSON: as_json.text,
        Format.SARIF: sarif.text,
        Format.GITHUB: github.text,
        Format.MARKDOWN: markdown.text,
        Format.HTML: page.text,
    }
    return formats[form](report)
