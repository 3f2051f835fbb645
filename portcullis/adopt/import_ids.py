"""The id under which the provider knows a thing that exists on GitHub already.

Only for what cannot be created twice: everything else is a PUT, which finds the old one by itself.

Source: the import sections of https://www.pulumi.com/registry/packages/github/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from githubkit import GitHub

#: GitHub's largest page; an organization or a repository has at most 75 rulesets.
PAGE = 100


def live_id(
    client: GitHub[Any], organization: str, kind: str, inputs: Mapping[str, Any]
) -> str | None:
    """The import id of the thing that ``inputs`` describe, or None if there is none.

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


def _get(client: GitHub[Any], path: str) -> Any:  # noqa: ANN401 - any JSON
    """The answer, or None where GitHub says 404."""
    from githubkit.exception import RequestFailed  # noqa: PLC0415 - see github_access

    try:
        return client.request("GET", path).json()
    except RequestFailed as error:
        if error.response.status_code == 404:  # noqa: PLR2004 - HTTP's own number
            return None
        raise


def _repository(client: GitHub[Any], organization: str, inputs: Mapping[str, Any]) -> str | None:
    name = str(inputs["name"])
    found = _get(client, f"/repos/{organization}/{name}")
    # a repository that was renamed still answers to its old name, which is free again
    return name if found and found["name"].lower() == name.lower() else None


def _team(client: GitHub[Any], organization: str, inputs: Mapping[str, Any]) -> str | None:
    found = _get(client, f"/orgs/{organization}/teams/{inputs['name']}")
    return str(found["id"]) if found else None


def _organization_ruleset(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    return _named(_get(client, f"/orgs/{organization}/rulesets?per_page={PAGE}"), inputs["name"])


def _repository_ruleset(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    repository = inputs["repository"]
    path = f"/repos/{organization}/{repository}/rulesets?includes_parents=false&per_page={PAGE}"
    number = _named(_get(client, path), inputs["name"])
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


def _deployment_policy(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    repository, environment = inputs["repository"], inputs["environment"]
    found = _get(
        client,
        f"/repos/{organization}/{repository}/environments/{quote(environment, safe='')}"
        f"/deployment-branch-policies?per_page={PAGE}",
    )
    kind = "tag" if inputs.get("tagPattern") else "branch"
    pattern = inputs.get("tagPattern") or inputs.get("branchPattern")
    for policy in (found or {}).get("branch_policies", []):
        if policy["name"] == pattern and policy.get("type", "branch") == kind:
            # the provider's ids have `??` where a part has a colon itself
            return f"{repository}:{environment.replace(':', '??')}:{policy['id']}"
    return None


def _organization_variable(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    name = inputs["variableName"]
    return str(name) if _get(client, f"/orgs/{organization}/actions/variables/{name}") else None


def _repository_variable(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    repository, name = inputs["repository"], inputs["variableName"]
    found = _get(client, f"/repos/{organization}/{repository}/actions/variables/{name}")
    return f"{repository}:{name}" if found else None


def _environment_variable(
    client: GitHub[Any], organization: str, inputs: Mapping[str, Any]
) -> str | None:
    repository, environment, name = (
        inputs["repository"],
        inputs["environment"],
        inputs["variableName"],
    )
    found = _get(
        client,
        f"/repos/{organization}/{repository}/environments/{quote(environment, safe='')}"
        f"/variables/{name}",
    )
    return f"{repository}:{environment.replace(':', '??')}:{name}" if found else None


_LOOK_UPS: dict[str, Callable[[GitHub[Any], str, Mapping[str, Any]], str | None]] = {
    "Repository": _repository,
    "Team": _team,
    "OrganizationRuleset": _organization_ruleset,
    "RepositoryRuleset": _repository_ruleset,
    "BranchProtection": _branch_protection,
    "RepositoryEnvironmentDeploymentPolicy": _deployment_policy,
    "ActionsOrganizationVariable": _organization_variable,
    "ActionsVariable": _repository_variable,
    "ActionsEnvironmentVariable": _environment_variable,
}
