"""`portcullis lockdown`: close the release path at once, and open it again."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portcullis.commands import Stack, answer, console, settings

if TYPE_CHECKING:
    from portcullis.lockdown.closing import Outcome


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
        from portcullis.lockdown.run import Wanted
        from portcullis.lockdown.run import lockdown as carry_out

        wanted = Wanted(organization, level.value, tuple(repository or ()), lift, overwrite, yes)
        outcome = carry_out(settings(stack), wanted, console)
        _show(outcome, lift=lift)
        if not outcome.complete:
            raise typer.Exit(1)

    answer(act)


def _show(outcome: Outcome, *, lift: bool) -> None:
    done = "opened" if lift else "closed"
    lines = [(done, each) for each in outcome.done]
    lines += [("changed", each) for each in outcome.changed]
    lines += [("removed", f"{each}: portcullis up writes it again") for each in outcome.secrets]
    lines += [("left", each) for each in outcome.left]
    for word, text in lines:
        console.print(Text(f"{word:<10} {text}"))
    already = f", {outcome.already} closed before" if outcome.already else ""
    left = f", {len(outcome.left)} left: run it again" if outcome.left else ""
    count = f"{len(outcome.done)} {done}{already}{left}; {outcome.requests} requests"
    console.print(Text(f"{'lockdown':<10} {count}"))
