"""From a stack's name to the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis import deploy
from portcullis.adopt import existing
from portcullis.drift.look import look
from portcullis.drift.report import report
from portcullis.drift.seen import of_state
from portcullis.pulumi_runs import run
from portcullis.pulumi_runs.run import in_words

if TYPE_CHECKING:
    from rich.console import Console

    from portcullis.drift.report import Report
    from portcullis.project import StackSettings


@in_words()
def compared(settings: StackSettings, console: Console) -> Report:
    """Compare a stack's organization with GitHub; nothing is changed.

    Args:
        settings: The stack.
        console: For progress.

    Raises:
        UserError: Something that a person can fix.
    """
    declaration = deploy.declaration_of(settings)
    environment = deploy.prepare(settings, declaration, console)
    stack = run.select(settings, environment)
    state = existing.exported(stack, environment)
    access = existing.access(stack, environment)
    looked = look(access, settings, declaration, console, state=state)
    return report(looked, looked.drift, settings, declaration, of_state(state))
