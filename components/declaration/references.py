"""Names that one part of a declaration expects in another, and what a plan allows."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from components.declaration import (
    custom_properties,
    guards,
    limits,
    no_effect,
    renames,
    required_checks,
    trust,
    workflow_files,
    written_twice,
)
from components.declaration.mistakes import listed
from components.declaration.release import approvals, notification, packages, readable_tokens
from components.declaration.release.permissions import MAY_PUSH, granted
from components.files import standard
from components.names.team_slug import slug_of
from components.organization import covers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from components.declaration.mistakes import Problem
    from components.declaration.names import Names
    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig, ResolvedOrganization
    from components.repository import RepositoryConfig
    from components.ruleset import BranchProtectionConfig, ForRepositories

MOST_CLASSIC_APPROVALS = 6
"""The most approvals that classic protection takes; a ruleset takes ten.

Source: https://docs.github.com/rest/branches/branch-protection
"""


def check(resolved: ResolvedOrganization, names: Names) -> Iterator[Problem]:
    """Find problems between the parts of an organization."""
    config = resolved.config
    yield from renames.check(config)
    yield from _teams(config, names)
    yield from _organization_protection(config, names)
    yield from custom_properties.check(config)
    yield from written_twice.deploy_keys(config)
    yield from limits.check(resolved, names)
    yield from no_effect.check(resolved, names)
    yield from required_checks.check(resolved)
    yield from guards.stopped_proposals(resolved)
    yield from trust.check(resolved, names)
    for section in ("secrets", "variables"):
        for name, item in getattr(config, section).items():
            path: Segments = (section, name, "visible_to")
            if isinstance(item.visible_to, list):
                yield from names.patterns(path, item.visible_to)
            elif not isinstance(item.visible_to, str):
                yield from custom_properties.selection(path, item.visible_to, config)
    enabled = config.actions.enabled_repositories
    if isinstance(enabled, list):
        yield from names.patterns(("actions", "enabled_repositories"), enabled)
    everywhere: Segments = ("standard_files", "workflow_owners")
    yield from names.team_list(everywhere, config.standard_files.workflow_owners or [])
    for name, repository in config.repositories.items():
        where: Segments = ("repositories", name)
        yield from _repository(where, repository, config, names)
        if names.sure(where):
            yield from written_twice.check(where, resolved.repositories[name], resolved)
            yield from workflow_files.check(where, resolved.repositories[name], resolved)
            yield from notification.check(where, resolved.repositories[name])
            yield from readable_tokens.check(where, resolved.repositories[name], resolved)
        if all(names.sure(path) for path in (where, ("teams",), ("tag_protection",))):
            yield from approvals.check(where, resolved.repositories[name], resolved)
    known = [
        each for name, each in resolved.repositories.items() if names.sure(("repositories", name))
    ]
    yield from packages.check_across(known)


def _teams(config: OrganizationConfig, names: Names) -> Iterator[Problem]:
    parents: dict[str, list[str]] = {}
    for slug, team in config.teams.items():
        if team.name is not None and (made := slug_of(team.name)) != slug:
            what = f"GitHub makes the slug `{made}` from this name"
            yield ("teams", slug, "name"), what, f"a name whose slug is `{slug}`, or none"
        if team.parent is None:
            continue
        parents[slug] = [team.parent]
        yield from names.team(("teams", slug, "parent"), team.parent)
        if team.visibility == "secret":
            yield ("teams", slug, "visibility"), "a secret team cannot be nested", "closed"
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        what = f"the teams are nested in a circle: {' -> '.join(cycle)}"
        yield ("teams", cycle[0], "parent"), what, "a parent that is not below its own child"


def _organization_protection(config: OrganizationConfig, names: Names) -> Iterator[Problem]:
    for section in ("protection", "tag_protection"):
        for name, item in getattr(config, section).items():
            yield from _covers_private(section, name, item, config)
    for name, protection in config.protection.items():
        path: Segments = ("protection", name)
        yield from _protection(path, protection, config, names)
        yield from names.patterns((*path, "repositories"), protection.repositories)
        yield from names.patterns((*path, "exclude_repositories"), protection.exclude_repositories)
    for name, tags in config.tag_protection.items():
        path = ("tag_protection", name)
        yield from names.team_list((*path, "created_by"), tags.created_by)
        yield from names.patterns((*path, "repositories"), tags.repositories)
        yield from names.patterns((*path, "exclude_repositories"), tags.exclude_repositories)


def _covers_private(
    section: str, name: str, item: ForRepositories, config: OrganizationConfig
) -> Iterator[Problem]:
    """Find private repositories that the organization's protection covers on GitHub Free."""
    private = [
        repository
        for repository, each in config.repositories.items()
        if covers(item.repositories, item.exclude_repositories, repository)
        and each.visibility != "public"
        and not each.archived
    ]
    if config.plan == "free" and private:
        what = f"GitHub Free cannot protect private repositories: {', '.join(private)}"
        yield (section, name), what, "exclude_repositories, visibility: public, or plan: team"


def _protection(
    path: Segments, protection: BranchProtectionConfig, config: OrganizationConfig, names: Names
) -> Iterator[Problem]:
    for index, actor in enumerate(protection.bypass):
        if actor.team is not None:
            yield from names.team((*path, "bypass", index, "team"), actor.team)
        if config.automation and actor.app == config.automation.app_id:
            what = "this is the organization's automation, which bypasses each ruleset already"
            yield (*path, "bypass", index, "app"), what, "leave it out"
    if protection.enforcement == "evaluate" and config.plan != "enterprise":
        what = f"`evaluate` needs GitHub Enterprise, and the plan is {config.plan}"
        yield (*path, "enforcement"), what, "active, disabled"
    if protection.enforced_by == "classic" and protection.enforcement != "active":
        what = "classic protection is always active"
        yield (*path, "enforcement"), what, "active, or enforced_by: ruleset"
    if protection.enforced_by == "classic" and protection.approvals > MOST_CLASSIC_APPROVALS:
        what = "GitHub refuses so many approvals in classic protection"
        allowed = f"at most {MOST_CLASSIC_APPROVALS}, or enforced_by: ruleset"
        yield (*path, "approvals"), what, allowed
    if protection.enforced_by == "classic" and protection.exclude_branches:
        what = "classic protection cannot leave branches out"
        yield (*path, "exclude_branches"), what, "leave it out, or enforced_by: ruleset"
    if protection.enforced_by == "classic" and any(not entry.team for entry in protection.bypass):
        what = "classic protection lets teams by, no apps and no roles"
        yield (*path, "bypass"), what, "team, or enforced_by: ruleset"


def _repository(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig, names: Names
) -> Iterator[Problem]:
    for team in repository.access:
        yield from names.team((*path, "access", team), team)
    yield from _code_owners((*path, "code_owners"), repository, config, names)
    yield from _workflow_owners(path, repository, config, names)
    for name, protection in repository.protection.items():
        yield from _protection((*path, "protection", name), protection, config, names)
    for name, tags in repository.tag_protection.items():
        yield from names.team_list((*path, "tag_protection", name, "created_by"), tags.created_by)
    for name, environment in repository.environments.items():
        reviewers = environment.reviewers.teams
        yield from names.team_list((*path, "environments", name, "reviewers", "teams"), reviewers)
    if repository.publish:
        yield from _approvers((*path, "publish"), repository, config, names)
    for file_path, file in repository.files.items():
        if file.from_file and not _readable(names.root / file.from_file):
            what = "there is no such file, or it is not UTF-8 text"
            allowed = "a text file below the folder files/"
            yield (*path, "files", file_path, "from_file"), what, allowed
    sure = names.sure((*path, "ecosystems"))
    for ecosystem in repository.dependabot.directories:
        if sure and ecosystem not in repository.ecosystems:
            what = f"`{ecosystem}` is not among the repository's ecosystems"
            where = (*path, "dependabot", "directories", ecosystem)
            yield where, what, listed(repository.ecosystems)
    yield from _plan(path, repository, config)


def _readable(path: Path) -> bool:
    try:
        path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    return True


def _code_owners(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig, names: Names
) -> Iterator[Problem]:
    """Find code owners who may not push: neither the team itself nor a team it is nested in.

    What members may do otherwise does not count, not even in a public repository. Source:
    https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    sure = names.sure((*path[:-1], "access")) and names.sure(("teams",))
    for pattern, owners in repository.code_owners.items():
        yield from names.team_list((*path, pattern), owners)
        for index, team in enumerate(owners):
            may_push = granted(team, repository, config) in MAY_PUSH
            if sure and team in names.teams and not may_push:
                what = f"GitHub ignores the code owner `{team}`, because it may not push"
                yield (*path, pattern, index), what, f"access: {{{team}: push}} or more"


def _workflow_owners(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig, names: Names
) -> Iterator[Problem]:
    """Find owners of workflow files who may not push, as for other code owners."""
    where = standard.where_owners(path, repository.standard_files)
    if repository.standard_files.workflow_owners:
        yield from names.team_list(where, repository.standard_files.workflow_owners)
    sure = names.sure((*path, "access")) and names.sure(("teams",))
    effective = standard.effective(config.standard_files, repository.standard_files)
    for index, team in enumerate(effective.workflow_owners or ()):
        may_push = granted(team, repository, config) in MAY_PUSH
        if sure and team in names.teams and not repository.archived and not may_push:
            name = path[-1]
            what = f"GitHub ignores the code owner `{team}` in `{name}`, where it may not push"
            yield (*where, index), what, f"access: {{{team}: push}} or more in `{name}`"


def _approvers(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig, names: Names
) -> Iterator[Problem]:
    """Find approvers who cannot read: https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments."""
    sure = names.sure((*path[:-1], "access")) and names.sure(("teams",))
    for number, package in enumerate(repository.publish):
        where = (*path, number, "approvers")
        yield from names.team_list(where, package.approvers)
        for index, team in enumerate(package.approvers):
            if sure and team in names.teams and not granted(team, repository, config):
                what = f"`{team}` cannot approve, because it cannot read the repository"
                yield (*where, index), what, f"access: {{{team}: pull}} or more"


def _plan(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig
) -> Iterator[Problem]:
    """Find what the organization's plan does not offer for a private repository.

    Sources: the plan notes on top of GitHub's pages "Managing rulesets for a repository" and
    "Deployments and environments".
    """
    if repository.visibility == "internal" and config.plan != "enterprise":
        what = f"`internal` needs GitHub Enterprise, and the plan is {config.plan}"
        yield (*path, "visibility"), what, "private, public"
    if repository.visibility == "public" or repository.archived:
        return
    if config.plan == "free":
        for field in ("protection", "tag_protection", "environments", "publish"):
            if getattr(repository, field):
                what = f"`{field}` needs what GitHub Free lacks for private repositories"
                yield (*path, field), what, "visibility: public, or plan: team"
    elif config.plan == "team":
        yield from _protection_of_enterprise(path, repository)


def _protection_of_enterprise(path: Segments, repository: RepositoryConfig) -> Iterator[Problem]:
    """Find reviewers and wait timers of private repositories.

    Source: https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
    """
    needing: list[Segments] = [("publish",)] if repository.publish else []
    for name, environment in repository.environments.items():
        if environment.reviewers.teams or environment.reviewers.users:
            needing.append(("environments", name, "reviewers"))
        if environment.wait_timer:
            needing.append(("environments", name, "wait_timer"))
    for each in needing:
        what = "for private repositories GitHub has reviewers and wait timers on Enterprise only"
        yield (*path, *each), what, "visibility: public, or plan: enterprise"


_CASELESS = frozenset({"environments", "repositories", "secrets", "teams", "variables"})
"""Mappings whose names GitHub compares without regard to case."""


def same_names(data: object, path: Segments = ()) -> Iterator[Problem]:
    """Find names that are one name for GitHub, anywhere in ``data``: one item would be lost."""
    if not isinstance(data, dict):
        return
    seen: dict[str, str] = {}
    for name, item in data.items():
        first = seen.setdefault(name.lower(), name)
        if first != name and path and path[-1] in _CASELESS:
            what = f"GitHub takes `{name}` and `{first}` for the same name"
            yield (*path, name), what, "one of them"
        yield from same_names(item, (*path, name))
