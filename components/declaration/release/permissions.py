"""Who may do what on a release path: push, create release tags, start a release, approve it.

People are lower-case logins. Nested teams are included: GitHub gives them what their parents have.
Owners of the organization may do everything; a declaration does not name them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from components.base import Permission
    from components.environment import ResolvedEnvironment
    from components.organization import OrganizationConfig, ResolvedOrganization
    from components.repository import RepositoryConfig, ResolvedRepository
    from components.tag_ruleset import ResolvedTagProtection

People = frozenset[str]

PERMISSIONS: tuple[Permission, ...] = ("pull", "triage", "push", "maintain", "admin")
"""What a team may do in a repository, each with all that stands before it."""

ROLES: Mapping[Permission, str] = {"push": "write", "maintain": "maintain", "admin": "admin"}
"""GitHub's names for the roles that may push, as a workflow sees them."""

MAY_PUSH = frozenset(ROLES)
"""Permissions with which people may push, and so create a tag.

Source: https://docs.github.com/organizations/managing-user-access-to-your-organizations-repositories
"""

_BASE: Mapping[str, Permission] = {"read": "pull", "write": "push", "admin": "admin"}
"""The permission that `default_repository_permission` gives to every member."""


def permission_of(
    team: str, repository: RepositoryConfig, config: OrganizationConfig
) -> Permission | None:
    """Return what the members of a team may do: by the team, its parents, or as any member."""
    found = [_BASE.get(config.settings.default_repository_permission)]
    found.append(granted(team, repository, config))
    return max((each for each in found if each), key=PERMISSIONS.index, default=None)


def granted(
    team: str, repository: RepositoryConfig, config: OrganizationConfig
) -> Permission | None:
    """Return what a repository grants to a team, or to a team in which it is nested."""
    found = [repository.access.get(slug) for slug in nested_in(team, config)]
    return max((each for each in found if each), key=PERMISSIONS.index, default=None)


def nested_in(team: str, config: OrganizationConfig) -> list[str]:
    """Return a team and the teams in which it is nested; a circle is gone round once."""
    found: list[str] = []
    slug: str | None = team
    while slug in config.teams and slug not in found:
        found.append(slug)
        slug = config.teams[slug].parent
    return found


def everybody_reads(repository: RepositoryConfig, config: OrganizationConfig) -> bool:
    """Return whether every member of the organization may read a repository."""
    return (
        repository.visibility != "private"
        or config.settings.default_repository_permission != "none"
    )


def may_push(team: str, repository: RepositoryConfig, config: OrganizationConfig) -> bool:
    """Return whether the members of a team may push."""
    return permission_of(team, repository, config) in MAY_PUSH


def members(teams: Iterable[str], organization: ResolvedOrganization) -> People:
    """Return the people of all these teams."""
    return frozenset().union(*(organization.people.get(team, ()) for team in teams))


def with_permission(
    least: Permission, repository: ResolvedRepository, organization: ResolvedOrganization
) -> People:
    """Return the people who have at least the permission ``least`` in a repository."""
    config = organization.config
    enough = PERMISSIONS[PERMISSIONS.index(least) :]
    return members(
        (t for t in config.teams if permission_of(t, repository.config, config) in enough),
        organization,
    )


def tag_creators(
    protections: Iterable[ResolvedTagProtection],
    repository: ResolvedRepository,
    organization: ResolvedOrganization,
) -> People:
    """Return who may create the tags that all ``protections`` are for.

    A tag has to pass each of them. An administrator edits what the repository itself has.
    """
    administrators = with_permission("admin", repository, organization)
    creators = with_permission("push", repository, organization)
    for each in protections:
        creators &= members(each.config.created_by, organization) | (
            frozenset() if each.by_organization else administrators
        )
    return creators


def approvers(
    environment: ResolvedEnvironment,
    repository: ResolvedRepository,
    organization: ResolvedOrganization,
) -> People:
    """Return who may let a job into an environment."""
    config = environment.config
    bypassing = (
        with_permission("admin", repository, organization)
        if config.can_admins_bypass
        else frozenset()
    )
    users = frozenset(login.lower() for login in config.reviewers.users)
    return users | members(config.reviewers.teams, organization) | bypassing


def least_to_start(
    repository: RepositoryConfig,
    tag_protection: Iterable[ResolvedTagProtection],
    config: OrganizationConfig,
) -> Permission:
    """Return the permission with which a person may start a release by these tags.

    It is the least of those who may create release tags: a creator whom the workflow
    refuses could never release. Where no tag protection names creators, it is `maintain`.
    """
    teams = {team for each in tag_protection for team in each.config.created_by}
    found = {permission_of(team, repository, config) for team in teams}
    return min(
        (each for each in found if each in MAY_PUSH), key=PERMISSIONS.index, default="maintain"
    )


def roles_to_start(
    repository: RepositoryConfig,
    tag_protection: Iterable[ResolvedTagProtection],
    config: OrganizationConfig,
) -> tuple[str, ...]:
    """Return GitHub's names for the roles with which a person may start a release."""
    least = least_to_start(repository, tag_protection, config)
    return tuple(ROLES[each] for each in PERMISSIONS[PERMISSIONS.index(least) :])
