"""The license of a repository: the file that says it, not which one it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import not_found
from sandbox.api.http import Response
from sandbox.api.routing import Routes
from sandbox.rest.code.contents import tip, whole_file

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()
_NAMES = ("license", "licence", "copying")


@ROUTES.get("/repos/{owner}/{repo}/license", needs="repo:read")
def get(call: Call) -> Response:
    """Return the license file at the root of the default branch."""
    ref, files = tip(call)
    for path in sorted(files):
        if "/" not in path and path.lower().startswith(_NAMES):
            shown = whole_file(call, path, files[path], ref)
            return Response(200, {**shown, "license": call.repository.data["license"]})
    raise not_found()
