"""The guards' step of a run: show what they say, and stop an update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from portcullis import printed
from portcullis.guards.judge import Judgement, judge, stops
from portcullis.guards.unlocks import share, unlocks
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from rich.console import Console

    from components.organization import ResolvedOrganization
    from portcullis.project import StackSettings
    from portcullis.pulumi_runs.events import Run


def look(
    settings: StackSettings,
    planned: Run,
    state: Mapping[str, Any],
    resolved: ResolvedOrganization,
    console: Console,
    *,
    restored: Collection[str] = (),
) -> Judgement:
    """Return what the guards say about a preview, and show what is unlocked.

    Args:
        settings: The stack.
        planned: The preview.
        state: The stack's state before, exported.
        resolved: The organization as it is declared now.
        console: Where it is shown.
        restored: URNs of steps that only bring back what was declared before.

    Raises:
        UserError: The stack's config for the guards has mistakes.
    """
    resources = (state.get("deployment") or {}).get("resources") or []
    named = unlocks(settings, printed.outputs(resources))
    found = judge(stops(planned, state, resolved, share(settings), restored), named)
    for stop, unlock in found.unlocked:
        console.print(Text(f"unlocked   {unlock}: {stop.what}"))
    for unlock in found.unused:
        why = "it was for an earlier run" if unlock in named.spent else "nothing needs it"
        console.print(Text(f"unused     portcullis:allow has {unlock!r}: {why}; remove it"))
    return found


def refuse(found: Judgement, console: Console) -> None:
    """Stop if something is not unlocked; nothing was changed.

    Raises:
        UserError: With all that is stopped, and the commands that unlock it for one run.
    """
    if not found.stops:
        return
    console.print()
    for stop in found.stops:
        console.print(Text(f"guard      {stop.guard}: {stop.what}"))
    listed = "\n".join(f"  {each}" for each in found.commands)
    raise UserError(
        "\nnothing was changed: this update needs to be unlocked (docs/guards.md); if it is "
        f"meant, name what it does, for one run:\n{listed}"
    )
