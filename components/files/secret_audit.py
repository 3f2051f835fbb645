"""The secret audit: a workflow that compares the secrets on GitHub with those that are declared.

It has names, places and rotation periods of secrets, and never a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.files.workflow import FOLDER, render_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from components.files.workflow_choice import SecretAuditConfig
    from components.secrets.declared import DeclaredSecret

PATH = f"{FOLDER}secret-audit.yml"


@dataclass(frozen=True)
class Audited:
    """A declared secret, as a line of the workflow."""

    name: str
    days: str
    """After how many days a new value is due; `-` without a rotation period."""
    place: str
    """Where GitHub holds it, such as `environment pypi-release`."""


def render(
    audit: SecretAuditConfig, secrets: Iterable[DeclaredSecret], *, issue: bool = True
) -> dict[str, str]:
    """Return the workflow file by its path.

    Args:
        audit: The App that lists secrets.
        secrets: The declared ones that jobs here can read.
        issue: Whether findings open an issue.
    """
    text = render_template(
        "secret-audit.yml",
        environment=audit.environment,
        client_id=audit.client_id,
        key=audit.key,
        issue=issue,
        secrets=[line for secret in secrets for line in _lines(secret)],
    )
    return {PATH: text}


def _lines(secret: DeclaredSecret) -> Iterator[Audited]:
    """Yield a line for each store whose names a workflow can list."""
    period = secret.config.rotate_every
    days = str(period.days) if period else "-"
    if "actions" in secret.stores:
        place = f"environment {secret.environment}" if secret.environment else secret.scope
        yield Audited(secret.name, days, place)
    if "dependabot" in secret.stores and secret.scope == "repository":
        yield Audited(secret.name, days, "Dependabot")
