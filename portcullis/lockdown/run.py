"""From a stack's name to a lockdown, or to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.lockdown import subject
from portcullis.lockdown.carry_out import carry_out
from portcullis.lockdown.record import path_of
from portcullis.project import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from portcullis.lockdown.carry_out import Wanted
    from portcullis.lockdown.closing import Outcome
    from portcullis.project import StackSettings


def lockdown(settings: StackSettings, wanted: Wanted, console: Console) -> Outcome:
    """Close the organization of a stack, or open it again.

    Works without Pulumi where `GITHUB_TOKEN` is set, and with a declaration that has mistakes.

    Raises:
        UserError: Something that a person can fix; what was done is in the record.
    """
    declaration = subject.declaration(
        settings, console, "every repository counts as one that publishes, and no secret is removed"
    )
    organization = subject.organization(wanted.organization, declaration, "lockdown")
    if wanted.lift and declaration and declaration.config.asks_for_lockdown:
        raise UserError(
            f"nothing was changed: orgs/{settings.organization}.yaml asks for the lockdown: remove "
            "`lockdown` there; then `up` lifts it"
        )
    access = subject.access(settings, declaration, console)
    if not (wanted.yes or wanted.organization or settings.practises):
        from portcullis import deploy  # noqa: PLC0415 - the engine's side, needed for nothing else

        lift = " --lift" if wanted.lift else ""
        command = f"lockdown {organization}{lift} --stack {settings.name}"
        deploy.agree(organization, command, agreed=False)
    file = path_of(settings.root, organization)
    return carry_out(access, declaration, organization, wanted, file, console)
