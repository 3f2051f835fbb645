"""GitHub Apps and their installations as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.shapes.accounts import simple_user
from sandbox.world.kinds.accounts import APP, ORGANIZATION, USER, App, Installation
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

PERMISSIONS = {
    "actions": "write",
    "actions_variables": "write",
    "administration": "write",
    "contents": "write",
    "environments": "write",
    "members": "write",
    "metadata": "read",
    "organization_administration": "write",
    "organization_secrets": "write",
    "pull_requests": "write",
    "secrets": "write",
    "workflows": "write",
}
"""What an App may do whose seed says nothing: everything, shown by its usual names."""


def permissions_of(app: Record[App]) -> dict[str, str]:
    """Return what an App may do: everything, unless its seed says otherwise."""
    return dict(app.data.get("permissions") or PERMISSIONS)


def app_number(app: Record[App]) -> int:
    """Return an App's id: the one that its seed gave it, or the record's."""
    return int(app.data.get("app_id") or app.id)


def app_json(call: Call, app: Record[App]) -> dict[str, Any]:
    """Return an App as `integration`."""
    bot = call.world.get(USER, app.data["bot"])
    return {
        "id": app_number(app),
        "slug": app.name,
        "node_id": node_id("app", app.id),
        "owner": simple_user(call, bot) if bot is not None else None,
        "name": app.name,
        "description": None,
        "external_url": f"{call.host}/apps/{app.name}",
        "html_url": f"{call.host}/apps/{app.name}",
        "created_at": app.created_at,
        "updated_at": app.updated_at,
        "permissions": permissions_of(app),
        "events": [],
        "installations_count": 1,
    }


def installation_json(call: Call, installation: Record[Installation]) -> dict[str, Any]:
    """Return an installation of an App as `installation`."""
    app = call.world.get(APP, installation.data["app"])
    org = call.world.get(ORGANIZATION, installation.parent)
    if app is None or org is None:
        raise AssertionError("an installation has an App and an organization")
    return {
        "id": installation.id,
        "account": simple_user(call, org),
        "repository_selection": "all",
        "access_tokens_url": f"{call.api}/app/installations/{installation.id}/access_tokens",
        "repositories_url": f"{call.api}/installation/repositories",
        "html_url": f"{call.host}/organizations/{org.name}/settings/installations/"
        f"{installation.id}",
        "app_id": app_number(app),
        "app_slug": app.name,
        "target_id": org.id,
        "target_type": "Organization",
        "permissions": permissions_of(app),
        "events": [],
        "created_at": installation.created_at,
        "updated_at": installation.updated_at,
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": None,
    }
