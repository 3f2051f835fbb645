"""Templates for the subject of a workflow's OIDC token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import invalid
from sandbox.api.http import Response
from sandbox.api.routing import Routes
from sandbox.world.kinds.documents import DOCUMENT

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()
_ORG = "/orgs/{org}/actions/oidc/customization/sub"
_REPO = "/repos/{owner}/{repo}/actions/oidc/customization/sub"
_NAME = "oidc"
DEFAULT_KEYS = ["repo", "context"]
"""Claims of a subject that nobody customized."""


def _checked(found: dict[str, Any]) -> dict[str, Any]:
    for key in found.get("include_claim_keys", []):
        if not key or not key.replace("_", "").isalnum():
            raise invalid(f"Claim key {key!r} can only contain alphanumeric characters and '_'")
    return found


@ROUTES.get(_ORG, needs="org:admin")
def get_org(call: Call) -> Response:
    """Return an organization's template."""
    default = {"include_claim_keys": DEFAULT_KEYS}
    return Response(200, call.world.document(call.org.id, _NAME, default))


@ROUTES.put(_ORG, needs="org:admin")
def set_org(call: Call) -> Response:
    """Set an organization's template."""
    found = _checked(fields.body(call, **{"include_claim_keys!": "texts"}))
    call.world.set_document(call.org.id, _NAME, **found)
    return Response(201, {})


@ROUTES.get(_REPO, needs="repo:read")
def get_repo(call: Call) -> Response:
    """Return a repository's template."""
    return Response(200, call.world.document(call.repository.id, _NAME, {"use_default": True}))


@ROUTES.put(_REPO, needs="repo:write")
def set_repo(call: Call) -> Response:
    """Set a repository's template, or go back to the default."""
    found = _checked(fields.body(call, **{"use_default!": "boolean"}, include_claim_keys="texts"))
    old = call.world.find(DOCUMENT, _NAME, call.repository.id)
    if old is not None:
        call.world.remove(old)
    if found["use_default"]:
        found.pop("include_claim_keys", None)
    call.world.set_document(call.repository.id, _NAME, **found)
    return Response(201, {})
