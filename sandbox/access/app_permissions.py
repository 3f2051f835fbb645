"""Permissions of Apps: which one an operation needs, and whether a token has it.

Source: https://docs.github.com/rest/authentication/permissions-required-for-github-apps
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import GitHubError

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.api.routing import Route

_ORG, _REPO = "/orgs/{org}", "/repos/{owner}/{repo}"
_ENVIRONMENT = f"{_REPO}/environments/{{environment_name}}"
_RANK = {"none": 0, "read": 1, "write": 2, "admin": 3}

_OPERATIONS = {
    f"GET {_ORG}": ("metadata", "read"),
    f"GET {_ORG}/repos": ("metadata", "read"),
    f"GET {_REPO}": ("metadata", "read"),
    f"GET {_REPO}/rulesets": ("metadata", "read"),
    f"GET {_REPO}/rulesets/{{ruleset_id}}": ("metadata", "read"),
    f"GET {_REPO}/topics": ("metadata", "read"),
    f"GET {_REPO}/languages": ("metadata", "read"),
    f"GET {_REPO}/collaborators": ("metadata", "read"),
    f"GET {_REPO}/collaborators/{{username}}": ("metadata", "read"),
    f"GET {_REPO}/collaborators/{{username}}/permission": ("metadata", "read"),
    f"GET {_REPO}/properties/values": ("metadata", "read"),
    f"PUT {_REPO}/pulls/{{pull_number}}/merge": ("contents", "write"),
    f"GET {_REPO}/commits/{{ref}}/status": ("statuses", "read"),
    f"GET {_REPO}/commits/{{ref}}/statuses": ("statuses", "read"),
    f"GET {_REPO}/commits/{{ref}}/check-runs": ("checks", "read"),
    f"GET {_REPO}/commits/{{ref}}/check-suites": ("checks", "read"),
    f"POST {_REPO}/branches/{{branch}}/rename": ("administration", "write"),
    f"POST {_REPO}/dispatches": ("contents", "write"),
    f"POST {_REPO}/forks": ("administration", "write"),
    f"GET {_ENVIRONMENT}": ("actions", "read"),
    f"GET {_REPO}/environments": ("actions", "read"),
    f"POST {_REPO}/actions/runs/{{run_id}}/pending_deployments": ("deployments", "write"),
}
"""Operations whose permission does not follow from their path, with its level."""
_PLACES = {
    _ORG: "organization_administration",
    f"{_ORG}/actions/secrets": "organization_secrets",
    f"{_ORG}/actions/variables": "organization_actions_variables",
    f"{_ORG}/code-scanning": "security_events",
    f"{_ORG}/codespaces/secrets": "organization_codespaces_secrets",
    f"{_ORG}/custom-repository-roles": "organization_custom_roles",
    f"{_ORG}/dependabot/alerts": "vulnerability_alerts",
    f"{_ORG}/dependabot/secrets": "organization_dependabot_secrets",
    f"{_ORG}/hooks": "organization_hooks",
    f"{_ORG}/invitations": "members",
    f"{_ORG}/members": "members",
    f"{_ORG}/memberships": "members",
    f"{_ORG}/organization-roles": "organization_custom_org_roles",
    f"{_ORG}/outside_collaborators": "members",
    f"{_ORG}/properties": "organization_custom_properties",
    f"{_ORG}/repos": "administration",
    f"{_ORG}/secret-scanning": "secret_scanning_alerts",
    f"{_ORG}/teams": "members",
    _REPO: "administration",
    f"{_REPO}/actions": "actions",
    f"{_REPO}/actions/permissions": "administration",
    f"{_REPO}/actions/secrets": "secrets",
    f"{_REPO}/actions/organization-secrets": "secrets",
    f"{_REPO}/actions/variables": "actions_variables",
    f"{_REPO}/actions/organization-variables": "actions_variables",
    f"{_REPO}/branches": "contents",
    f"{_REPO}/branches/{{branch}}/protection": "administration",
    f"{_REPO}/check-runs": "checks",
    f"{_REPO}/check-suites": "checks",
    f"{_REPO}/codespaces/secrets": "codespaces_secrets",
    f"{_REPO}/commits": "contents",
    f"{_REPO}/compare": "contents",
    f"{_REPO}/contents": "contents",
    f"{_REPO}/dependabot/secrets": "dependabot_secrets",
    f"{_REPO}/deployments": "deployments",
    f"{_ENVIRONMENT}/secrets": "environments",
    f"{_ENVIRONMENT}/variables": "environments",
    f"{_REPO}/forks": "metadata",
    f"{_REPO}/git": "contents",
    f"{_REPO}/hooks": "repository_hooks",
    f"{_REPO}/issues": "issues",
    f"{_REPO}/labels": "issues",
    f"{_REPO}/license": "contents",
    f"{_REPO}/merge-upstream": "contents",
    f"{_REPO}/merges": "contents",
    f"{_REPO}/milestones": "issues",
    f"{_REPO}/pages": "pages",
    f"{_REPO}/properties": "repository_custom_properties",
    f"{_REPO}/pulls": "pull_requests",
    f"{_REPO}/readme": "contents",
    f"{_REPO}/releases": "contents",
    f"{_REPO}/rules": "metadata",
    f"{_REPO}/statuses": "statuses",
    f"{_REPO}/tags": "contents",
}
"""Permission by the beginning of the path; the longest match counts. Writing needs `write`."""


_ALSO = {
    f"{_REPO}/issues/{{issue_number}}/comments": "pull_requests",
    f"{_REPO}/issues/comments/{{comment_id}}": "pull_requests",
}
"""Another permission that suffices as well."""


def needed(route: Route) -> tuple[str, str] | None:
    """Return the permission that a route needs, and its level; None: any App may."""
    if route.operation in _OPERATIONS:
        return _OPERATIONS[route.operation]
    fitting = [place for place in _PLACES if f"{route.template}/".startswith(f"{place}/")]
    if not fitting:
        return None
    level = "read" if route.method in ("GET", "HEAD") else "write"
    return _PLACES[max(fitting, key=len)], level


def allows(permissions: dict[str, str], name: str, level: str) -> bool:
    """Return whether a token's permissions reach a level of one; everybody reads metadata."""
    have = permissions.get(name, "read" if name == "metadata" else "none")
    return _RANK.get(have, 0) >= _RANK[level]


def require(call: Call, route: Route) -> None:
    """Refuse an App's token without the permission that the route needs.

    Raises:
        GitHubError: 403, naming the permission in a header as GitHub does.
    """
    if call.actor.permissions is None:
        return
    wanted, have = needed(route), dict(call.actor.permissions)
    if wanted is None:
        return
    also = _ALSO.get(route.template)
    if not allows(have, *wanted) and not (also and allows(have, also, wanted[1])):
        header = {"X-Accepted-GitHub-Permissions": f"{wanted[0]}={wanted[1]}"}
        raise GitHubError(403, "Resource not accessible by integration", headers=header)
