"""`portcullis report`: who can publish, what differs, and checklists answered from facts."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads it when the program runs
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portcullis.check.options import File, OfStack, PolicyConfig, policy_files
from portcullis.commands import errors, write
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portcullis.project import StackSettings
    from portcullis.report.known import Known
    from portcullis.report.model import Facts


class Format(StrEnum):
    """How the report is written."""

    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"


_ENDINGS = {".html": Format.HTML, ".htm": Format.HTML, ".md": Format.MARKDOWN, ".json": Format.JSON}


def report(
    file: File = None,
    *,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="The output format. Default: by the file's ending, or html."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="A file to write. Default: standard output.")
    ] = None,
    live: Annotated[
        bool | None,
        typer.Option("--live/--no-live", help="Ask GitHub. Default: yes, without FILE."),
    ] = None,
    policy_config: PolicyConfig = None,
    stack: OfStack = None,
) -> None:
    """Write who can publish each package, what differs on GitHub, and answered checklists.

    Nothing is changed. With FILE or --no-live, only files of the project are read.
    """
    from components.declaration import DeclarationError
    from portcullis.check.organization import subject
    from portcullis.report import known
    from portcullis.report.facts import facts

    if live and file:
        raise typer.BadParameter(
            "allowed: without FILE; --stack names the organization", param_hint="--live"
        )
    try:
        _writable(output)
        files = policy_files(policy_config)
        what = subject(file, stack)
        if what.stack and file is None and live is not False:
            found = _live(what.stack, files)
        else:
            found = known.offline(what, files, datetime.now(UTC).date())
        written = _rendered(facts(found), form or _by_ending(output))
        if output:
            write(output, written)
        else:
            typer.echo(written, nl=False)
    except (DeclarationError, UserError) as error:
        errors.print(Text(str(error)))
        raise typer.Exit(1) from None


def _live(settings: StackSettings, policy_files: Sequence[Path]) -> Known:
    """Return what GitHub tells, too.

    Raises:
        UserError: It cannot be read; says how to do without.
    """
    from portcullis.report import known

    try:
        return known.live(settings, policy_files, errors)
    except UserError as error:
        without = "a report without GitHub: portcullis report --no-live"
        raise UserError(f"{error}\n{without}") from None


def _writable(output: Path | None) -> None:
    """Refuse what cannot be written before GitHub is read.

    Raises:
        UserError: It cannot.
    """
    if output is None:
        return
    if not output.parent.is_dir():
        raise UserError(
            f"{output}: there is no folder {output.parent}; nothing was written; create it first"
        )
    if output.is_dir():
        raise UserError(f"{output} is a folder; nothing was written; allowed: the name of a file")
    if not os.access(output if output.exists() else output.parent, os.W_OK):
        raise UserError(f"{output} cannot be written by this user; nothing was written")


def _by_ending(output: Path | None) -> Format:
    return _ENDINGS.get(output.suffix.lower() if output else "", Format.HTML)


def _rendered(facts: Facts, form: Format) -> str:
    from portcullis.report.output import markdown, page

    if form is Format.JSON:
        return facts.model_dump_json(indent=2) + "\n"
    return markdown.text(facts) if form is Format.MARKDOWN else page.text(facts)
