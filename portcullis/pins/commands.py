"""`portcullis pins`: pin the actions of workflow files to the commits of their newest releases."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from portcullis.commands import console, errors
from portcullis.project import UserError, project_root

_USAGE = 2
_MOST_DAYS = 36500
"""The greatest age that can be asked for: a century."""


def pins(
    actions: Annotated[
        list[str] | None, typer.Argument(help="Such as actions/checkout. Default: all.")
    ] = None,
    *,
    days: Annotated[
        int,
        typer.Option(
            "--min-age", min=0, max=_MOST_DAYS, help="How many days old a release has to be."
        ),
    ] = 14,
    major: Annotated[
        bool, typer.Option("--major", help="Also to versions with another first number.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the change.")] = False,
    source: Annotated[
        str, typer.Option("--from", help="Where the actions' repositories are.")
    ] = "https://github.com",
) -> None:
    """Pin actions to their newest releases, by the commits of their tags; needs git and a network.

    Exit code 1: an action was refused, such as one whose tag was moved. Exit code 2: nothing was
    changed, because the command was used incorrectly.
    """
    from portcullis.check.fix import difference, write
    from portcullis.pins.refresh import pinned, refresh, rewritten

    try:
        root = project_root()
        chosen = pinned(root, actions)
    except UserError as error:
        errors.print(Text(str(error)))
        raise typer.Exit(_USAGE) from None
    found = [refresh(each, source, days=days, major=major) for each in chosen]
    for each in found:
        to = f" -> {each.new.version}" if each.status == "newer" else ""
        console.print(Text(f"{each.status:<8} {each.old.action} {each.old.version}{to}"))
        for note in each.notes:
            console.print(Text(f"{'':<8}   {note}"))
    files = rewritten(root, found)
    typer.echo(difference(files), nl=False)
    if files and not dry_run:
        write(root, files)
        console.print(
            "next     read the releases' notes, then make test: it names what else to change"
        )
    if any(each.status == "refused" for each in found):
        raise typer.Exit(1)
