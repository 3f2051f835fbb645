"""Somebody can release: somebody may create a tag, and somebody else may approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration.mistakes import listed
from components.declaration.release import permissions
from components.publish.environments import by_tags
from components.publish.packages import APPROVAL_ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from components.declaration.mistakes import Problem
    from components.declaration.release.permissions import People
    from components.declaration.yaml_file import Segments
    from components.environment import ResolvedEnvironment
    from components.organization import ResolvedOrganization
    from components.publish.environments import ResolvedPackage
    from components.repository import ResolvedRepository
    from components.tag_ruleset import ResolvedTagProtection


def check(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find why nobody could release the packages of the repository at ``path``."""
    if repository.config.archived:
        return
    for packages in by_tags(repository.packages).values():
        yield from _series(path, packages, repository, organization)


def _series(
    path: Segments,
    packages: Sequence[ResolvedPackage],
    repository: ResolvedRepository,
    organization: ResolvedOrganization,
) -> Iterator[Problem]:
    """Find why nobody could release the packages that tags of one form release."""
    protections = packages[0].protections
    named = {team for each in protections for team in each.config.created_by}
    if not named <= organization.people.keys():
        return  # a team that is not declared is reported where it is named
    empty = list(_empty_teams(protections, organization))
    yield from empty
    creators = permissions.tag_creators(protections, repository, organization)
    if creators:
        yield from _self_review(path, packages, creators, repository, organization)
    elif not empty:
        what = f"nobody can release {repository.name}: nobody may create a release tag"
        if len(protections) > 1:
            entries = listed(".".join(each.origin.path) for each in protections)
            what += f"; a tag has to pass {entries}, and nobody is in `created_by` of all of them"
        yield (*path, "publish"), what, "tag_protection with created_by: a team that may push"


def _empty_teams(
    protections: Iterable[ResolvedTagProtection], organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find teams in `created_by` that have no members."""
    for each in protections:
        for index, team in enumerate(each.config.created_by):
            if organization.people.get(team) == frozenset():
                what = f"nobody is in `{team}`, so nobody could create a release tag"
                yield (*each.origin.path, "created_by", index), what, "a team of people"


def _self_review(
    path: Segments,
    packages: Sequence[ResolvedPackage],
    creators: People,
    repository: ResolvedRepository,
    organization: ResolvedOrganization,
) -> Iterator[Problem]:
    """Find environments that only the one person who may start a release can approve."""
    least = permissions.least_to_start(
        repository.config, packages[0].protections, organization.config
    )
    starters = creators | permissions.with_permission(least, repository, organization)
    for package in packages:
        names = {package.environment}
        if package.first_team:
            names.add(APPROVAL_ENVIRONMENT)
        environments = [each for each in repository.release_path if each.name in names]
        if blocked := _blocked(environments, starters, repository, organization):
            environment, people = blocked
            what = (
                f"nobody can release {repository.name}: only {listed(starters)} may start a "
                f"release, only {listed(people)} may approve {environment}, and GitHub lets nobody "
                "approve a run that they started"
            )
            yield (*path, *package.path, "approvers"), what, "an approver who starts no release"


def _blocked(
    environments: Iterable[ResolvedEnvironment],
    starters: People,
    repository: ResolvedRepository,
    organization: ResolvedOrganization,
) -> tuple[str, People] | None:
    """Return an environment that nobody can approve, and its approvers; None where somebody can."""
    approvers = {
        each.name: permissions.approvers(each, repository, organization)
        for each in environments
        if each.config.prevent_self_review
    }
    found = None
    for starter in sorted(starters):
        closed = [(name, people) for name, people in approvers.items() if people == {starter}]
        if not closed:
            return None
        found = closed[0]
    return found
