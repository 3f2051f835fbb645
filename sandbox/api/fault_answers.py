"""The response that a fault replaces the real one with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import DOCUMENTATION_URL
from sandbox.api.http import Response

if TYPE_CHECKING:
    from sandbox.world.faults import Fault

_MESSAGES = {
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    422: "Validation Failed",
    429: "You have exceeded a secondary rate limit.",
}


def answer_of(fault: Fault) -> Response | None:
    """Return the response that a fault replaces the real one with, or None."""
    if fault.status is None:
        return None
    body = fault.body or {
        "message": _MESSAGES.get(fault.status, "Server Error"),
        "documentation_url": DOCUMENTATION_URL,
        "status": str(fault.status),
    }
    return Response(fault.status, body)
