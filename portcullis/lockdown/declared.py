"""The lockdown that the YAML asks for: `up` carries it out, and lifts it when the line is gone.

The next run may be on another machine, such as that of another workflow run. So the record of how
everything was before is kept in the stack's state, too, as an output of the stack.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from rich.text import Text

from portcullis import printed
from portcullis.adopt import existing
from portcullis.lockdown.carry_out import Wanted, carry_out
from portcullis.lockdown.output import show
from portcullis.lockdown.record import load, path_of
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pulumi import automation
    from rich.console import Console

    from components.declaration import Declaration
    from portcullis.lockdown.record import Level
    from portcullis.project import StackSettings

_OUTPUT = "lockdownRecord"
"""The stack's output that has the record. It is no secret: it says what GitHub shows."""


def asked_for(declaration: Declaration) -> Wanted | None:
    """Return the lockdown that an organization's YAML asks for; None if it asks for none."""
    config = declaration.config
    if config.lockdown:
        return Wanted(None, config.lockdown, declared=True)
    levels = {name: each.lockdown for name, each in config.repositories.items() if each.lockdown}
    if not levels:
        return None
    level: Level = "all" if "all" in levels.values() else "release"
    return Wanted(None, level, tuple(sorted(levels)), declared=True)


def follow(  # noqa: PLR0917 - where it is, and how to ask
    settings: StackSettings,
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    console: Console,
    agree: Callable[[], None],
    *,
    change: bool,
) -> str:
    """Carry out the lockdown that is asked for, or lift the one that no longer is.

    Args:
        settings: The stack.
        stack: The same for Pulumi.
        environment: Of the run.
        declaration: What asks for it.
        console: For what is done.
        agree: Asks a person for a yes.
        change: Whether to act, or only to say what `up` would do.

    Returns:
        What `up` does about it, in words; empty if nothing. While the YAML asks for a lockdown,
        nothing else is to be done.

    Raises:
        UserError: Something is left.
    """
    organization = declaration.resolved.name
    wanted = asked_for(declaration)
    file = path_of(settings.root, organization)
    words = _words(declaration, wanted) if wanted else ""
    if not wanted and _declared(stack, environment, file):
        words = f"{declaration.resolved.origin.file} asks for no lockdown any more: up lifts it"
        wanted = Wanted(None, "release", lift=True, declared=True)
    if wanted is None:
        return ""
    console.print(Text(f"lockdown   {words}"))
    if not change:
        return words
    _fetch(stack, environment, file)
    agree()
    try:
        access = existing.access(stack, environment)
        outcome = carry_out(access, declaration, organization, wanted, file, console)
    finally:
        _keep(stack, environment, file)
    show(console, outcome, lift=wanted.lift)
    if not outcome.complete:
        raise UserError(f"the lockdown is not complete: {len(outcome.left)} left; run it again")
    return words


def _words(declaration: Declaration, wanted: Wanted) -> str:
    what = ", ".join(wanted.repositories) or declaration.resolved.name
    asks = f"{declaration.resolved.origin.file} asks for it ({wanted.level}, {what})"
    return f"{asks}: up closes the release path, and updates nothing"


def _declared(stack: automation.Stack, environment: Mapping[str, str], file: Path) -> bool:
    """Say whether a lockdown is on that the YAML asked for, as this machine or the state knows."""
    record = load(file)
    return record.declared if record else _OUTPUT in _outputs(existing.known(stack, environment))


def _outputs(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs of the stack itself; an empty dictionary before its first update."""
    for each in (state.get("deployment") or {}).get("resources") or []:
        if each["type"] == printed.STACK:
            found: dict[str, Any] = each.setdefault("outputs", {})
            return found
    return {}


def _fetch(stack: automation.Stack, environment: Mapping[str, str], file: Path) -> None:
    """Write the state's record to a file, unless there is one of this machine."""
    text = _outputs(existing.known(stack, environment)).get(_OUTPUT)
    if text and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")


def _keep(stack: automation.Stack, environment: Mapping[str, str], file: Path) -> None:
    """Put the record into the state; take it out once the lockdown is lifted."""
    state = copy.deepcopy(existing.exported(stack, environment))
    outputs = _outputs(state)
    before = outputs.pop(_OUTPUT, None)
    if file.exists() and any(True for _ in state.get("deployment", {}).get("resources") or []):
        outputs[_OUTPUT] = file.read_text(encoding="utf-8")
    if outputs.get(_OUTPUT) != before:
        existing.replace(stack, environment, state)
        existing.forget(stack)
