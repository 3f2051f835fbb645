"""Whether the gates of a release path hold: nobody opens two, and nothing goes around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from components.publish import PublishConfig
    from components.repository import RepositoryConfig, ResolvedRepository

Problem = tuple["Segments", str, str]

#: Who may push, and so make a tag; GitHub ignores a code owner who may do less.
#: https://docs.github.com/organizations/managing-user-access-to-your-organizations-repositories
MAY_PUSH = frozenset({"push", "maintain", "admin"})


def check(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find problems of the repository at ``path``."""
    config = repository.config
    yield from _files(path, repository)
    yield from _reviewers(path, config, organization)
    if config.publish is None:
        return
    yield from _refinements(path, repository)
    yield from _approvers(path, config.publish, organization)
    yield from _makers(config.publish, repository, organization)
    if not config.workflows and config.publish.first_gate():
        what = "without the managed release workflow nobody waits at the first of the two gates"
        yield (*path, "workflows"), what, "true, or one team in approvers"


def _files(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    for name in repository.config.files:
        if name in repository.derived_files:
            what = "Portcullis writes this file itself, from the rest of the declaration"
            yield (*path, "files", name), what, "another path"


def _refinements(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find what is written about an environment that `publish` decides."""
    derived = {each.name.lower(): each.name for each in repository.release_path}
    for name, environment in repository.config.environments.items():
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


def _approvers(
    path: Segments, publish: PublishConfig, organization: ResolvedOrganization
) -> Iterator[Problem]:
    for kind, package in (("python", publish.python), ("npm", publish.npm)):
        if package is None:
            continue
        where = (*path, "publish", kind, "approvers")
        known = [team for team in package.approvers if team in organization.people]
        people = [organization.people[team] for team in known]
        for team, members in zip(known, people, strict=True):
            if not members:
                yield where, f"nobody is in `{team}`, so nobody could approve", "a team of people"
        if len(people) > 1 and (both := people[0] & people[1]):
            what = f"two approvals need different people: {', '.join(sorted(both))} could give both"
            yield where, what, "two teams without a common member, nested teams included"


def _makers(
    publish: PublishConfig, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Who may push a release tag decides which commit is released, its workflow file included.

    With two gates that has to be the first team alone: a member of the last team could tag a
    commit whose workflow leaves the first one out.
    """
    name, access = repository.name, repository.config.access
    first = publish.first_gate()
    for protection in repository.tag_protection:
        where = (*protection.origin.path, "created_by")
        makers = protection.config.created_by
        for team in makers:
            if team in organization.people and access.get(team) not in MAY_PUSH:
                what = f"`{team}` cannot make a release tag of {name}: it may not push there"
                yield where, what, f"access: {{{team}: push}} in {name}"
        if first and makers != [first]:
            what = f"{name} has two gates: only the first team may start a release"
            yield where, what, f"[{first}], in an entry for {name}"


def _reviewers(
    path: Segments, repository: RepositoryConfig, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """GitHub refuses reviewers who cannot read the repository.

    Source: https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments
    """
    readers: set[str] = set()
    for team in repository.access:
        readers |= organization.people.get(team, frozenset())
    for name, environment in repository.environments.items():
        where = (*path, "environments", name, "reviewers")
        for index, team in enumerate(environment.reviewers.teams):
            if team in organization.people and team not in repository.access:
                what = f"`{team}` cannot review, because it cannot read the repository"
                yield (*where, "teams", index), what, f"access: {{{team}: pull}} or more"
        for index, login in enumerate(environment.reviewers.users):
            if repository.visibility != "public" and login.lower() not in readers:
                what = f"`{login}` cannot review, because no team with access has this member"
                yield (*where, "users", index), what, "a member of a team in access"
