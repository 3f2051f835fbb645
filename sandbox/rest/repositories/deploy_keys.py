"""Deploy keys, and autolinks beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.api import fields, lengths
from sandbox.api.errors import failed, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.commits import base
from sandbox.world.kinds.repositories import AUTOLINK, DEPLOY_KEY, Autolink, DeployKey

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Data, Kind, Record

ROUTES = Routes()
_KEYS = "/repos/{owner}/{repo}/keys"
_LINKS = "/repos/{owner}/{repo}/autolinks"


def _find(call: Call, kind: Kind[Data], parameter: str) -> Record[Data]:
    found = call.world.get(kind, call.integer(parameter))
    if found is None or found.parent != call.repository.id:
        raise not_found()
    return found


def _key(call: Call, key: Record[DeployKey]) -> dict[str, Any]:
    return {
        "id": key.id,
        "key": key.data["key"],
        "url": f"{base(call)}/keys/{key.id}",
        "title": key.data["title"],
        "verified": True,
        "created_at": key.created_at,
        "read_only": key.data["read_only"],
        "added_by": key.data["added_by"],
        "last_used": None,
        "enabled": True,
    }


@ROUTES.get(_KEYS, needs="repo:admin")
def list_keys(call: Call) -> Response:
    """Return the deploy keys of a repository."""
    found = call.world.all(DEPLOY_KEY, call.repository.id)
    return page(call, found, lambda key: _key(call, key))


@ROUTES.post(_KEYS, needs="repo:admin")
def create_key(call: Call) -> Response:
    """Add a deploy key; a key can stand in one repository only."""
    found = fields.body(call, **{"key!": "text"}, title="text", read_only="boolean")
    lengths.check("DeployKey", found)
    account = owner(call.world, call.repository)
    if not account.data.get("deploy_keys_enabled_for_repositories", True):
        raise invalid("Deploy keys are disabled for this repository")
    parts = found["key"].split()
    if len(parts) < 2 or not parts[0].startswith(("ssh-", "ecdsa-", "sk-")):  # noqa: PLR2004 - kind and key
        raise failed(
            "PublicKey",
            "key",
            "custom",
            "key is invalid. You must supply a key in OpenSSH public key format",
        )
    key = " ".join(parts[:2])
    if any(each.kind == "deploy_key" and each.data["key"] == key for each in call.world.tables):
        raise failed("PublicKey", "key", "custom", "key is already in use")
    made = call.world.make(
        DEPLOY_KEY,
        call.repository.id,
        "",
        DeployKey(
            key=key,
            title=found.get("title", ""),
            read_only=found.get("read_only", False),
            added_by=call.actor.login,
        ),
    )
    return Response(201, _key(call, made))


@ROUTES.get(_KEYS + "/{key_id}", needs="repo:admin")
def get_key(call: Call) -> Response:
    """Return a deploy key."""
    return Response(200, _key(call, _find(call, DEPLOY_KEY, "key_id")))


@ROUTES.delete(_KEYS + "/{key_id}", needs="repo:admin")
def delete_key(call: Call) -> Response:
    """Delete a deploy key."""
    key = _find(call, DEPLOY_KEY, "key_id")
    call.world.remove(key)
    return NO_CONTENT


def _link(link: Record[Autolink]) -> dict[str, Any]:
    return {
        "id": link.id,
        "key_prefix": link.name,
        "url_template": link.data["url_template"],
        "is_alphanumeric": link.data["is_alphanumeric"],
        "updated_at": link.updated_at,
    }


@ROUTES.get(_LINKS, needs="repo:admin")
def list_autolinks(call: Call) -> Response:
    """Return the autolinks of a repository."""
    return Response(200, [_link(each) for each in call.world.all(AUTOLINK, call.repository.id)])


@ROUTES.post(_LINKS, needs="repo:admin")
def create_autolink(call: Call) -> Response:
    """Add an autolink."""
    found = fields.body(
        call, **{"key_prefix!": "text", "url_template!": "text"}, is_alphanumeric="boolean"
    )
    name = found.pop("key_prefix")
    if call.world.find(AUTOLINK, name, call.repository.id) is not None:
        raise failed("KeyLink", "key_prefix", "already_exists")
    data = Autolink(
        url_template=found["url_template"], is_alphanumeric=found.get("is_alphanumeric", True)
    )
    return Response(201, _link(call.world.make(AUTOLINK, call.repository.id, name, data)))


@ROUTES.get(_LINKS + "/{autolink_id}", needs="repo:admin")
def get_autolink(call: Call) -> Response:
    """Return an autolink."""
    return Response(200, _link(_find(call, AUTOLINK, "autolink_id")))


@ROUTES.delete(_LINKS + "/{autolink_id}", needs="repo:admin")
def delete_autolink(call: Call) -> Response:
    """Delete an autolink."""
    link = _find(call, AUTOLINK, "autolink_id")
    call.world.remove(link)
    return NO_CONTENT
