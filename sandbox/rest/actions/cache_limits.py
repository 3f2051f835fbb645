"""Limits of the Actions cache: how much of it GitHub keeps for a repository, and for how long.

Source: https://docs.github.com/rest/actions/cache
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import failed
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.routing import Routes

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import AnyRecord

ROUTES = Routes()
_LIMITS = {
    "storage-limit": ("max_cache_size_gb", 10, range(1, 10_001)),
    "retention-limit": ("max_cache_retention_days", 7, range(1, 366)),
}
"""Field, GitHub's default and the allowed numbers, by the limit's name in paths."""


def _place(call: Call) -> AnyRecord:
    return call.repository if "repo" in call.parameters else call.org


def _shown(call: Call, name: str) -> dict[str, Any]:
    """Return a limit: the place's own, or that of the organization above it."""
    field, default, _ = _LIMITS[name]
    place = _place(call)
    above = call.world.document(place.parent, name, {field: default})
    return call.world.document(place.id, name, above)


def _add(path: str, name: str, reads: str, writes: str) -> None:
    field, _, allowed = _LIMITS[name]

    @ROUTES.get(path, needs=reads)
    def get(call: Call) -> Response:
        return Response(200, _shown(call, name))

    @ROUTES.put(path, needs=writes)
    def put(call: Call) -> Response:
        found = fields.body(call, **{f"{field}!": "integer"})
        if found[field] not in allowed:
            message = f"{field} must be from {allowed[0]} to {allowed[-1]}"
            raise failed("Actions cache", field, "custom", message)
        call.world.set_document(_place(call).id, name, **found)
        return NO_CONTENT


for _name in _LIMITS:
    _add(f"/orgs/{{org}}/actions/cache/{_name}", _name, "org:admin", "org:admin")
    _add(f"/repos/{{owner}}/{{repo}}/actions/cache/{_name}", _name, "repo:admin", "repo:admin")
