"""`portcullis init`: a configuration repository for one organization or several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from portcullis.commands import answer, console


def init(
    organizations: Annotated[
        list[str], typer.Argument(metavar="ORG ...", help="The organizations' logins on GitHub.")
    ],
    directory: Annotated[Path, typer.Option(help="The folder to write into.")] = Path(),
    backend: Annotated[
        str, typer.Option(metavar="URL", help="Where Pulumi keeps the state: s3://bucket, ...")
    ] = "",
    wheel: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The wheel of this version; its hash is pinned."),
    ] = None,
) -> None:
    """Write a configuration repository; overwrite nothing."""

    def act() -> None:
        from portcullis.init.repository import files, write
        from portcullis.init.wheel import this_wheel

        made = files(organizations, backend, this_wheel(wheel))
        write(made, directory)
        for path in made:
            console.print(f"wrote      {path}")
        console.print("next       README.md says how to install and to practise")

    answer(act)
