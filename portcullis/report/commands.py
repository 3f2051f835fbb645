"""`portcullis report`: who can publish, and what is exempted, as a page or as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads it when the program runs
from typing import Annotated

import typer
from rich.text import Text

from portcullis.check.options import File, OfStack, PolicyConfig, policy_files
from portcullis.commands import errors, write
from portcullis.project import UserError


class Format(StrEnum):
    """How the report is written."""

    HTML = "html"
    JSON = "json"


def report(
    file: File = None,
    *,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.HTML,
    output: Annotated[
        Path | None, typer.Option(help="A file to write. Default: standard output.")
    ] = None,
    policy_config: PolicyConfig = None,
    stack: OfStack = None,
) -> None:
    """Write who can publish each package, and which findings are exempted until when.

    Offline: only files of the project are read.
    """
    from components.declaration import DeclarationError
    from portcullis.check.organization import subject
    from portcullis.report import page
    from portcullis.report.facts import gather

    try:
        today = datetime.now(UTC).date()
        facts, answers = gather(subject(file, stack), policy_files(policy_config), today)
        if form is Format.JSON:
            written = facts.model_dump_json(indent=2) + "\n"
        else:
            written = page.text(facts, answers)
        if output:
            write(output, written)
        else:
            typer.echo(written, nl=False)
    except (DeclarationError, UserError) as error:
        errors.print(Text(str(error)))
        raise typer.Exit(1) from None
