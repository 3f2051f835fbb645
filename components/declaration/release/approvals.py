"""The approvals of a release path: who gives them, and who creates release tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration.mistakes import listed
from components.declaration.release import one_person, packages, permissions, walkable
from components.names.versions import ReleaseTags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from components.repository import RepositoryConfig, ResolvedRepository


def check(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find problems of the repository at ``path``."""
    config = repository.config
    yield from _reviewers(path, config, organization)
    yield from one_person.check_environments(path, repository, organization)
    clashes = list(packages.check_prefixes(repository.tag_protection))
    yield from clashes
    if not config.publish:
        return
    yield from _refinements(path, repository)
    wrong = clashes or list(packages.check(path, repository, organization.config.organization))
    approvers = list(_approvers(path, repository, organization))
    # what follows from a mistake that is reported already is not reported again
    creators = [] if wrong else list(_creators(path, repository, organization))
    yield from (*([] if clashes else wrong), *approvers, *creators)
    if not (wrong or creators):
        yield from one_person.check_publish(path, repository, organization)
        if not approvers:
            yield from walkable.check(path, repository, organization)
    if not config.workflows and any(package.first_team for package in repository.packages):
        what = (
            "without the managed release workflow, no job waits for the first of the two approvals"
        )
        yield (*path, "workflows"), what, "true, or one team in approvers"


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
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find approvals that nobody could give, and people who could give two."""
    for package in repository.packages:
        where = (*path, *package.path, "approvers")
        known = [team for team in package.config.approvers if team in organization.people]
        people = [organization.people[team] for team in known]
        for team, members in zip(known, people, strict=True):
            if not members:
                yield where, f"nobody is in `{team}`, so nobody could approve", "a team of people"
        if len(people) > 1 and (both := people[0] & people[1]):
            what = f"two approvals need different people: {listed(both)} could give both"
            yield where, what, "two teams without a common member, nested teams included"


def _creators(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find teams that cannot create the tags they should, and teams that must not.

    Who creates a release tag decides which commit is released, its workflow file included. With two
    approvals that has to be the first team alone: a member of the last team could tag a commit
    whose workflow leaves the first one out.
    """
    name, config = repository.name, organization.config
    for protection in repository.tag_protection:
        where = (*protection.origin.path, "created_by")
        for team in protection.config.created_by:
            if team not in organization.people:
                continue
            if not permissions.may_push(team, repository.config, config):
                what = f"`{team}` cannot create a release tag of {name}: it may not push there"
                yield where, what, f"access: {{{team}: push}} in {name}"
    two_approvals = {
        (package.tags, package.first_team): package.protections
        for package in repository.packages
        if package.first_team
    }
    for (tags, first), protections in two_approvals.items():
        for protection in protections:
            if protection.config.created_by != [first]:
                what = f"{name} requires two approvals: only the first team may create release tags"
                where = (*protection.origin.path, "created_by")
                yield where, what, f"[{first}], in an entry for {name}"
        if not protections and not repository.config.archived:
            what = (
                f"{name} requires two approvals, and everybody who may push could create its "
                "release tags"
            )
            allowed = f"tag_protection with created_by: [{first}]{_form(tags)}, for {name}"
            yield (*path, "publish"), what, allowed


def _form(tags: ReleaseTags) -> str:
    return "" if tags == ReleaseTags() else f", prefix: {tags.prefix}, scheme: {tags.scheme}"


def _reviewers(
    path: Segments, repository: RepositoryConfig, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find reviewers who cannot read the repository: GitHub refuses them.

    Source: https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments
    """
    readers: set[str] = set()
    for team in repository.access:
        readers |= organization.people.get(team, frozenset())
    open_to_all = permissions.everybody_reads(repository, organization.config)
    for name, environment in repository.environments.items():
        where = (*path, "environments", name, "reviewers")
        for index, team in enumerate(environment.reviewers.teams):
            declared = team in organization.people
            if declared and not permissions.granted(team, repository, organization.config):
                what = f"`{team}` cannot review, because it cannot read the repository"
                yield (*where, "teams", index), what, f"access: {{{team}: pull}} or more"
        for index, login in enumerate(environment.reviewers.users):
            if not open_to_all and login.lower() not in readers:
                what = "this person cannot review, because no team with access has this member"
                yield (*where, "users", index), what, "a member of a team in access"
        teams = environment.reviewers.teams
        if (
            teams
            and not environment.reviewers.users
            and not any(organization.people.get(team, {""}) for team in teams)
        ):
            what = f"nobody is in {listed(f'`{t}`' for t in teams)}, so nobody could approve"
            yield where, what, "a team of people"
