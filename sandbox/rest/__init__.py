"""REST: one module a family of endpoints, each with its `ROUTES`; all are listed here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from sandbox.api.routing import Router

if TYPE_CHECKING:
    from sandbox.api.routing import Routes

FAMILIES: dict[str, tuple[str, ...]] = {
    "actions": (
        "actions_permissions",
        "cache_limits",
        "oidc",
        "reruns",
        "runner_groups",
        "runners",
        "secrets",
        "variables",
        "workflow_runs",
    ),
    "code": (
        "branches",
        "check_suites",
        "commits",
        "contents",
        "git_data",
        "pull_merges",
        "pulls",
        "reviews",
        "statuses",
        "tags",
    ),
    "organization": (
        "alerts",
        "apps",
        "audit_log",
        "custom_properties",
        "organizations",
        "rate_limit",
    ),
    "people": (
        "account_keys",
        "blocks",
        "collaborators",
        "custom_repository_roles",
        "invitations",
        "memberships",
        "organization_roles",
        "signing_keys",
        "team_repositories",
        "teams",
        "user_secrets",
        "users",
    ),
    "protection": (
        "branch_protection",
        "deployment_protection_rules",
        "deployments",
        "environments",
        "rule_suites",
        "rulesets",
    ),
    "repositories": (
        "code_security",
        "deploy_keys",
        "forks",
        "issue_comments",
        "issues",
        "labels",
        "licenses",
        "milestones",
        "published_pages",
        "release_assets",
        "releases",
        "repositories",
        "search",
        "security",
        "webhooks",
    ),
}
"""The modules that hold routes, by room."""


def router() -> Router:
    """Return the router over all families."""
    collected: list[Routes] = [
        importlib.import_module(f"sandbox.rest.{room}.{name}").ROUTES
        for room, names in FAMILIES.items()
        for name in names
    ]
    return Router(route for routes in collected for route in routes.routes)
