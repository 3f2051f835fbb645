"""The id under which the provider knows a thing that exists on GitHub already.

It is needed for what cannot be created twice, and for access and environments, which a preview
compares with what there is. Everything else is a PUT, which finds the existing one by itself.

Source: the import sections of https://www.pulumi.com/registry/packages/github/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from components.github_access import get_json
from components.names.team_slug import slug_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from githubkit import GitHub

PAGE = 100
"""GitHub's largest page; an organization or a repository has at most 75 rulesets."""


def live_id(
    client: GitHub[Any], organization: str, kind: str, inputs: Mapping[str, Any]
) -> str | None:
    """Return the import id of the thing that ``inputs`` describe, or None if there is none.

    Args:
        client: a client of the organization's GitHub.
        organization: its login.
        kind: the Pulumi type, such as `github:index/team:Team`.
        inputs: the resource's inputs, by their names in Pulumi's state.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    package, _, name = kind.rpartition(":")
    # our components share names with what they declare
    look_up = _LOOK_UPS.get(name) if package.startswith("github:") else None
    return look_up(client, organization, inputs) if look_up else None


def listed(client: GitHub[Any], path: str, key: str = "") -> list[Any]:
    """Return all items of a list of GitHub, page by page; none where GitHub answers 404.

    Args:
        client: A client of GitHub.
        path: Of the list.
        key: The field that holds the items; empty where the answer itself is the list.
    """
    items: list[Any] = []
    sign = "&" if "?" in path else "?"
    while True:
        answer = get_json(client, f"{path}{sign}per_page={PAGE}&page={len(items) // PAGE + 1}")
        page = (answer[key] if key else answer) if answer else []
        items += page
        if len(page) < PAGE:
            return items


def deployment_policies(
    client: GitHub[Any], organization: str, repository: str, environment: str
) -> list[dict[str, Any]]:
    """Return the refs that may enter an environment, as GitHub has them."""
    path = f"/repos/{organization}/{repository}/environments/{quote(environment, safe='')}"
    return listed(client, f"{path}/deployment-branch-policies", "branch_policies")


def inherited(team: Mapping[str, Any], teams: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a team has its permission from elsewhere, such as from its parent team.

    Args:
        team: A team of a repository, as GitHub lists it.
        teams: All teams of that repository.
    """
    parent = (team.get("parent") or {}).get("id")
    from_parent = any(
        (each["id"], each.get("permission")) == (parent, team.get("permission")) for each in teams
    )
    return from_parent or team.get("access_source", "direct") != "direct"


def escaped(part: str) -> str:
    """Return a part of the provider's id: it writes `??` for a colon of the part's own."""
    return part.replace(":", "??")


def _repository(client: GitHub[Any], organization: str, inputs: Mapping[str, Any]) -> str | None:
    name = str(inputs["name"])
    found = get_json(client, f"/repos/{organization}/{name}")
    return name if found and found["name"].lower() == name.lower() else None


def _team(client: GitHub[Any], organization: str, inputs: Mapping[str, Any]) -> str | None:
    found = get_json(client, f"/orgs/{organization}/teams/{slug_of(str(inputs['name']))}")
    return str(found["id"]) if found else None


def _organization_ruleset(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    return _named(
        get_json(client, f"/orgs/{organization}/rulesets?per_page={PAGE}"), inputs["name"]
    )


def _repository_ruleset(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    repository = inputs["repository"]
    path = f"/repos/{organization}/{repository}/rulesets?includes_parents=false&per_page={PAGE}"
    number = _named(get_json(client, path), inputs["name"])
    return f"{repository}:{number}" if number else None


def _named(rulesets: Any, name: str) -> str | None:  # noqa: ANN401 - any JSON
    return next((str(found["id"]) for found in rulesets or [] if found["name"] == name), None)


def _branch_protection(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    query = """
        query($id: ID!) { node(id: $id) { ... on Repository {
          name branchProtectionRules(first: 100) { nodes { pattern } }
        } } }
    """
    del organization  # the repository's node id says it
    from githubkit.exception import GraphQLFailed  # noqa: PLC0415 - see github_access

    try:
        node = client.graphql(query, {"id": inputs["repositoryId"]})["node"]
    except GraphQLFailed as failed:
        # the repository is not managed yet, so that a preview does not know its id
        if all(error.type == "NOT_FOUND" for error in failed.response.errors or []):
            return None
        raise
    if not node:
        return None
    patterns = {rule["pattern"] for rule in node["branchProtectionRules"]["nodes"]}
    return f"{node['name']}:{inputs['pattern']}" if inputs["pattern"] in patterns else None


def _environment(client: GitHub[Any], organization: str, inputs: Mapping[str, Any]) -> str | None:
    repository, environment = inputs["repository"], inputs["environment"]
    path = f"/repos/{organization}/{repository}/environments/{quote(environment, safe='')}"
    return f"{repository}:{escaped(environment)}" if get_json(client, path) else None


def _team_repository(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    team, repository = str(inputs["teamId"]), inputs["repository"]
    if not team.isdecimal():
        return None  # the team is not managed yet, so that a preview does not know its id
    teams = listed(client, f"/repos/{organization}/{repository}/teams")
    known = any(str(found["id"]) == team and not inherited(found, teams) for found in teams)
    return f"{team}:{repository}" if known else None


def _team_members(client: GitHub[Any], organization: str, inputs: Mapping[str, Any]) -> str | None:
    if "teamSlug" not in inputs:
        return None
    found = get_json(client, f"/orgs/{organization}/teams/{inputs['teamSlug']}")
    return str(found["id"]) if found else None


def _deployment_policy(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    repository, environment = inputs["repository"], inputs["environment"]
    kind = "tag" if inputs.get("tagPattern") else "branch"
    pattern = inputs.get("tagPattern") or inputs.get("branchPattern")
    for policy in deployment_policies(client, organization, repository, environment):
        if policy["name"] == pattern and policy.get("type", "branch") == kind:
            return f"{repository}:{escaped(environment)}:{policy['id']}"
    return None


def _deploy_key(client: GitHub[Any], organization: str, inputs: Mapping[str, Any]) -> str | None:
    repository = inputs["repository"]
    keys = listed(client, f"/repos/{organization}/{repository}/keys")
    found = next((str(each["id"]) for each in keys if each["key"] == inputs["key"]), None)
    return f"{repository}:{found}" if found else None


def _organization_variable(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    name = inputs["variableName"]
    return str(name) if get_json(client, f"/orgs/{organization}/actions/variables/{name}") else None


def _repository_variable(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    repository, name = inputs["repository"], inputs["variableName"]
    found = get_json(client, f"/repos/{organization}/{repository}/actions/variables/{name}")
    return f"{repository}:{name}" if found else None


def _environment_variable(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    repository, environment, name = (
        inputs["repository"],
        inputs["environment"],
        inputs["variableName"],
    )
    found = get_json(
        client,
        f"/repos/{organization}/{repository}/environments/{quote(environment, safe='')}"
        f"/variables/{name}",
    )
    return f"{repository}:{escaped(environment)}:{name}" if found else None


_LOOK_UPS: dict[str, Callable[[GitHub[Any], str, Mapping[str, Any]], str | None]] = {
    "Repository": _repository,
    "Team": _team,
    "TeamMembers": _team_members,
    "TeamRepository": _team_repository,
    "RepositoryEnvironment": _environment,
    "OrganizationRuleset": _organization_ruleset,
    "RepositoryRuleset": _repository_ruleset,
    "BranchProtection": _branch_protection,
    "RepositoryEnvironmentDeploymentPolicy": _deployment_policy,
    "RepositoryDeployKey": _deploy_key,
    "ActionsOrganizationVariable": _organization_variable,
    "ActionsVariable": _repository_variable,
    "ActionsEnvironmentVariable": _environment_variable,
}
