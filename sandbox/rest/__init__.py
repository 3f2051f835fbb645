"""REST: one module a family of endpoints, each with its `ROUTES`; all are listed here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from sandbox.routing import Router

if TYPE_CHECKING:
    from sandbox.routing import Routes

FAMILIES = (
    "environments",
    "memberships",
    "organizations",
    "repositories",
    "security",
    "team_repositories",
    "teams",
    "users",
)
"""The modules of this package that hold routes."""


def router() -> Router:
    """Return the router over all families."""
    collected: list[Routes] = [
        importlib.import_module(f"sandbox.rest.{name}").ROUTES for name in FAMILIES
    ]
    return Router(route for routes in collected for route in routes.routes)
