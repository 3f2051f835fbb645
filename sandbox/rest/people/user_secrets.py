"""Codespaces secrets of a person.

Source: https://docs.github.com/rest/codespaces/secrets
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import level, permission
from sandbox.api import fields
from sandbox.api.errors import invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.rest.actions.secrets import check_value
from sandbox.secrets import holders, sealed_boxes
from sandbox.world import names
from sandbox.world.kinds.actions import USER_SECRET, UserSecret
from sandbox.world.kinds.repositories import REPOSITORY

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.accounts import User
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/user/codespaces/secrets"
_ONE = _LIST + "/{secret_name}"
_REPOSITORIES = _ONE + "/repositories"
_STORE = "codespaces"
_LIMIT = 100


def _user(call: Call) -> Record[User]:
    if call.actor.user is None or call.actor.installation is not None:
        raise not_found()
    return call.actor.user


def _find(call: Call) -> Record[UserSecret]:
    found = call.world.find(USER_SECRET, call.parameters["secret_name"], _user(call).id)
    if found is None:
        raise not_found()
    return found


def _shape(call: Call, secret: Record[UserSecret]) -> dict[str, Any]:
    return {
        "name": secret.name,
        "created_at": secret.created_at,
        "updated_at": secret.updated_at,
        "visibility": "selected",
        "selected_repositories_url": f"{call.api}{_LIST}/{secret.name}/repositories",
    }


def _ids(call: Call, given: list[Any]) -> list[int]:
    """Return ids of repositories that the caller may read, sorted."""
    try:
        ids = {int(ident) for ident in given}
    except (TypeError, ValueError):
        raise invalid("Invalid request.\n\nselected_repository_ids are not ids.") from None
    for ident in ids:
        repository = call.world.get(REPOSITORY, ident)
        if repository is None or not level(permission(call.world, repository, call.actor)):
            raise invalid(f"Repository {ident} was not found.")
    return sorted(ids)


@ROUTES.get(_LIST, needs="user")
def list_secrets(call: Call) -> Response:
    """Return the caller's secrets."""
    found = sorted(call.world.all(USER_SECRET, _user(call).id), key=lambda each: each.name)
    return page(call, found, lambda each: _shape(call, each), "secrets")


@ROUTES.get(_LIST + "/public-key", needs="user")
def get_public_key(call: Call) -> Response:
    """Return the key that the caller's secrets are sealed for."""
    key_id, key = sealed_boxes.public_key(call.world, _STORE, _user(call).id)
    return Response(200, {"key_id": key_id, "key": key})


@ROUTES.get(_ONE, needs="user")
def get(call: Call) -> Response:
    """Return a secret, without its value."""
    return Response(200, _shape(call, _find(call)))


@ROUTES.put(_ONE, needs="user")
def put(call: Call) -> Response:
    """Create or change a secret."""
    user = _user(call)
    found = fields.body(
        call, **{"encrypted_value!": "text", "key_id!": "any"}, selected_repository_ids="list"
    )
    found["key_id"] = str(found["key_id"])
    name = names.checked(call.parameters["secret_name"], "Secret")
    check_value(call, _STORE, user.id, found)
    if "selected_repository_ids" in found:
        found["selected_repository_ids"] = _ids(call, found["selected_repository_ids"])
    secret = call.world.find(USER_SECRET, name, user.id)
    if secret is not None:
        call.world.change(secret, **found)
        return NO_CONTENT
    if call.world.count(USER_SECRET, user.id) >= _LIMIT:
        raise invalid(f"Secret limit of {_LIMIT} reached.")
    data = UserSecret(
        encrypted_value=found["encrypted_value"],
        key_id=found["key_id"],
        selected_repository_ids=found.get("selected_repository_ids", []),
    )
    call.world.make(USER_SECRET, user.id, name, data)
    return Response(201, {})


@ROUTES.delete(_ONE, needs="user")
def delete(call: Call) -> Response:
    """Delete a secret."""
    call.world.remove(_find(call))
    return NO_CONTENT


@ROUTES.get(_REPOSITORIES, needs="user")
def list_repositories(call: Call) -> Response:
    """Return the repositories that see a secret."""
    return holders.page_of_repositories(call, _find(call).data["selected_repository_ids"])


def _choose(call: Call, ids: list[Any]) -> Response:
    call.world.change(_find(call), selected_repository_ids=_ids(call, ids))
    return NO_CONTENT


@ROUTES.put(_REPOSITORIES, needs="user")
def set_repositories(call: Call) -> Response:
    """Set the repositories that see a secret."""
    return _choose(call, fields.body(call, **{"selected_repository_ids!": "list"}).popitem()[1])


@ROUTES.put(_REPOSITORIES + "/{repository_id}", needs="user")
def add_repository(call: Call) -> Response:
    """Add a repository to those that see a secret."""
    return _choose(
        call, [*_find(call).data["selected_repository_ids"], call.integer("repository_id")]
    )


@ROUTES.delete(_REPOSITORIES + "/{repository_id}", needs="user")
def remove_repository(call: Call) -> Response:
    """Remove a repository from those that see a secret."""
    gone = call.integer("repository_id")
    kept = [ident for ident in _find(call).data["selected_repository_ids"] if ident != gone]
    call.world.change(_find(call), selected_repository_ids=kept)
    return NO_CONTENT
