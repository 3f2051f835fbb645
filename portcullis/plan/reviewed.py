"""Preview for a review, and update as it was reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from portcullis import deploy
from portcullis.plan.carry_out import require_reviewed, reviewed_plan
from portcullis.plan.made import Found, plan
from portcullis.project import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from portcullis.plan.document import Plan
    from portcullis.project import StackSettings


def preview(settings: StackSettings, console: Console, *, live: bool) -> tuple[Plan, str]:
    """Preview a stack; return its plan, and why the preview failed: empty if it did not.

    Args:
        settings: The stack.
        console: Where the preview is shown.
        live: Whether to look at the live organization first.
    """
    found = Found()
    try:
        deploy.deploy(settings, console, change=False, live=live, found=found)
    except UserError as error:
        found.error = str(error).strip()
    return plan(found, settings), found.error


def require_writable(path: Path) -> None:
    """Refuse a path that cannot be written, before a preview takes its time.

    Raises:
        UserError: Its folder is missing, or it is a folder itself.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise UserError(f"--json {path}: allowed: a file in a folder that exists, or -")


def update(settings: StackSettings, console: Console, reviewed: str, *, live: bool) -> None:
    """Update a stack if the update is exactly what was reviewed.

    A preview comes first. Its digest has to be that of the review; the update then does nothing
    else than that preview said.

    Args:
        settings: The stack.
        console: Where all of it is shown.
        reviewed: The digest of the reviewed plan, or a path of its file.
        live: Whether to look at the live organization first, as the review did.

    Raises:
        UserError: It is not what was reviewed, or the update fails.
    """
    then = reviewed_plan(reviewed)
    found = Found()
    deploy.deploy(settings, console, change=False, live=live, found=found)
    now = plan(found, settings)
    require_reviewed(now, then)
    console.print(Text(f"{'plan':<10} {now.digest}: as reviewed"))
    deploy.deploy(settings, console, change=True, agreed=True, live=live, reviewed=found)
