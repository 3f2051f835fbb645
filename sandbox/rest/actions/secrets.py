"""Secrets: of Actions, Codespaces and Dependabot; of organizations, repositories, environments."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, cast

from sandbox.api import fields
from sandbox.api.errors import invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.secrets import holders, sealed_boxes, selected_repositories
from sandbox.world import names
from sandbox.world.kinds.actions import SECRETS, Secret

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.secrets.holders import Level
    from sandbox.world.records import Record

ROUTES = Routes()
VALUE_LIMIT = 48 * 1024
"""Bytes of a secret's value."""
_SEAL = 48
_NOT_SEALED = "Bad request - validation failed due to an improperly encrypted secret"
_VISIBILITIES = ("all", "private", "selected")

STORES = tuple(SECRETS)
"""Who reads the secrets: each store has its own, and its own keys."""


def _levels(store: str) -> tuple[Level, Level]:
    """Return where a store's secrets live: in organizations and in repositories."""
    org = f"{holders.ORG_PATH}/{store}/secrets"
    repository = f"{holders.REPOSITORY_PATH}/{store}/secrets"
    return (
        holders.Level(org, holders.org, "org:admin", "org:admin", 1000),
        holders.Level(repository, holders.repository, "repo:write", "repo:admin", 100),
    )


_ENVIRONMENTS = holders.Level(
    f"{holders.ENVIRONMENT_PATH}/secrets", holders.environment, "repo:write", "repo:admin", 100
)


def _shape(call: Call, secret: Record[Secret], level: Level) -> dict[str, Any]:
    body = {
        "name": secret.name,
        "created_at": secret.created_at,
        "updated_at": secret.updated_at,
    }
    if level.org:
        body["visibility"] = secret.data["visibility"]
        if secret.data["visibility"] == "selected":
            base = level.base.format(org=call.org.name)
            body["selected_repositories_url"] = f"{call.api}{base}/{secret.name}/repositories"
    return body


def check_value(call: Call, store: str, holder: int, found: dict[str, Any]) -> None:
    """Refuse a value that is too long, or was not sealed for its holder's key."""
    key_id, _ = sealed_boxes.public_key(call.world, store, holder)
    try:
        sealed = base64.b64decode(found["encrypted_value"], validate=True)
    except ValueError:
        raise invalid("Invalid request.\n\nencrypted_value is not base64.") from None
    if len(sealed) - _SEAL > VALUE_LIMIT:
        raise invalid(f"Secret values are limited to {VALUE_LIMIT // 1024} KB.")
    if found["key_id"] != key_id:
        raise invalid("Bad request - key_id is invalid")
    try:
        sealed_boxes.decrypt(call.world, store, holder, found["encrypted_value"])
    except ValueError:
        if call.world.settings["sealed_boxes"]:
            raise invalid(_NOT_SEALED) from None
        found["encrypted_value"] = sealed_boxes.seal(call.world, store, holder, sealed)


def _ids(given: list[Any]) -> list[int]:
    try:
        return [int(ident) for ident in given]
    except (TypeError, ValueError):
        raise invalid("Invalid request.\n\nselected_repository_ids are not ids.") from None


def _add(store: str, level: Level) -> None:  # noqa: C901 - one small function a route
    kind = SECRETS[store]
    one = f"{level.base}/{{secret_name}}"

    def find(call: Call) -> Record[Secret]:
        found = call.world.find(kind, call.parameters["secret_name"], level.holder(call).id)
        if found is None:
            raise not_found()
        return found

    @ROUTES.get(level.base, needs=level.reads)
    def list_secrets(call: Call) -> Response:
        found = sorted(call.world.all(kind, level.holder(call).id), key=lambda each: each.name)
        return page(call, found, lambda each: _shape(call, each, level), "secrets")

    @ROUTES.get(f"{level.base}/public-key", needs=level.reads)
    def get_public_key(call: Call) -> Response:
        key_id, key = sealed_boxes.public_key(call.world, store, level.holder(call).id)
        return Response(200, {"key_id": key_id, "key": key})

    @ROUTES.get(one, needs=level.reads)
    def get(call: Call) -> Response:
        return Response(200, _shape(call, find(call), level))

    @ROUTES.put(one, needs=level.writes)
    def put(call: Call) -> Response:
        holder = level.holder(call)
        table: dict[str, fields.Kind] = {"encrypted_value!": "text", "key_id!": "any"}
        if level.org:
            # Go clients send these ids as texts to Dependabot's routes
            table |= {"visibility!": _VISIBILITIES, "selected_repository_ids": "list"}
        found = fields.body(call, **table)
        found["key_id"] = str(found["key_id"])
        name = names.checked(call.parameters["secret_name"], "Secret")
        check_value(call, store, holder.id, found)
        if level.org:
            ids = _ids(found.get("selected_repository_ids", []))
            selected = found["visibility"] == "selected"
            found["selected_repository_ids"] = holders.checked_ids(call, ids) if selected else []
        secret = call.world.find(kind, name, holder.id)
        if secret is not None:
            call.world.change(secret, **found)
            return NO_CONTENT
        if call.world.count(kind, holder.id) >= level.limit:
            raise invalid(f"Secret limit of {level.limit} reached.")
        call.world.make(kind, holder.id, name, cast("Secret", found))
        return Response(201, {})

    @ROUTES.delete(one, needs=level.writes)
    def delete(call: Call) -> Response:
        call.world.remove(find(call))
        return NO_CONTENT

    if level.org:
        selected_repositories.add_routes(ROUTES, level, one, find)


for _store in STORES:
    for _level in _levels(_store):
        _add(_store, _level)
_add("actions", _ENVIRONMENTS)


@ROUTES.get(f"{holders.REPOSITORY_PATH}/actions/organization-secrets", needs="repo:write")
def list_org_secrets(call: Call) -> Response:
    """Return the organization's secrets that the repository sees."""
    return page(
        call,
        holders.org_items(call, SECRETS["actions"]),
        lambda each: {
            "name": each.name,
            "created_at": each.created_at,
            "updated_at": each.updated_at,
        },
        "secrets",
    )
