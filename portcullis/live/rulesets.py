"""Rulesets: of the organization, or of one repository.

GraphQL has them whole, a hundred repositories in one request. It does not name a person who may
bypass: such a ruleset is asked for again by REST.

Source: https://docs.github.com/graphql/reference/objects#repositoryruleset
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.live.asking import Unread
from portcullis.live.pages import present
from portcullis.live.resource import LiveResource, camel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_ADMINISTRATION = Unread(403, "administration=write")
_PATTERN = "name negate operator pattern"

FIELDS = f"""
    databaseId name target enforcement source {{ __typename }}
    conditions {{
      refName {{ include exclude }}
      repositoryName {{ include exclude protected }}
      repositoryId {{ repositoryIds }}
      repositoryProperty {{
        include {{ name propertyValues source }} exclude {{ name propertyValues source }}
      }}
    }}
    bypassActors(first: 30) {{
      pageInfo {{ hasNextPage }}
      nodes {{
        bypassMode deployKey enterpriseOwner organizationAdmin repositoryRoleDatabaseId
        actor {{ __typename ... on App {{ databaseId }} ... on Team {{ databaseId }} }}
      }}
    }}
    rules(first: 30) {{
      pageInfo {{ hasNextPage }}
      nodes {{
        type
        parameters {{
          __typename
          ... on PullRequestParameters {{
            allowedMergeMethods dismissStaleReviewsOnPush requireCodeOwnerReview
            requireLastPushApproval requiredApprovingReviewCount requiredReviewThreadResolution
          }}
          ... on RequiredStatusChecksParameters {{
            doNotEnforceOnCreate strictRequiredStatusChecksPolicy
            requiredStatusChecks {{ context integrationId }}
          }}
          ... on RequiredDeploymentsParameters {{ requiredDeploymentEnvironments }}
          ... on MergeQueueParameters {{
            checkResponseTimeoutMinutes groupingStrategy maxEntriesToBuild maxEntriesToMerge
            mergeMethod minEntriesToMerge minEntriesToMergeWaitMinutes
          }}
          ... on UpdateParameters {{ updateAllowsFetchAndMerge }}
          ... on WorkflowsParameters {{
            doNotEnforceOnCreate workflows {{ path ref repositoryId }}
          }}
          ... on CodeScanningParameters {{
            codeScanningTools {{ alertsThreshold securityAlertsThreshold tool }}
          }}
          ... on FilePathRestrictionParameters {{ restrictedFilePaths }}
          ... on FileExtensionRestrictionParameters {{ restrictedFileExtensions }}
          ... on MaxFilePathLengthParameters {{ maxFilePathLength }}
          ... on MaxFileSizeParameters {{ maxFileSize }}
          ... on BranchNamePatternParameters {{ {_PATTERN} }}
          ... on TagNamePatternParameters {{ {_PATTERN} }}
          ... on CommitMessagePatternParameters {{ {_PATTERN} }}
          ... on CommitAuthorEmailPatternParameters {{ {_PATTERN} }}
          ... on CommitterEmailPatternParameters {{ {_PATTERN} }}
        }}
      }}
    }}
"""
"""What is asked of a ruleset."""

_ENFORCEMENT = {"ACTIVE": "active", "EVALUATE": "evaluate", "DISABLED": "disabled"}

_SWITCHES = {
    "CREATION": "creation",
    "DELETION": "deletion",
    "NON_FAST_FORWARD": "nonFastForward",
    "REQUIRED_LINEAR_HISTORY": "requiredLinearHistory",
    "REQUIRED_SIGNATURES": "requiredSignatures",
}
"""Rules without parameters that we manage."""

_WITH_PARAMETERS = {
    "PULL_REQUEST": "pullRequest",
    "REQUIRED_STATUS_CHECKS": "requiredStatusChecks",
    "REQUIRED_DEPLOYMENTS": "requiredDeployments",
    "MERGE_QUEUE": "mergeQueue",
    "WORKFLOWS": "requiredWorkflows",
    "CODE_SCANNING": "requiredCodeScanning",
    "FILE_PATH_RESTRICTION": "filePathRestriction",
    "FILE_EXTENSION_RESTRICTION": "fileExtensionRestriction",
    "MAX_FILE_PATH_LENGTH": "maxFilePathLength",
    "MAX_FILE_SIZE": "maxFileSize",
    "BRANCH_NAME_PATTERN": "branchNamePattern",
    "TAG_NAME_PATTERN": "tagNamePattern",
    "COMMIT_MESSAGE_PATTERN": "commitMessagePattern",
    "COMMIT_AUTHOR_EMAIL_PATTERN": "commitAuthorEmailPattern",
    "COMMITTER_EMAIL_PATTERN": "committerEmailPattern",
}
"""Rules with parameters, as the provider calls them."""

_RENAMED = {
    "requiredStatusChecks": {"requiredStatusChecks": "requiredChecks"},
    "requiredWorkflows": {"workflows": "requiredWorkflows"},
    "requiredCodeScanning": {"codeScanningTools": "requiredCodeScanningTools"},
}
"""Parameters to which the provider gave other names."""


def is_whole(node: Mapping[str, Any]) -> bool:
    """Say whether GraphQL shows everybody who may bypass the ruleset, and all rules."""
    lists = [node["rules"], *([node["bypassActors"]] if node["bypassActors"] else [])]
    if any(_is_cut(each) for each in lists):
        return False
    return all(_graphql_actor(each) for each in (node["bypassActors"] or {}).get("nodes", ()))


def _is_cut(connection: Mapping[str, Any] | None) -> bool:
    """Say whether GitHub does not show all of a list."""
    if connection is None or connection["pageInfo"]["hasNextPage"]:
        return True
    nodes = connection["nodes"]
    return nodes is None or len(present(nodes)) < len(nodes)


def of_graphql(
    node: Mapping[str, Any],
    repository: str | None,
    number: Callable[[str], int | None],
    why: Unread | None = None,
) -> LiveResource:
    """Return a ruleset as the provider declares it.

    Args:
        node: GraphQL's, with `FIELDS`.
        repository: None for a ruleset of the organization.
        number: Returns a repository's numeric id by its id in GraphQL.
        why: Why REST did not show it, if it is not `is_whole`.
    """
    hidden = node["bypassActors"] is None
    nodes = [] if hidden else present(node["bypassActors"]["nodes"])
    actors = [actor for each in nodes if (actor := _graphql_actor(each))]
    unread = {"bypassActors": _ADMINISTRATION} if hidden else {}
    if why:
        unread = {"bypassActors": why, **({"rules": why} if _is_cut(node["rules"]) else {})}
    return _resource(
        repository,
        node["databaseId"],
        {
            "name": node["name"],
            "target": node["target"].lower(),
            "enforcement": _ENFORCEMENT[node["enforcement"]],
            "conditions": _conditions(node["conditions"], number),
            "rules": _rules(present((node["rules"] or {}).get("nodes"))),
            "bypassActors": actors,
        },
        unread,
    )


_FLAGS = {
    "organizationAdmin": "OrganizationAdmin",
    "deployKey": "DeployKey",
    "enterpriseOwner": "EnterpriseOwner",
}
"""GraphQL's flags of actors that have no id."""

_ACTORS = {"App": "Integration", "Team": "Team"}


def _graphql_actor(node: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return who may bypass; None for somebody, or a mode, that GraphQL does not name."""
    if node["bypassMode"] is None:
        return None
    mode = {"bypassMode": node["bypassMode"].lower()}
    for flag, kind in _FLAGS.items():
        if node[flag]:
            return {"actorType": kind, **mode}
    if role := node["repositoryRoleDatabaseId"]:
        return {"actorType": "RepositoryRole", "actorId": role, **mode}
    actor = node["actor"] or {}
    if known := _ACTORS.get(actor.get("__typename", "")):
        return {"actorType": known, "actorId": actor["databaseId"], **mode}
    return None


def _conditions(
    node: Mapping[str, Any], number: Callable[[str], int | None]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in ("refName", "repositoryName", "repositoryProperty"):
        if condition := node[name]:
            found[name] = {
                "includes": condition["include"],
                "excludes": condition["exclude"],
                **({"protected": condition["protected"]} if "protected" in condition else {}),
            }
    if condition := node["repositoryId"]:
        found["repositoryId"] = {"repositoryIds": [number(e) for e in condition["repositoryIds"]]}
    return found


def _rules(nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in nodes:
        kind, given = node["type"], node["parameters"] or {}
        parameters = {key: value for key, value in given.items() if key != "__typename"}
        if kind in _SWITCHES:
            found[_SWITCHES[kind]] = True
        elif kind == "UPDATE":
            found["update"] = True
            if parameters.get("updateAllowsFetchAndMerge"):
                found["updateAllowsFetchAndMerge"] = True
        elif name := _WITH_PARAMETERS.get(kind):
            renamed = _RENAMED.get(name, {})
            found[name] = {renamed.get(key, key): value for key, value in parameters.items()}
        else:
            found[kind.lower()] = True  # a rule that nobody can declare yet
    return found


def of_rest(answer: Mapping[str, Any], repository: str | None) -> LiveResource:
    """Return a ruleset as the provider declares it.

    Args:
        answer: REST's, of one ruleset.
        repository: None for a ruleset of the organization.
    """
    conditions = {
        camel(name): {
            {"include": "includes", "exclude": "excludes", "repository_ids": "repositoryIds"}.get(
                key, key
            ): _camels(value)
            for key, value in condition.items()
        }
        for name, condition in (answer.get("conditions") or {}).items()
    }
    nodes = [
        {"type": rule["type"].upper(), "parameters": _camels(rule.get("parameters") or {})}
        for rule in answer.get("rules") or []
    ]
    actors = answer.get("bypass_actors")
    return _resource(
        repository,
        answer["id"],
        {
            "name": answer["name"],
            "target": answer["target"],
            "enforcement": answer["enforcement"],
            "conditions": conditions,
            "rules": _rules(nodes),
            "bypassActors": [_rest_actor(each) for each in actors or []],
        },
        {"bypassActors": _ADMINISTRATION} if actors is None else {},
    )


def _rest_actor(actor: Mapping[str, Any]) -> dict[str, Any]:
    found = {"actorType": actor["actor_type"], "bypassMode": actor["bypass_mode"]}
    if actor["actor_type"] in {"Team", "Integration", "RepositoryRole", "User"}:
        found["actorId"] = actor["actor_id"]
    return found


def _camels(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {camel(key): _camels(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_camels(each) for each in value]
    return value


def _resource(
    repository: str | None, number: int, inputs: dict[str, Any], unread: Mapping[str, Unread]
) -> LiveResource:
    if repository is None:
        name = str(inputs["name"])
        return LiveResource("OrganizationRuleset", name, str(number), inputs, unread, str(number))
    whole = {"repository": repository, **inputs}
    name = f"{repository}/{inputs['name']}"
    ident = f"{repository}:{number}"
    return LiveResource("RepositoryRuleset", name, ident, whole, unread, str(number))
