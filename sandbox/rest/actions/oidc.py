"""Templates for the subject of a workflow's OIDC token, and whether it has ids.

Source: https://docs.github.com/rest/actions/oidc
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import invalid
from sandbox.api.http import Response
from sandbox.api.routing import Routes
from sandbox.runs import oidc
from sandbox.world.kinds.documents import DOCUMENT

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()
_ORG = "/orgs/{org}/actions/oidc/customization/sub"
_REPO = "/repos/{owner}/{repo}/actions/oidc/customization/sub"


def _checked(found: dict[str, Any]) -> dict[str, Any]:
    for key in found.get("include_claim_keys", []):
        if not key or not key.replace("_", "").isalnum():
            raise invalid(f"Claim key {key!r} can only contain alphanumeric characters and '_'")
    return found


@ROUTES.get(_ORG, needs="org:admin")
def get_org(call: Call) -> Response:
    """Return an organization's template."""
    default = {"include_claim_keys": oidc.DEFAULT_KEYS}
    return Response(200, call.world.document(call.org.id, oidc.TEMPLATE, default))


@ROUTES.put(_ORG, needs="org:admin")
def set_org(call: Call) -> Response:
    """Set an organization's template, or whether the subjects of its repositories have ids."""
    wanted = {"include_claim_keys": "texts", "use_immutable_subject": "boolean"}
    call.world.set_document(call.org.id, oidc.TEMPLATE, **_checked(fields.body(call, **wanted)))
    return Response(201, {})


@ROUTES.get(_REPO, needs="repo:read")
def get_repo(call: Call) -> Response:
    """Return a repository's template, and how its subjects begin."""
    own = call.world.document(call.repository.id, oidc.TEMPLATE, {"use_default": True})
    shown = {
        **own,
        "use_immutable_subject": oidc.has_ids(call.world, call.repository),
        "sub_claim_prefix": oidc.prefix(call.world, call.repository),
    }
    return Response(200, shown)


@ROUTES.put(_REPO, needs="repo:write")
def set_repo(call: Call) -> Response:
    """Set a repository's template, or go back to the default; ids stay unless they are named."""
    wanted = {"include_claim_keys": "texts", "use_immutable_subject": "boolean"}
    found = _checked(fields.body(call, **{"use_default!": "boolean"}, **wanted))
    old = call.world.find(DOCUMENT, oidc.TEMPLATE, call.repository.id)
    if old is not None:
        if "use_immutable_subject" in old.data:
            found.setdefault("use_immutable_subject", old.data["use_immutable_subject"])
        call.world.remove(old)
    if found["use_default"]:
        found.pop("include_claim_keys", None)
    call.world.set_document(call.repository.id, oidc.TEMPLATE, **found)
    return Response(201, {})
