"""Which protections hold for a repository: its own, and those of the organization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from components.organization import covers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig
    from components.ruleset import BranchProtectionConfig
    from components.tag_ruleset import TagProtectionConfig

Protection = TypeVar("Protection")


@dataclass(frozen=True)
class Covering(Generic[Protection]):
    """A protection that holds for a repository."""

    name: str
    path: Segments
    """Where it is declared."""
    config: Protection
    of_repository: bool
    """Whether GitHub has it in the repository, and not once in the organization."""


def protections(
    repository: str, config: OrganizationConfig
) -> Iterator[Covering[BranchProtectionConfig]]:
    """Yield the branch protections of ``repository``; of those pushed down its own wins."""
    own = config.repositories[repository].protection
    for name, each in config.protection.items():
        pushed_down = config.plan == "free" or each.enforced_by == "classic"
        if not covers(each.repositories, each.exclude_repositories, repository):
            continue
        if not (pushed_down and name in own):
            yield Covering(name, ("protection", name), each, pushed_down)
    for name, item in own.items():
        path = ("repositories", repository, "protection", name)
        yield Covering(name, path, item, of_repository=True)


def tag_protections(
    repository: str, config: OrganizationConfig
) -> Iterator[Covering[TagProtectionConfig]]:
    """Yield the tag protections of ``repository``; of those pushed down its own wins."""
    own = config.repositories[repository].tag_protection
    for name, each in config.tag_protection.items():
        pushed_down = config.plan == "free"
        if not covers(each.repositories, each.exclude_repositories, repository):
            continue
        if not (pushed_down and name in own):
            yield Covering(name, ("tag_protection", name), each, pushed_down)
    for name, item in own.items():
        path = ("repositories", repository, "tag_protection", name)
        yield Covering(name, path, item, of_repository=True)
