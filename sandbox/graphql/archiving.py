"""Repositories are archived, and unarchived, by mutation: gh does it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.graphql.targets import administered

if TYPE_CHECKING:
    from sandbox.api.http import Call


def archive(call: Call, _source: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make a repository read-only; it ends Dependabot's alerts and updates, too."""
    given = arguments["input"]
    repository = administered(call, given["repositoryId"])
    security = {**repository.data["security"], "dependabot_security_updates": False}
    changed = call.world.change(
        repository, archived=True, vulnerability_alerts=False, security=security
    )
    return {"repository": changed, "clientMutationId": given.get("clientMutationId")}


def unarchive(call: Call, _source: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make an archived repository writable again."""
    given = arguments["input"]
    changed = call.world.change(administered(call, given["repositoryId"]), archived=False)
    return {"repository": changed, "clientMutationId": given.get("clientMutationId")}
