"""`portcullis lockdown`: close the release path at once, and open it again."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from portcullis.commands import Stack, answer, console, settings


class LevelOption(StrEnum):
    """How much is closed."""

    RELEASE = "release"
    ALL = "all"


def lockdown(
    organization: Annotated[
        str | None, typer.Argument(help="Its login: naming it confirms the change.")
    ] = None,
    stack: Stack = "dev",
    *,
    repository: Annotated[
        list[str] | None, typer.Option("--repository", help="Only this one; may be repeated.")
    ] = None,
    level: Annotated[
        LevelOption, typer.Option("--level", help="Only what publishes, or everything.")
    ] = LevelOption.RELEASE,
    lift: Annotated[bool, typer.Option("--lift", help="Bring back the state before.")] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="With --lift: also what somebody changed during the lockdown."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm in advance.")] = False,
) -> None:
    """Stop releases at once: tags, Actions, environments, publishing secrets.

    Exit code 1: something is left; run it again.
    """
    if overwrite and not lift:
        raise typer.BadParameter("allowed: with --lift", param_hint="--overwrite")
    if repository and lift:
        raise typer.BadParameter("allowed: without --lift", param_hint="--repository")

    def act() -> None:
        from portcullis.lockdown.carry_out import Wanted
        from portcullis.lockdown.output import show
        from portcullis.lockdown.run import lockdown as carry_out

        wanted = Wanted(organization, level.value, tuple(repository or ()), lift, overwrite, yes)
        outcome = carry_out(settings(stack), wanted, console)
        show(console, outcome, lift=lift)
        if not outcome.complete:
            raise typer.Exit(1)

    answer(act)
