"""What a lockdown did, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from portcullis.lockdown.closing import Outcome


def lines_of(outcome: Outcome, *, lift: bool) -> list[tuple[str, str]]:
    """Return the lines on an outcome, each with the word before it."""
    done = "opened" if lift else "closed"
    lines = [(done, each) for each in outcome.done]
    lines += [("changed", each) for each in outcome.changed]
    lines += [("removed", f"{each}: portcullis up writes it again") for each in outcome.secrets]
    lines += [
        ("open", f"{each}: all do, and nobody declares it: --level all") for each in outcome.open
    ]
    lines += [("left", each) for each in outcome.left]
    already = f", {outcome.already} closed before" if outcome.already else ""
    left = f", {len(outcome.left)} left: run it again" if outcome.left else ""
    count = f"{len(outcome.done)} {done}{already}{left}; {outcome.requests} requests"
    return [*lines, ("lockdown", count)]


def show(console: Console, outcome: Outcome, *, lift: bool) -> None:
    """Print what a lockdown did."""
    for word, text in lines_of(outcome, lift=lift):
        console.print(Text(f"{word:<10} {text}"))
