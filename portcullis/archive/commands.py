"""`portcullis archive`: the audit log and records, into the audit archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from portcullis.commands import Stack, answer, console, settings

Records = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Also add the records in this folder.")
]


def archive(
    stack: Stack = "dev",
    *,
    records: Records = None,
) -> None:
    """Add what is new in the organization's audit log to its audit archive.

    Run it again whenever it was interrupted: it adds what is missing, and nothing twice.

    The token is that of the variable GITHUB_TOKEN; the login to AWS is that of the archive's
    writer.

    Exit code 0: the archive has all hours that have ended, or the plan has no audit log.
    Exit code 1: something is missing in the archive; the text says what to do.
    """

    def add() -> None:
        from portcullis.archive.run import run

        run(settings(stack), console, records)

    answer(add)
