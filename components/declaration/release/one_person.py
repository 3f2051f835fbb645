"""Nobody publishes alone: who creates release tags and who approves are different people.

GitHub's "prevent self-review" looks at who started a run. A job's own GITHUB_TOKEN may start one,
and then that is github-actions[bot]: the person behind it can approve.

Source: https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/review-deployments
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration.mistakes import listed
from components.declaration.release import permissions
from components.names.ref_patterns import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.environment import ResolvedEnvironment
    from components.names.versions import ReleaseTags
    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository
    from components.tag_ruleset import ResolvedTagProtection


def check_publish(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find people who may create release tags and approve what is published from them."""
    if repository.config.archived:
        return
    for package in repository.packages:
        creators = permissions.tag_creators(package.protections, repository, organization)
        gate = repository.environments[package.environment]
        alone = creators & permissions.approvers(gate, repository, organization)
        if package.first_team:  # `approvals` reports who is in both teams
            alone -= permissions.members([package.first_team], organization)
        if alone:
            what = _one_person(alone, gate, repository, package.protections, organization)
            allowed = _apart(package.config.approvers[-1], package.protections)
            yield (*path, *package.path, "approvers"), what, allowed


def check_environments(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find people who may approve all written environments for release tags, and create the tags.

    Which of the environments publishes is not known here. So a second one that they cannot approve
    clears them; the policy pack judges each environment that is known to release.
    """
    environments = {
        each.name: protections
        for each in repository.environments.values()
        if (protections := _protections_by_tag(each, repository))
    }
    people = {
        name: permissions.approvers(repository.environments[name], repository, organization)
        & frozenset().union(
            *(permissions.tag_creators(each, repository, organization) for each in protections)
        )
        for name, protections in environments.items()
    }
    for name, protections in environments.items():
        if alone := people[name].intersection(*people.values()):
            environment = repository.environments[name]
            together = [each for one in protections for each in one]
            what = _one_person(alone, environment, repository, together, organization)
            reviewers = (*environment.config.reviewers.teams, *environment.config.reviewers.users)
            where = (*path, "environments", name, "reviewers")
            yield where, what, _apart(", ".join(reviewers), together)


def _protections_by_tag(
    environment: ResolvedEnvironment, repository: ResolvedRepository
) -> list[list[ResolvedTagProtection]]:
    """Return the protection of the tags that a written environment admits, pattern by pattern.

    Patterns of tags that nothing protects are left out: the policy pack reports them where
    something is published.
    """
    config = environment.config
    reviewed = config.reviewers.teams or config.reviewers.users
    if environment.release or not reviewed:
        return []
    by_tag = [
        [each for each in repository.tag_protection if _admits(tag, each.config.tags)]
        for tag in config.deploy_from.tags
    ]
    return [protections for protections in by_tag if protections]


def _admits(pattern: str, tags: ReleaseTags) -> bool:
    """Return whether a pattern of tags admits one of these release tags."""
    return pattern.startswith(tags.prefix) or any(matches(pattern, each) for each in tags.examples)


def _one_person(
    alone: Iterable[str],
    environment: ResolvedEnvironment,
    repository: ResolvedRepository,
    protections: Iterable[ResolvedTagProtection],
    organization: ResolvedOrganization,
) -> str:
    """Return who could publish alone, and why."""
    named = [team for each in protections for team in each.config.created_by]
    reasons = []
    if not named:
        reasons.append("everybody who may push creates release tags: no tag_protection covers them")
    elif set(alone) - permissions.members(named, organization):
        reasons.append("an administrator can edit the repository's own tag_protection")
    reviewing = environment.config.reviewers
    users = {login.lower() for login in reviewing.users}
    if set(alone) - users - permissions.members(reviewing.teams, organization):
        reasons.append("an administrator may bypass the environment")
    why = f" ({'; '.join(reasons)})" if reasons else ""
    return (
        f"one person alone could publish: {listed(alone)} may create release tags of "
        f"{repository.name} and approve {environment.name}{why}"
    )


def _apart(approvers: str, protections: Sequence[ResolvedTagProtection]) -> str:
    """Return the fix: tag creators and approvers who share nobody."""
    where = listed({".".join((*each.origin.path, "created_by")) for each in protections})
    return (
        f"approvers who share nobody with {where}, nested teams included"
        if protections
        else f"tag_protection with created_by: teams that share nobody with {approvers}"
    )
