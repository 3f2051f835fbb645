"""REST: one module a family of endpoints, each with its `ROUTES`; all are listed here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from sandbox.api.routing import Router

if TYPE_CHECKING:
    from sandbox.api.routing import Routes

FAMILIES = (
    "actions_permissions",
    "apps",
    "audit_log",
    "blocks",
    "branch_protection",
    "branches",
    "collaborators",
    "check_suites",
    "commits",
    "contents",
    "custom_properties",
    "custom_repository_roles",
    "deploy_keys",
    "deployments",
    "environments",
    "forks",
    "git_data",
    "invitations",
    "labels",
    "licenses",
    "memberships",
    "oidc",
    "organization_roles",
    "organizations",
    "published_pages",
    "pull_merges",
    "pulls",
    "rate_limit",
    "release_assets",
    "releases",
    "repositories",
    "reruns",
    "reviews",
    "rule_suites",
    "rulesets",
    "runner_groups",
    "search",
    "secrets",
    "security",
    "signing_keys",
    "statuses",
    "tags",
    "team_repositories",
    "teams",
    "users",
    "variables",
    "webhooks",
    "workflow_runs",
)
"""The modules of this package that hold routes."""


def router() -> Router:
    """Return the router over all families."""
    collected: list[Routes] = [
        importlib.import_module(f"sandbox.rest.{name}").ROUTES for name in FAMILIES
    ]
    return Router(route for routes in collected for route in routes.routes)
