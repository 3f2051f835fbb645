"""From a stack's name to the comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portcullis import deploy
from portcullis.adopt import existing
from portcullis.drift.look import look
from portcullis.drift.report import report
from portcullis.drift.seen import of_state
from portcullis.pulumi_runs import run
from portcullis.pulumi_runs.run import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from components.declaration import Declaration
    from components.github_access import GitHubAccess
    from portcullis.drift.look import Look
    from portcullis.drift.report import Report
    from portcullis.project import StackSettings


@dataclass(frozen=True)
class Compared:
    """A stack's organization on GitHub, beside its declaration and its state."""

    declaration: Declaration
    state: Mapping[str, Any]
    """As it is exported: secrets are ciphertext."""
    look: Look
    report: Report
    access: GitHubAccess
    """By which GitHub was read."""


def compared(settings: StackSettings, console: Console) -> Report:
    """Compare a stack's organization with GitHub; nothing is changed.

    Raises:
        UserError: Something that a person can fix.
    """
    return compare(settings, console).report


@in_words()
def compare(settings: StackSettings, console: Console) -> Compared:
    """Compare a stack's organization with GitHub, and keep what was read.

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
    found = report(looked, looked.drift, settings, declaration, of_state(state))
    return Compared(declaration, state, looked, found, access)
