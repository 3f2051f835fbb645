"""From a stack's name to the listing of its secrets: declaration, sources, GitHub."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from components.preflight import ADOPTING
from portcullis import deploy
from portcullis.adopt import existing
from portcullis.pulumi_runs import locks, run
from portcullis.pulumi_runs.run import in_words
from portcullis.secrets.listing import ListedSecret, listing
from portcullis.secrets.live import look

if TYPE_CHECKING:
    from datetime import date

    from pulumi import automation
    from rich.console import Console

    from components.declaration import Declaration
    from components.organization import ResolvedOrganization
    from components.secrets.secret import Store
    from portcullis.project import StackSettings


@dataclass(frozen=True)
class Gathered:
    """The listing, and what it took."""

    organization: str
    secrets: list[ListedSecret]
    today: date
    requests: int
    """To GitHub, apart from those of the preview."""


@in_words()
def facts(settings: StackSettings, console: Console) -> dict[str, dict[str, Any]]:
    """Return what the sources say of each declared secret, by its dotted path; nothing is changed.

    Args:
        settings: the stack.
        console: for how far it is, and for what goes wrong.

    Raises:
        UserError: a source does not give a secret.
    """
    return _asked(settings, deploy.declaration_of(settings), console)[0]


def _asked(
    settings: StackSettings, declaration: Declaration, console: Console
) -> tuple[dict[str, dict[str, Any]], automation.Stack, dict[str, str]]:
    environment = deploy.prepare(settings, declaration, console)
    # what exists is not refused, and nothing is judged: only what the sources say is wanted
    environment |= {ADOPTING: "true", "PULUMI_OPTION_POLICY_PACK": ""}
    locks.lift_dead_locks(environment, settings.name)
    locks.remove_half_files(environment, settings.name)
    stack = run.select(settings, environment)
    planned = deploy.carried_out(lambda: run.preview(stack, console), console)
    return planned.organization.get("secrets", {}), stack, environment


@in_words()
def gather(settings: StackSettings, console: Console) -> Gathered:
    """Ask the sources and GitHub for everything but values; nothing is changed.

    Args:
        settings: the stack.
        console: for how far it is, and for what goes wrong.

    Raises:
        UserError: a source does not give a secret, or GitHub cannot be asked.
    """
    declaration = deploy.declaration_of(settings)
    resolved = declaration.resolved
    known, stack, environment = _asked(settings, declaration, console)
    client = existing.access(stack, environment).client()
    live = look(client, resolved, declared=_organizations(resolved), stores=_stores(resolved))
    today = datetime.now(UTC).date()
    secrets = listing(resolved, known, live, today)
    return Gathered(resolved.name, secrets, today, live.requests)


def _organizations(resolved: ResolvedOrganization) -> set[tuple[Store, str]]:
    """Return the organization's declared secrets."""
    return {
        (store, each.name)
        for each in resolved.secrets
        if each.scope == "organization"
        for store in each.stores
    }


def _stores(resolved: ResolvedOrganization) -> list[Store]:
    """Add Codespaces only where it is used: reading its secrets is a permission of its own."""
    used = {store for each in resolved.secrets for store in each.stores}
    return ["actions", "dependabot", *(("codespaces",) if "codespaces" in used else ())]
