"""The protection that holds for a repository, and what of it stops commits of managed files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from components.files.committing import PROPOSALS, Guard
from components.names.ref_patterns import matches
from components.organization import covers
from components.ruleset import ResolvedProtection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository
    from components.ruleset import BranchProtectionConfig


def guards(organization: ResolvedOrganization) -> dict[str, list[Guard]]:
    """Return the guards of the default branch, by repository with managed files."""
    return {
        name: [
            _guard(each, organization)
            for each in protections(repository, organization)
            if _covers_default(each.config, repository.config.default_branch)
        ]
        for name, repository in organization.repositories.items()
        if repository.files or repository.added_files
    }


def with_ways(organization: ResolvedOrganization) -> ResolvedOrganization:
    """Return the organization with the way that managed files take into each repository."""
    guarded = guards(organization)
    repositories = {
        name: replace(each, by_pull_request=_by_pull_request(each, guarded.get(name, [])))
        for name, each in organization.repositories.items()
    }
    return replace(organization, repositories=repositories)


def _by_pull_request(repository: ResolvedRepository, guarded: list[Guard]) -> bool:
    way = repository.config.file_changes
    return way == "pull-request" or (
        way == "auto" and any(each.lets_nobody_push for each in guarded)
    )


def stopped_proposals(organization: ResolvedOrganization) -> Iterator[tuple[Segments, str, str]]:
    """Find protection that stops every push to the branch of the pull request, too."""
    for name, repository in organization.repositories.items():
        if not repository.by_pull_request or not (repository.files or repository.added_files):
            continue
        for each in protections(repository, organization):
            guard = _guard(each, organization)
            if guard.lets_nobody_push and _covers(each.config, PROPOSALS):
                what = (
                    f"managed files of `{name}` come by a pull request from the branch "
                    f"`{PROPOSALS}`, and this lets nobody push to it"
                )
                yield (*each.origin.path, "branches"), what, f"exclude_branches: [{PROPOSALS}]"


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


def _covers_default(protection: BranchProtectionConfig, branch: str) -> bool:
    """Return whether the protection holds for the default branch, whose name is ``branch``."""
    return _covers(protection, branch, "default")


def _covers(protection: BranchProtectionConfig, branch: str, *words: str) -> bool:
    """Return whether the protection holds for a branch, which ``words`` stand for as well."""
    if protection.enforcement != "active":
        return False
    if any(matches(pattern, branch) for pattern in protection.exclude_branches):
        return False
    return any(name in {"all", *words} or matches(name, branch) for name in protection.branches)


def _guard(protection: ResolvedProtection, organization: ResolvedOrganization) -> Guard:
    config = protection.config
    classic = config.enforced_by == "classic"
    may_push = [entry for entry in config.bypass if entry.mode == "always"]
    apps = {entry.app for entry in may_push if entry.app is not None}
    if organization.config.automation and not classic:
        apps.add(organization.config.automation.app_id)
    # classic protection has one kind of bypass, which lets teams push too
    teams = [entry.team for entry in (config.bypass if classic else may_push) if entry.team]
    return Guard(
        where=str(protection.origin),
        classic=classic,
        apps=frozenset(apps),
        people=frozenset[str]().union(*(organization.people.get(team, ()) for team in teams)),
        administrators=any(entry.role for entry in may_push),
    )
