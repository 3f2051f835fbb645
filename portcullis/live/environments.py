"""Environments with their reviewers, the refs that they admit, their secrets and variables.

GraphQL shows neither the refs nor whether administrators may bypass; REST's list shows all but the
refs.

Source: https://docs.github.com/rest/deployments/environments
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis.live.asking import Unread
from portcullis.live.resource import Gap, LiveResource, updated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portcullis.live.asking import Asking


def read(
    asking: Asking, organization: str, repository: str
) -> tuple[list[LiveResource], list[Gap]]:
    """Return the environments of a repository, and what lies in them."""
    base = f"/repos/{organization}/{repository}/environments"
    listed = asking.listed(base, "environments")
    if isinstance(listed, Unread):
        kinds = ("RepositoryEnvironment", *_BELOW)
        return [], [Gap(f"environments of {repository}", kinds, repository, listed)]
    found: list[LiveResource] = []
    gaps: list[Gap] = []
    for each in listed:
        name = each["name"]
        found.append(_environment(repository, each))
        path = f"{base}/{quote(name, safe='')}"
        custom = (each.get("deployment_branch_policy") or {}).get("custom_branch_policies")
        lists = {
            "RepositoryEnvironmentDeploymentPolicy": (
                asking.listed(f"{path}/deployment-branch-policies", "branch_policies")
                if custom
                else []
            ),
            "ActionsEnvironmentSecret": asking.listed(f"{path}/secrets", "secrets"),
            "ActionsEnvironmentVariable": asking.listed(f"{path}/variables", "variables"),
        }
        for kind, items in lists.items():
            if isinstance(items, Unread):
                what = f"{_BELOW[kind]} of {repository}/{name}"
                gaps.append(Gap(what, (kind,), repository, items))
            else:
                found += [_below(kind, repository, name, item) for item in items]
    return found, gaps


_BELOW = {
    "RepositoryEnvironmentDeploymentPolicy": "deployment policies",
    "ActionsEnvironmentSecret": "secrets",
    "ActionsEnvironmentVariable": "variables",
}


def _environment(repository: str, answer: Mapping[str, Any]) -> LiveResource:
    name = answer["name"]
    rules = {rule["type"]: rule for rule in answer.get("protection_rules") or []}
    required = rules.get("required_reviewers")
    inputs: dict[str, Any] = {
        "repository": repository,
        "environment": name,
        "waitTimer": rules.get("wait_timer", {}).get("wait_timer", 0),
        "canAdminsBypass": answer.get("can_admins_bypass", True),
        "preventSelfReview": bool(required and required.get("prevent_self_review")),
    }
    if policy := answer.get("deployment_branch_policy"):
        inputs["deploymentBranchPolicy"] = {
            "protectedBranches": policy["protected_branches"],
            "customBranchPolicies": policy["custom_branch_policies"],
        }
    if required:
        inputs["reviewers"] = [dict(_reviewers(required["reviewers"]))]
    escaped = name.replace(":", "??")
    return LiveResource(
        "RepositoryEnvironment", f"{repository}/{name}", f"{repository}:{escaped}", inputs
    )


def _reviewers(reviewers: list[Mapping[str, Any]]) -> Iterator[tuple[str, list[int]]]:
    for field, kind in (("teams", "Team"), ("users", "User")):
        yield (
            field,
            [
                each["reviewer"]["id"]
                for each in reviewers
                if each["type"] == kind and each.get("reviewer")
            ],
        )


def _below(kind: str, repository: str, environment: str, item: Mapping[str, Any]) -> LiveResource:
    where = {"repository": repository, "environment": environment}
    start, escaped = f"{repository}/{environment}", environment.replace(":", "??")
    if kind == "RepositoryEnvironmentDeploymentPolicy":
        type_ = item.get("type") or "branch"
        given = {**where, f"{type_}Pattern": item["name"]}
        number = str(item["id"])
        ident = f"{repository}:{escaped}:{number}"
        return LiveResource(kind, f"{start}/{type_}/{item['name']}", ident, given, number=number)
    name, ident = item["name"], f"{repository}:{escaped}:{item['name']}"
    if kind == "ActionsEnvironmentSecret":
        given = {**where, "secretName": name}
        return LiveResource(kind, f"{start}/{name}", ident, given, updated=updated(item))
    given = {**where, "variableName": name, "value": item["value"]}
    return LiveResource(kind, f"{start}/{name}", ident, given)
