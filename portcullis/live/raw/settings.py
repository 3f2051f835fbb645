"""Settings in GitHub's own form, with all that is needed to put them back as they were.

Sources:
    https://docs.github.com/rest/actions/permissions
    https://docs.github.com/rest/deployments/environments
    https://docs.github.com/rest/repos/rules
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis.live.asking import Unread

if TYPE_CHECKING:
    from portcullis.live.asking import Asking

Document = dict[str, Any]
"""A setting; an id of something that may be made anew is below `id`."""

_NOT_FOUND = 404


def repositories(asking: Asking, organization: str) -> list[Document] | Unread:
    """Return name, id and whether it is archived, of all repositories."""
    listed = asking.listed(f"/orgs/{organization}/repos?type=all")
    if isinstance(listed, Unread):
        return listed
    return [{field: each[field] for field in ("id", "name", "archived")} for each in listed]


def actions(asking: Asking, base: str) -> Document | Unread:
    """Return where Actions run, and which are allowed; ``base`` is `/orgs/...` or `/repos/...`."""
    path = f"{base}/actions/permissions"
    answer = asking.get(path)
    if isinstance(answer, Unread):
        return answer
    document = {key: value for key, value in answer.items() if not key.endswith("_url")}
    if document.get("allowed_actions") == "selected":
        chosen = asking.get(f"{path}/selected-actions")
        if isinstance(chosen, Unread):
            return chosen
        document["selected_actions"] = chosen
    if document.get("enabled_repositories") == "selected":
        listed = asking.listed(f"{path}/repositories", "repositories")
        if isinstance(listed, Unread):
            return listed
        document["repositories"] = sorted(each["id"] for each in listed)
    return document


def environments(asking: Asking, repository: str) -> dict[str, Document] | Unread:
    """Return the environments of ``owner/name`` by name, with the refs that they admit."""
    listed = asking.listed(f"/repos/{repository}/environments", "environments")
    if isinstance(listed, Unread):
        return listed
    found: dict[str, Document] = {}
    for each in listed:
        document = _environment(asking, repository, each)
        if isinstance(document, Unread):
            return document
        found[each["name"]] = document
    return found


def environment(asking: Asking, repository: str, name: str) -> Document | Unread | None:
    """Return one environment; None if there is none."""
    answer = asking.get(f"/repos/{repository}/environments/{quote(name, safe='')}")
    if isinstance(answer, Unread):
        return None if answer.status == _NOT_FOUND else answer
    return _environment(asking, repository, answer)


def _environment(asking: Asking, repository: str, answer: Document) -> Document | Unread:
    rules = {rule["type"]: rule for rule in answer.get("protection_rules") or ()}
    required = rules.get("required_reviewers") or {}
    policy = answer.get("deployment_branch_policy")
    policies: list[Document] = []
    if policy and policy["custom_branch_policies"]:
        name = quote(answer["name"], safe="")
        path = f"/repos/{repository}/environments/{name}/deployment-branch-policies"
        listed = asking.listed(path, "branch_policies")
        if isinstance(listed, Unread):
            return listed
        policies = listed
    return {
        "can_admins_bypass": answer.get("can_admins_bypass", True),
        "wait_timer": rules.get("wait_timer", {}).get("wait_timer", 0),
        "prevent_self_review": bool(required.get("prevent_self_review")),
        "reviewers": [
            {"type": each["type"], "id": each["reviewer"]["id"]}
            for each in required.get("reviewers") or ()
        ],
        "deployment_branch_policy": policy,
        "policies": [
            {"name": each["name"], "type": each.get("type") or "branch", "id": each["id"]}
            for each in policies
        ],
    }


def ruleset(asking: Asking, base: str, name: str) -> Document | Unread | None:
    """Return the ruleset ``name`` of an organization or a repository; None if there is none."""
    own = "?includes_parents=false" if base.startswith("/repos/") else ""
    listed = asking.listed(f"{base}/rulesets{own}")
    if isinstance(listed, Unread):
        return listed
    for each in listed:
        if each["name"] == name:
            answer = asking.get(f"{base}/rulesets/{each['id']}")
            if isinstance(answer, Unread):
                return answer
            kept = ("id", "name", "target", "enforcement", "conditions", "rules", "bypass_actors")
            return {key: answer[key] for key in kept if key in answer}
    return None


def variable(asking: Asking, organization: str, name: str) -> Document | Unread | None:
    """Return a variable of the organization; None if there is none."""
    answer = asking.get(f"/orgs/{organization}/actions/variables/{name}")
    if isinstance(answer, Unread):
        return None if answer.status == _NOT_FOUND else answer
    return {"value": answer["value"]}


def secret(asking: Asking, path: str) -> Document | Unread | None:
    """Return when a secret got its value, which GitHub never tells; None if there is none."""
    answer = asking.get(path)
    if isinstance(answer, Unread):
        return None if answer.status == _NOT_FOUND else answer
    return {"updated_at": answer["updated_at"]}


def organization_secrets(asking: Asking, organization: str, store: str) -> dict[str, str] | Unread:
    """Return the visibility of the organization's secrets in a store, by name."""
    listed = asking.listed(f"/orgs/{organization}/{store}/secrets", "secrets")
    if isinstance(listed, Unread):
        return listed
    return {each["name"]: each["visibility"] for each in listed}


def readers(asking: Asking, path: str) -> Document | Unread | None:
    """Return the repositories that a secret is selected for; None if it is for no list of them."""
    answer = asking.get(path)
    if isinstance(answer, Unread):
        return None if answer.status == _NOT_FOUND else answer
    if answer["visibility"] != "selected":
        return None
    listed = asking.listed(f"{path}/repositories", "repositories")
    if isinstance(listed, Unread):
        return listed
    return {"repositories": sorted(each["id"] for each in listed)}
