"""Rate limits, and the little that GitHub says of itself.

Source: https://docs.github.com/rest/rate-limit/rate-limit and https://docs.github.com/rest/meta/meta
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api import limits
from sandbox.api.http import Response
from sandbox.api.routing import Routes

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()


@ROUTES.get("/rate_limit", needs="user")
def get(call: Call) -> Response:
    """What is left of each resource; asking costs nothing."""
    found = limits.all_states(call.world, call.actor)
    return Response(200, {"resources": found, "rate": found["core"]})


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
