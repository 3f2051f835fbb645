"""`portcullis import`: an organization on GitHub as YAML and state."""

from __future__ import annotations

from typing import Annotated

import typer

from portcullis.commands import answer, console
from portcullis.project import project_root


def import_(
    organization: Annotated[str, typer.Argument(help="The organization's login on GitHub.")],
    stack: Annotated[
        str | None,
        typer.Option(help="The stack whose address and credentials count.", envvar="STACK"),
    ] = None,
    *,
    update: Annotated[
        bool, typer.Option("--update", help="Bring files that exist up to date with GitHub.")
    ] = False,
) -> None:
    """Write an organization on GitHub as YAML; change nothing on GitHub."""

    def act() -> None:
        from portcullis.importing import run

        run.import_organization(project_root(), organization, stack, console, update=update)

    answer(act)
