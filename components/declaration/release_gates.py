"""Whether the gates of a release path hold: nobody opens two, and nothing goes around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.organization import covers
from components.publish import release_environments
from components.repository import derived_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig
    from components.publish import PublishConfig
    from components.repository import RepositoryConfig

Problem = tuple["Segments", str, str]

#: Who may push, and so make a tag; GitHub ignores a code owner who may do less.
#: https://docs.github.com/organizations/managing-user-access-to-your-organizations-repositories
MAY_PUSH = frozenset({"push", "maintain", "admin"})


def check(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig
) -> Iterator[Problem]:
    """Problems of the repository at ``path``."""
    yield from _files(path, repository, config)
    yield from _reviewers(path, repository, config)
    if repository.publish is None:
        return
    yield from _refinements(path, repository.publish, repository)
    yield from _approvers(path, repository.publish, config)
    yield from _makers(path, repository, repository.publish, config)
    if not repository.workflows and repository.publish.first_gate():
        what = "without the managed release workflow nobody waits at the first of the two gates"
        yield (*path, "workflows"), what, "true, or one team in approvers"


def _files(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig
) -> Iterator[Problem]:
    derived = derived_files(repository, config.organization)
    for name in repository.files:
        if name in derived:
            what = "Portcullis writes this file itself, from the rest of the declaration"
            yield (*path, "files", name), what, "another path"


def _refinements(
    path: Segments, publish: PublishConfig, repository: RepositoryConfig
) -> Iterator[Problem]:
    """What `publish` decides about its environments is not decided a second time."""
    derived = {name.lower(): name for name in release_environments(publish)}
    for name, environment in repository.environments.items():
        meant = derived.get(name.lower())
        if meant is None:
            continue
        if meant != name:
            what = f"GitHub takes `{name}` and `{meant}`, which `publish` declares, for the same"
            yield (*path, "environments", name), what, meant
        for field in ("reviewers", "deploy_from"):
            if field in environment.model_fields_set:
                what = "`publish` decides who approves here, and that release tags get in"
                allowed = "approvers in publish; here wait_timer, secrets, variables"
                yield (*path, "environments", name, field), what, allowed


def members_of(team: str, config: OrganizationConfig) -> set[str]:
    """Lower-case logins of a team, with the teams nested in it: GitHub counts those as members."""
    teams, found = {team}, {team}
    while found:  # ends even where the teams are nested in a circle
        found = {slug for slug, each in config.teams.items() if each.parent in found} - teams
        teams |= found
    return {
        login.lower()
        for slug in teams & config.teams.keys()
        for login in (*config.teams[slug].members, *config.teams[slug].maintainers)
    }


def _approvers(
    path: Segments, publish: PublishConfig, config: OrganizationConfig
) -> Iterator[Problem]:
    for kind, package in (("python", publish.python), ("npm", publish.npm)):
        if package is None:
            continue
        where = (*path, "publish", kind, "approvers")
        known = [team for team in package.approvers if team in config.teams]
        people = [members_of(team, config) for team in known]
        for team, members in zip(known, people, strict=True):
            if not members:
                yield where, f"nobody is in `{team}`, so nobody could approve", "a team of people"
        if len(people) > 1 and (both := people[0] & people[1]):
            what = f"two gates, but one key: {', '.join(sorted(both))} could open both"
            yield where, what, "two teams without a common member, nested teams included"


def _makers(
    path: Segments,
    repository: RepositoryConfig,
    publish: PublishConfig,
    config: OrganizationConfig,
) -> Iterator[Problem]:
    """Who may push a release tag decides which commit is released, its workflow file included.

    With two gates that has to be the first team alone: whoever is behind the last gate could tag a
    commit whose workflow leaves the first one out.
    """
    name = str(path[-1])
    protections = {
        ("tag_protection", key): item.created_by
        for key, item in config.tag_protection.items()
        if covers(item.repositories, item.exclude_repositories, name)
    } | {
        (*path, "tag_protection", key): item.created_by
        for key, item in repository.tag_protection.items()
    }
    first = publish.first_gate()
    for where, makers in protections.items():
        for team in makers:
            if team in config.teams and repository.access.get(team) not in MAY_PUSH:
                what = f"`{team}` cannot make a release tag of {name}: it may not push there"
                yield (*where, "created_by"), what, f"access: {{{team}: push}} in {name}"
        if first and makers != [first]:
            what = f"{name} has two gates: only the first team may start a release"
            yield (*where, "created_by"), what, f"[{first}], in an entry for {name}"


def _reviewers(
    path: Segments, repository: RepositoryConfig, config: OrganizationConfig
) -> Iterator[Problem]:
    """GitHub refuses reviewers who cannot read the repository.

    Source: https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments
    """
    readers: set[str] = set()
    for team in repository.access:
        readers |= members_of(team, config)
    for name, environment in repository.environments.items():
        where = (*path, "environments", name, "reviewers")
        for index, team in enumerate(environment.reviewers.teams):
            if team in config.teams and team not in repository.access:
                what = f"`{team}` cannot review, because it cannot read the repository"
                yield (*where, "teams", index), what, f"access: {{{team}: pull}} or more"
        for index, login in enumerate(environment.reviewers.users):
            if repository.visibility != "public" and login.lower() not in readers:
                what = f"`{login}` cannot review, because no team with access has this member"
                yield (*where, "users", index), what, "a member of a team in access"
