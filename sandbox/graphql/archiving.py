"""Repositories are archived, and unarchived, by mutation: gh does it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import level, permission
from sandbox.graphql.refusals import forbidden, not_found
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.nodes import parse_node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record


def _administered(call: Call, ident: str) -> Record[Repository]:
    parsed = parse_node_id(ident)
    found = None
    if parsed is not None and parsed[0] == "repository":
        found = call.world.get(REPOSITORY, parsed[1])
    role = 0 if found is None else level(permission(call.world, found, call.actor))
    if found is None or not role:
        raise not_found(f"Could not resolve to a node with the global id of '{ident}'")
    if role < level("admin"):
        raise forbidden("Viewer must be an administrator of the repository.")
    return found


def archive(call: Call, _source: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make a repository read-only; it ends Dependabot's alerts and updates, too."""
    given = arguments["input"]
    repository = _administered(call, given["repositoryId"])
    security = {**repository.data["security"], "dependabot_security_updates": False}
    changed = call.world.change(
        repository, archived=True, vulnerability_alerts=False, security=security
    )
    return {"repository": changed, "clientMutationId": given.get("clientMutationId")}


def unarchive(call: Call, _source: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make an archived repository writable again."""
    given = arguments["input"]
    changed = call.world.change(_administered(call, given["repositoryId"]), archived=False)
    return {"repository": changed, "clientMutationId": given.get("clientMutationId")}
