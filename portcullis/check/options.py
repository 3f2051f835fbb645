"""The options of the commands that judge a declaration offline: `check` and `reach`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[
    Path | None,
    typer.Argument(help="The organization's file, such as orgs/guild.yaml. Default: the stack's."),
]
PolicyConfig = Annotated[
    list[Path] | None,
    typer.Option(
        help="A policy config file, with levels and parameters.",
        envvar="PULUMI_OPTION_POLICY_PACK_CONFIG",
    ),
]
OfStack = Annotated[
    str | None, typer.Option(help="The stack whose configuration applies.", envvar="STACK")
]


def policy_files(given: list[Path] | None) -> list[Path]:
    """Return the policy config files; the variable is Pulumi's own, which separates by commas."""
    return [Path(name) for each in given or [] for name in str(each).split(",")]
