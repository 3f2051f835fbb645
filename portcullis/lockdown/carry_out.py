"""Close an organization or lift its lockdown, with its record in a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from portcullis.adopt import existing
from portcullis.live.asking import Asking, Unread
from portcullis.live.raw import settings as live_settings
from portcullis.lockdown import closing, opening, plan
from portcullis.lockdown.closing import Outcome, Run
from portcullis.lockdown.doors import NOTE, Door, Kind
from portcullis.lockdown.record import Record, Stage
from portcullis.lockdown.record import load as load_record
from portcullis.lockdown.sending import Pace, Sender
from portcullis.project import UserError
from portcullis.sealed import alone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from components.declaration import Declaration
    from components.github_access import GitHubAccess
    from portcullis.lockdown.record import Level

_RANK = {"release": 0, "all": 1}


@dataclass(frozen=True)
class Wanted:
    """What somebody asked for."""

    organization: str | None
    """Its login, which is also the yes to the change; None: the stack's, which is asked for."""
    level: Level
    repositories: Sequence[str] = ()
    lift: bool = False
    overwrite: bool = False
    yes: bool = False
    declared: bool = False
    """Whether the organization's YAML asks for it, and no command."""


def carry_out(  # noqa: PLR0917 - a lockdown, with all that it depends on
    access: GitHubAccess,
    declaration: Declaration | None,
    organization: str,
    wanted: Wanted,
    file: Path,
    console: Console,
) -> Outcome:
    """Close an organization, or open it again.

    Args:
        access: How GitHub is reached.
        declaration: What the organization declares; None if nobody knows.
        organization: Its login.
        wanted: What is wanted.
        file: The record.
        console: For waiting.

    Raises:
        UserError: It contradicts the lockdown that is on, or the record cannot be used.
    """

    def waits(reason: str, seconds: float) -> None:
        if seconds >= 1:
            console.print(Text(f"waiting    {seconds:.0f} s for {reason}"))

    with alone(file, "lockdown"), existing.asking(""), Asking(access, waits=waits) as asking:
        sender = Sender(asking, Pace(waits=waits))
        record = load_record(file)
        if wanted.lift:
            outcome = _lift(Run(sender, _known(record, file, organization), file), wanted)
        else:
            scope = plan.scope_of(declaration, organization, wanted.level, wanted.repositories)
            outcome = _close(sender, record, scope, wanted, file)
    outcome.requests = sender.sent + asking.usage.sent
    return outcome


def _close(
    sender: Sender, record: Record | None, scope: plan.Scope, wanted: Wanted, file: Path
) -> Outcome:
    if record is None or record.entry(Door(Kind.NOTE)) is None:
        # an earlier run may have begun a record without reaching GitHub
        _require_no_note(sender.asking, scope.organization, file)
    if record is None:
        began = datetime.now(UTC).isoformat(timespec="seconds")
        record = Record(organization=scope.organization, level=wanted.level, began=began)
        record.repositories = sorted(scope.only)
    elif _RANK[wanted.level] < _RANK[record.level]:
        raise UserError(
            f"nothing was changed: {scope.organization} is locked down (all); "
            "lift that first: portcullis lockdown --lift"
        )
    elif scope.only and not record.repositories:
        raise UserError(
            f"nothing was changed: the whole of {scope.organization} is locked down since "
            f"{record.began}; run it without --repository to close what is new"
        )
    if wanted.declared and (missing := {*record.repositories} - scope.only) and scope.only:
        raise UserError(
            f"nothing was changed: {', '.join(sorted(missing))} cannot be opened while others stay "
            "closed; remove `lockdown` everywhere, run it, then declare what is to be closed again"
        )
    record.declared = record.declared or wanted.declared
    record.level = wanted.level
    record.repositories = sorted({*record.repositories, *scope.only}) if scope.only else []
    run_ = Run(sender, record, file)
    run_.keep()
    closing.close(run_, scope)
    return run_.outcome


def _require_no_note(asking: Asking, organization: str, file: Path) -> None:
    """Refuse to take what another lockdown closed for the state before.

    GitHub that does not answer is no reason to wait.
    """
    found = live_settings.variable(asking, organization, NOTE)
    if found is not None and not isinstance(found, Unread):
        raise UserError(
            f"nothing was changed: {organization} is locked down already, and {file} is not here: "
            "copy it from the machine where it was done (docs/lockdown.md)"
        )


def _known(record: Record | None, file: Path, organization: str) -> Record:
    if record is None:
        raise UserError(f"nothing was changed: no lockdown of {organization} is on ({file})")
    return record


def _lift(run_: Run, wanted: Wanted) -> Outcome:
    opening.lift(run_, overwrite=wanted.overwrite)
    record = run_.record
    if run_.outcome.complete and all(each.stage is Stage.OPEN for each in record.entries):
        began = record.began.replace(":", "")
        run_.file.replace(run_.file.with_name(f"{record.organization}.{began}.lifted.json"))
    return run_.outcome
