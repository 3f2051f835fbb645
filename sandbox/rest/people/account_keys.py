"""Keys of a person's account: SSH keys to sign in with, GPG keys to sign commits with.

They are kept and listed; nobody signs in by SSH here, and no commit is verified by a GPG key.
Source: https://docs.github.com/rest/users/keys and https://docs.github.com/rest/users/gpg-keys
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Any

from sandbox.api import fields, lookups
from sandbox.api.errors import failed, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.git import signatures
from sandbox.world.kinds.accounts import ACCOUNT_KEY, GPG_KEY, USER, GpgKey, SshKey, User

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Data, Kind, Record

ROUTES = Routes()
_LEAST = 16
"""Bytes that the smallest key has."""
_ARMOR = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----\s*?\n(.*?)-----END PGP PUBLIC KEY BLOCK-----", re.DOTALL
)


def _user(call: Call) -> Record[User]:
    if call.actor.user is None or call.actor.installation is not None:
        raise not_found()
    return call.actor.user


def _find(call: Call, kind: Kind[Data], parameter: str) -> Record[Data]:
    found = call.world.get(kind, call.integer(parameter))
    if found is None or found.parent != _user(call).id:
        raise not_found()
    return found


def _ssh(call: Call, key: Record[SshKey]) -> dict[str, Any]:
    return {
        "id": key.id,
        "key": key.data["key"],
        "title": key.data["title"],
        "url": f"{call.api}/user/keys/{key.id}",
        "created_at": key.created_at,
        "verified": True,
        "read_only": False,
    }


@ROUTES.get("/user/keys", needs="user")
def list_ssh(call: Call) -> Response:
    """Return the caller's SSH keys."""
    return page(call, call.world.all(ACCOUNT_KEY, _user(call).id), lambda each: _ssh(call, each))


@ROUTES.post("/user/keys", needs="user")
def create_ssh(call: Call) -> Response:
    """Add an SSH key; one that anybody has already is refused."""
    found = fields.body(call, **{"key!": "text"}, title="text")
    if signatures.public_key(found["key"]) is None:
        text = "key is invalid. You must supply a key in OpenSSH public key format"
        raise failed("PublicKey", "key", "custom", text)
    line = " ".join(found["key"].split()[:2])
    if any(
        each.data["key"] == line
        for user in call.world.all(USER)
        for each in call.world.all(ACCOUNT_KEY, user.id)
    ):
        raise failed("PublicKey", "key", "custom", "key is already in use")
    made = call.world.make(
        ACCOUNT_KEY, _user(call).id, "", SshKey(key=line, title=found.get("title", ""))
    )
    return Response(201, _ssh(call, made))


@ROUTES.get("/user/keys/{key_id}", needs="user")
def get_ssh(call: Call) -> Response:
    """Return one of the caller's SSH keys."""
    return Response(200, _ssh(call, _find(call, ACCOUNT_KEY, "key_id")))


@ROUTES.delete("/user/keys/{key_id}", needs="user")
def delete_ssh(call: Call) -> Response:
    """Remove one of the caller's SSH keys."""
    key = _find(call, ACCOUNT_KEY, "key_id")
    call.world.remove(key)
    return NO_CONTENT


@ROUTES.get("/users/{username}/keys", needs="user")
def list_ssh_of_user(call: Call) -> Response:
    """Return the public SSH keys of a user."""
    user = lookups.user(call, call.parameters["username"])
    return page(
        call,
        call.world.all(ACCOUNT_KEY, user.id),
        lambda each: {"id": each.id, "key": each.data["key"]},
    )


def _gpg(key: Record[GpgKey]) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.data.get("title"),
        "primary_key_id": None,
        "key_id": key.data["key_id"],
        "public_key": key.data["public_key"],
        "raw_key": key.data["raw_key"],
        "emails": [],
        "subkeys": [],
        "can_sign": True,
        "can_encrypt_comms": False,
        "can_encrypt_storage": False,
        "can_certify": True,
        "created_at": key.created_at,
        "expires_at": None,
        "revoked": False,
    }


def _packets(armored: str) -> bytes | None:
    """Return what an armored public key holds; None for what is none."""
    block = _ARMOR.search(armored.replace("\r\n", "\n"))
    if block is None:
        return None
    # headers end with an empty line; the last line is a checksum
    body = block[1].rpartition("\n\n")[2] or block[1]
    lines = [line for line in body.split() if not line.startswith("=")]
    try:
        packets = base64.b64decode("".join(lines), validate=True)
    except binascii.Error:
        return None
    return packets if len(packets) > _LEAST else None


def _key_id(packets: bytes) -> str:
    """Return the id of the first key: the end of its fingerprint (RFC 9580, 5.5.4.1)."""
    tag, body = packets[0], packets[1:]
    if tag & 0x40:  # a packet header of the current format
        size = 1 if body[0] < 192 else 2 if body[0] < 224 else 5  # noqa: PLR2004 - RFC 9580, 4.2.1
        length = body[0] if size == 1 else ((body[0] - 192) << 8) + body[1] + 192
        length = int.from_bytes(body[1:5], "big") if size == 5 else length  # noqa: PLR2004 - as above
    else:
        size = 1 << (tag & 3)
        length = int.from_bytes(body[:size], "big")
    key = body[size : size + length]
    digest = hashlib.sha1(b"\x99" + len(key).to_bytes(2, "big") + key, usedforsecurity=False)
    return digest.hexdigest()[-16:].upper()


@ROUTES.get("/user/gpg_keys", needs="user")
def list_gpg(call: Call) -> Response:
    """Return the caller's GPG keys."""
    return page(call, call.world.all(GPG_KEY, _user(call).id), _gpg)


@ROUTES.post("/user/gpg_keys", needs="user")
def create_gpg(call: Call) -> Response:
    """Add a GPG key; what is no armored public key is refused."""
    found = fields.body(call, **{"armored_public_key!": "text"}, name="text")
    packets = _packets(found["armored_public_key"])
    if packets is None:
        text = "We got an error doing that. Is the key armored?"
        raise failed("GpgKey", "armored_public_key", "custom", text)
    key_id = _key_id(packets)
    if any(
        each.data["key_id"] == key_id
        for user in call.world.all(USER)
        for each in call.world.all(GPG_KEY, user.id)
    ):
        raise failed("GpgKey", "key_id", "already_exists")
    key = GpgKey(
        key_id=key_id,
        public_key=base64.b64encode(packets).decode(),
        raw_key=found["armored_public_key"],
        title=found.get("name"),
    )
    made = call.world.make(GPG_KEY, _user(call).id, "", key)
    return Response(201, _gpg(made))


@ROUTES.get("/user/gpg_keys/{gpg_key_id}", needs="user")
def get_gpg(call: Call) -> Response:
    """Return one of the caller's GPG keys."""
    return Response(200, _gpg(_find(call, GPG_KEY, "gpg_key_id")))


@ROUTES.delete("/user/gpg_keys/{gpg_key_id}", needs="user")
def delete_gpg(call: Call) -> Response:
    """Remove one of the caller's GPG keys."""
    key = _find(call, GPG_KEY, "gpg_key_id")
    call.world.remove(key)
    return NO_CONTENT


@ROUTES.get("/users/{username}/gpg_keys", needs="user")
def list_gpg_of_user(call: Call) -> Response:
    """Return the GPG keys of a user."""
    user = lookups.user(call, call.parameters["username"])
    return page(call, call.world.all(GPG_KEY, user.id), _gpg)
