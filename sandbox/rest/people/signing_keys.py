"""SSH keys that users sign commits with.

Source: https://docs.github.com/rest/users/ssh-signing-keys
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields, lookups
from sandbox.api.errors import failed, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.git import signatures
from sandbox.world.kinds.accounts import SIGNING_KEY, USER, SshKey, User

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/user/ssh_signing_keys"
_ONE = _LIST + "/{ssh_signing_key_id}"


def _user(call: Call) -> Record[User]:
    if call.actor.user is None or call.actor.installation is not None:
        raise not_found()
    return call.actor.user


def _find(call: Call) -> Record[SshKey]:
    found = call.world.get(SIGNING_KEY, call.integer("ssh_signing_key_id"))
    if found is None or found.parent != _user(call).id:
        raise not_found()
    return found


def _shape(key: Record[SshKey]) -> dict[str, Any]:
    return {
        "id": key.id,
        "title": key.data["title"],
        "key": key.data["key"],
        "created_at": key.created_at,
    }


@ROUTES.get(_LIST, needs="user")
def list_keys(call: Call) -> Response:
    """Return the caller's keys."""
    return page(call, call.world.all(SIGNING_KEY, _user(call).id), _shape)


@ROUTES.post(_LIST, needs="user")
def create(call: Call) -> Response:
    """Upload a public key; one that anybody has already is refused."""
    found = fields.body(call, **{"key!": "text"}, title="text")
    blob = signatures.public_key(found["key"])
    if blob is None:
        raise failed("SSHSigningKey", "key", "custom", "key is invalid. It must begin with a type")
    for user in call.world.all(USER):
        for key in call.world.all(SIGNING_KEY, user.id):
            if signatures.public_key(key.data["key"]) == blob:
                raise failed("SSHSigningKey", "key", "custom", "key is already in use")
    line = " ".join(found["key"].split()[:2])
    title = found.get("title", "")
    made = call.world.make(SIGNING_KEY, _user(call).id, "", SshKey(key=line, title=title))
    return Response(201, _shape(made))


@ROUTES.get(_ONE, needs="user")
def get(call: Call) -> Response:
    """Return one of the caller's keys."""
    return Response(200, _shape(_find(call)))


@ROUTES.delete(_ONE, needs="user")
def delete(call: Call) -> Response:
    """Take a key away; commits that were verified by it stay so."""
    call.world.remove(_find(call))
    return NO_CONTENT


@ROUTES.get("/users/{username}/ssh_signing_keys", needs="user")
def list_of_user(call: Call) -> Response:
    """Return a user's keys."""
    user = lookups.user(call, call.parameters["username"])
    return page(call, call.world.all(SIGNING_KEY, user.id), _shape)
