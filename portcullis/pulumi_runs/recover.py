"""What a run that was killed left in the way, and what somebody changed past Portcullis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from portcullis.adopt import existing
from portcullis.files import overwritten
from portcullis.project import UserError
from portcullis.pulumi_runs import locks
from portcullis.secrets import drift

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import automation
    from rich.console import Console

    from components.declaration import Declaration
    from portcullis.files.overwritten import Edited
    from portcullis.project import StackSettings

_OUT_OF_SIGHT = (
    "GitHub answers 404 for the repositories or environments of these secrets. Check first "
    "that the token or the App may read them (docs/own-organization.md): GitHub hides what it may "
    "not. If they are really deleted, `pulumi refresh --skip-preview --stack {}` takes them out of "
    "the state, and make up creates them again"
)


def unlock(settings: StackSettings, environment: Mapping[str, str], console: Console) -> None:
    """Remove the lock and the half file that a killed run left."""
    if locks.lift_dead_locks(environment, settings.name):
        console.print("recover    the last run was killed: its lock is removed")
    if locks.remove_half_files(environment, settings.name):
        console.print("recover    it left half a file beside the state: removed")


def restore_secrets(
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    state: Mapping[str, Any],
    console: Console,
    *,
    change: bool,
) -> Sequence[drift.Drifted]:
    """Report secrets that were changed outside of Portcullis; let the update set them again."""
    if not drift.secrets_of(state):
        return ()
    client = existing.access(stack, environment).client()
    with existing.asking():
        found = drift.drifted(client, declaration.config.organization, state)
    found.sort(key=str)  # the state's own order changes from run to run
    for each in found:
        console.print(Text(f"drift      {each}"))
    lost = sorted(each.name for each in found if each.lost)
    if lost and change:
        names = "\n".join(f"  {name}" for name in lost)
        raise UserError(f"nothing was changed: {_OUT_OF_SIGHT.format(stack.name)}:\n{names}")
    if lost:
        console.print(Text(f"           {_OUT_OF_SIGHT.format(stack.name)}"))
    elif found and not change:
        console.print("           a preview leaves them; make up sets them again")
    elif found:
        gone = [each.urn for each in found if each.has_to_be_made_anew]
        if gone:
            targets = [argument for urn in gone for argument in ("--target", urn)]
            existing.pulumi(stack, environment, ["refresh", "--yes", "--skip-preview", *targets])
        # exported again: while GitHub was asked, somebody else's run may have written the state
        state = existing.exported(stack, environment)
        existing.replace(stack, environment, drift.forget(state, found))
    return found


def restore_files(
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    state: Mapping[str, Any],
    console: Console,
    *,
    change: bool,
) -> Sequence[Edited]:
    """Report managed files that people changed; let the update write them again."""
    if not overwritten.files_of(state):
        return ()
    client = existing.access(stack, environment).client()
    with existing.asking():
        found = overwritten.edited(client, declaration.config.organization, state)
    for each in sorted(found, key=str):
        console.print(Text(f"drift      {each}"))
    if found and change:
        # exported again, as for secrets
        state = existing.exported(stack, environment)
        existing.replace(stack, environment, overwritten.as_on_github(state, found))
    return found
