"""What a run that was killed left in the way, and what somebody changed past Portcullis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from portcullis.adopt import existing
from portcullis.project import UserError
from portcullis.pulumi_runs import locks
from portcullis.secrets import drift

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import automation
    from rich.console import Console

    from components.declaration import Declaration
    from portcullis.project import StackSettings


def unlock(settings: StackSettings, environment: Mapping[str, str], console: Console) -> None:
    """Lift what a run that was killed left in the way."""
    if locks.lift_dead_locks(environment, settings.name):
        console.print("recover    the last run was killed: its lock is lifted")
    if locks.mend_attributes(environment, settings.name):
        console.print("recover    it left half a file beside the state: taken away")


def settle(
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    console: Console,
) -> None:
    """Take in what an interrupted run made on GitHub and did not note."""
    state = existing.exported(stack, environment)
    pending = existing.pending_creates(state)
    if not pending:
        return
    organization = declaration.config.organization
    found = existing.find(stack, environment, organization, pending.values())
    existing.drop_pending(stack, environment, state)
    if found:
        existing.take_in(stack, environment, pending, found)
    console.print(
        f"recover    {len(pending)} creations were interrupted: "
        f"{len(found)} had happened and are taken in, the others are done again"
    )


def mend_secrets(
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    console: Console,
    *,
    change: bool,
) -> None:
    """Tell of secrets that were changed past Portcullis; let the update set them again."""
    state = existing.exported(stack, environment)
    if not drift.secrets_of(state):
        return
    client = existing.access(stack, environment).client()
    with existing.asking():
        found = drift.drifted(client, declaration.config.organization, state)
    found.sort(key=str)  # the state's own order changes from run to run
    for each in found:
        console.print(Text(f"drift      {each}"))
    if found and not change:
        console.print("           a preview leaves them; make up sets them again")
    elif any(each.lost for each in found):
        raise UserError(
            "nothing was changed: GitHub does not have what these secrets were in; where that was "
            f"not meant, `pulumi refresh --stack {stack.name}` notes it, then `make up` makes it "
            "anew:\n" + "\n".join(sorted(f"  {each.name}" for each in found if each.lost))
        )
    elif found:
        gone = [each.urn for each in found if each.has_to_be_made_anew]
        if gone:
            targets = [argument for urn in gone for argument in ("--target", urn)]
            existing.pulumi(stack, environment, ["refresh", "--yes", "--skip-preview", *targets])
        # exported again: while GitHub was asked, somebody else's run may have written the state
        state = existing.exported(stack, environment)
        existing.replace(stack, environment, drift.forget(state, found))
