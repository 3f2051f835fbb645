"""Find what an adopted resource has on GitHub beyond its declaration.

An environment may let in refs that are not declared, a repository may be open to teams that are
not declared, and a team may have members although none is declared. Portcullis imports these too.
They are in the state then and not in the program, so the next preview lists them by name as
deletions, and the update removes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from components.github_access import get_json
from portcullis.adopt.completion import ENVIRONMENT, REPOSITORY, TEAM
from portcullis.adopt.import_ids import deployment_policies, escaped, inherited, listed
from portcullis.pulumi_runs.events import Planned, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from githubkit import GitHub


@dataclass(frozen=True)
class Extra:
    """Something on GitHub that is not declared, below a resource that is."""

    resource: Planned
    id: str
    """The id under which the provider imports it."""


def extras(
    client: GitHub[Any],
    organization: str,
    planned: Mapping[str, Planned],
    found: Mapping[str, str],
    slugs: Mapping[str, str],
) -> list[Extra]:
    """Return what exists below the resources ``found`` and is not among ``planned``.

    Args:
        client: A client of the organization's GitHub.
        organization: Its login.
        planned: URN to resource, of everything that the preview would create.
        found: URN to import id, of those that exist.
        slugs: Slug on GitHub to the declared one, of teams that are declared under another.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    result: list[Extra] = []
    for urn, number in found.items():
        look_up = _LOOK_UPS.get(planned[urn].type)
        if look_up:
            result += look_up(client, organization, planned, planned[urn], number)
    if slugs:
        result = [
            each
            for each in result
            if not each.resource.type.endswith(":TeamRepository")
            or _declared_urn(each, slugs) not in planned
        ]
    return result


def _declared_urn(extra: Extra, slugs: Mapping[str, str]) -> str:
    """Return the URN that a grant has under the declared slug of its team."""
    start, slash, slug = extra.resource.urn.rpartition("/")
    return f"{start}{slash}{slugs.get(slug, slug)}"


def _beside(owner: Planned, kind: str, name: str) -> Planned:
    """Return a resource of a type and name that has the same parent as ``owner``."""
    token = f"github:index/{kind[0].lower()}{kind[1:]}:{kind}"
    start, project, types, _ = owner.parent.split("::", 3)
    urn = "::".join((start, project, f"{types}${token}", name))
    return replace(owner, urn=urn, type=token, inputs={}, protect=False, retain_on_delete=False)


def _policies(
    client: GitHub[Any],
    organization: str,
    planned: Mapping[str, Planned],
    environment: Planned,
    _number: str,
) -> Iterator[Extra]:
    """Yield the deployment policies of an environment that are not declared."""
    repository, name = environment.inputs["repository"], environment.inputs["environment"]
    declared = {
        ("tag", each.inputs["tagPattern"])
        if each.inputs.get("tagPattern")
        else ("branch", each.inputs.get("branchPattern"))
        for each in planned.values()
        if each.type.endswith(":RepositoryEnvironmentDeploymentPolicy")
        and each.parent == environment.parent
    }
    for policy in deployment_policies(client, organization, repository, name):
        kind, pattern = policy.get("type", "branch"), policy["name"]
        if (kind, pattern) not in declared:
            label = f"{name_of(environment.urn)}/{kind}/{pattern}"
            resource = _beside(environment, "RepositoryEnvironmentDeploymentPolicy", label)
            yield Extra(resource, f"{repository}:{escaped(name)}:{policy['id']}")


def _grants(
    client: GitHub[Any],
    organization: str,
    planned: Mapping[str, Planned],
    repository: Planned,
    _number: str,
) -> Iterator[Extra]:
    """Yield the teams that may access a repository and are not declared."""
    if repository.inputs.get("archived"):
        return  # GitHub changes nothing below it
    name = repository.inputs["name"]
    teams = listed(client, f"/repos/{organization}/{name}/teams")
    for team in teams:
        label = f"{name_of(repository.urn)}/{team['slug']}"
        resource = _beside(repository, "TeamRepository", label)
        if resource.urn not in planned and not inherited(team, teams):
            yield Extra(resource, f"{team['id']}:{name}")


def _members(
    client: GitHub[Any],
    organization: str,
    planned: Mapping[str, Planned],
    team: Planned,
    number: str,
) -> Iterator[Extra]:
    """Yield the membership of a team for which no member is declared."""
    resource = _beside(team, "TeamMembers", name_of(team.urn))
    if resource.urn in planned:
        return  # imported as it is, so that the preview compares the two
    slug = team.inputs["name"]
    if get_json(client, f"/orgs/{organization}/teams/{slug}/members?per_page=1"):
        yield Extra(resource, number)


_LOOK_UPS: dict[
    str,
    Callable[[GitHub[Any], str, Mapping[str, Planned], Planned, str], Iterator[Extra]],
] = {
    ENVIRONMENT: _policies,
    REPOSITORY: _grants,
    TEAM: _members,
}
