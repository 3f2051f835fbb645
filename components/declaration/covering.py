"""Which branch protection holds for a repository: its own, and the organization's rulesets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.organization import covers
from components.ruleset import ResolvedProtection

if TYPE_CHECKING:
    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository


def protections(
    repository: ResolvedRepository, organization: ResolvedOrganization
) -> list[ResolvedProtection]:
    """Return all branch protection of ``repository``; none of an archived one."""
    if repository.config.archived:
        return []
    by_organization = [
        ResolvedProtection(name, item, organization.origin.child("protection", name))
        for name, item in organization.protection.items()
        if covers(item.repositories, item.exclude_repositories, repository.name)
    ]
    return [*by_organization, *repository.protection]
