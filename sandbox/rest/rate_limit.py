"""Rate limits, and the little that GitHub says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.http import Response
from sandbox.routing import Routes

if TYPE_CHECKING:
    from sandbox.http import Call

ROUTES = Routes()
LIMIT = 15_000
"""Requests an hour."""


@ROUTES.get("/rate_limit", needs="user")
def get(call: Call) -> Response:
    """What is left in each category; asking costs nothing."""
    now = int(call.world.clock.seconds())
    core = {"limit": LIMIT, "used": 1, "remaining": LIMIT - 1, "reset": now - now % 3600 + 3600}
    names = ("core", "search", "graphql", "integration_manifest", "code_search")
    return Response(200, {"resources": {name: dict(core) for name in names}, "rate": core})


@ROUTES.get("/meta", needs="user")
def get_meta(call: Call) -> Response:  # noqa: ARG001 - handlers take the call
    """What kind of GitHub this is."""
    return Response(
        200, {"verifiable_password_authentication": False, "installed_version": "sandbox"}
    )


@ROUTES.get("/", needs="user")
def get_root(call: Call) -> Response:
    """Where things are."""
    return Response(
        200,
        {
            "current_user_url": f"{call.api}/user",
            "organization_url": f"{call.api}/orgs/{{org}}",
            "repository_url": f"{call.api}/repos/{{owner}}/{{repo}}",
            "rate_limit_url": f"{call.api}/rate_limit",
        },
    )
