"""A checked organization, resolved as if its declaration were one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration.resolve import resolve
from components.origin import Origin

if TYPE_CHECKING:
    from components.organization import OrganizationConfig, ResolvedOrganization


def resolved(config: OrganizationConfig) -> ResolvedOrganization:
    """Return ``config``, resolved."""
    return resolve(config, {"": Origin("orgs/acme.yaml")})
