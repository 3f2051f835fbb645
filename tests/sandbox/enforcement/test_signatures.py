"""A commit is verified when its signature is, by the committer's own key, and never otherwise."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from sandbox.git import signatures
from sandbox.git.objects import blob_sha, tree_sha
from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.enforcement.acting import Acting

FILES = {"b": blob_sha(b"b")}
DATE, SECONDS = "2026-01-01T00:00:00Z", 1_767_225_600


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def sign(key: Ed25519PrivateKey, payload: str, namespace: bytes = b"git") -> str:
    """Sign as `ssh-keygen -Y sign` does, written out here from OpenSSH's PROTOCOL.sshsig."""
    head = _string(namespace) + _string(b"") + _string(b"sha512")
    digest = hashlib.sha512(payload.encode()).digest()
    value = key.sign(b"SSHSIG" + head + _string(digest))
    blob = base64.b64decode(_public(key).split()[1])
    signed = _string(_string(b"ssh-ed25519") + _string(value))
    whole = b"SSHSIG" + struct.pack(">I", 1) + _string(blob) + head + signed
    armour = base64.b64encode(whole).decode()
    return f"-----BEGIN SSH SIGNATURE-----\n{armour}\n-----END SSH SIGNATURE-----\n"


def _person(acting: Acting, login: str = "ben") -> dict[str, str]:
    ident = acting.as_("ana").get(f"/users/{login}").json()["id"]
    email = f"{ident}+{login}@users.noreply.github.com"
    return {"name": login, "email": email, "date": DATE}


def _payload(person: dict[str, str], parent: str) -> str:
    line = f"{person['name']} <{person['email']}> {SECONDS} +0000"
    lines = [f"tree {tree_sha(FILES)}", f"parent {parent}", f"author {line}", f"committer {line}"]
    return "\n".join([*lines, "", "signed"])


def _commit(
    acting: Acting, signature: str | None, person: dict[str, str] | None, login: str = "ben"
) -> dict[str, Any]:
    api = acting.as_(login)
    api.post(f"{REPO}/git/trees", json={"tree": [{"path": "b", "content": "b"}]})
    body: dict[str, Any] = {
        "message": "signed",
        "tree": tree_sha(FILES),
        "parents": [acting.tip()],
    }
    if person is not None:
        body["author"] = person
    if signature is not None:
        body["signature"] = signature
    made = api.post(f"{REPO}/git/commits", json=body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def _upload(acting: Acting, key: Ed25519PrivateKey, login: str = "ben") -> int:
    body = {"title": "mine", "key": _public(key)}
    made = acting.as_(login).post("/user/ssh_signing_keys", json=body)
    assert made.status_code == 201, made.text
    found: int = made.json()["id"]
    return found


def test_the_committer_s_own_key(acting: Acting) -> None:
    """Its signature is verified, and gets the commit where signatures are required (E1)."""
    acting.ruleset({"type": "required_signatures"})
    key, person = Ed25519PrivateKey.generate(), _person(acting)
    _upload(acting, key)
    made = _commit(acting, sign(key, _payload(person, acting.tip())), person)
    assert made["verification"]["reason"] == "valid"
    assert made["verification"]["verified"]
    unsigned = _commit(acting, None, person)
    path = f"{REPO}/git/refs/heads/main"
    refused = acting.as_("ben").patch(path, json={"sha": unsigned["sha"]})
    assert "verified signatures" in refused.json()["message"]
    assert acting.as_("ben").patch(path, json={"sha": made["sha"]}).status_code == 200


def _other_payload(key: Ed25519PrivateKey, payload: str) -> str:
    return sign(key, f"{payload} ")


def _other_namespace(key: Ed25519PrivateKey, payload: str) -> str:
    return sign(key, payload, b"file")


def _other_key(_key: Ed25519PrivateKey, payload: str) -> str:
    return sign(Ed25519PrivateKey.generate(), payload)


def _pgp(_key: Ed25519PrivateKey, _payload: str) -> str:
    return "-----BEGIN PGP SIGNATURE-----\n\nsandbox\n-----END PGP SIGNATURE-----\n"


def _any_text(_key: Ed25519PrivateKey, _payload: str) -> str:
    return "trust me"


def _broken(_key: Ed25519PrivateKey, _payload: str) -> str:
    return "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_other_payload, "invalid"),
        (_other_namespace, "invalid"),
        (_other_key, "unknown_key"),
        (_pgp, "unknown_key"),
        (_any_text, "unknown_signature_type"),
        (_broken, "malformed_signature"),
    ],
)
def test_anything_else_is_unverified(
    acting: Acting, make: Callable[[Ed25519PrivateKey, str], str], reason: str
) -> None:
    """Of another content, for another purpose, by another key, or no signature at all (E1)."""
    key, person = Ed25519PrivateKey.generate(), _person(acting)
    _upload(acting, key)
    made = _commit(acting, make(key, _payload(person, acting.tip())), person)
    shown = made["verification"]
    assert (shown["verified"], shown["reason"]) == (False, reason)


def test_somebody_else_s_name(acting: Acting) -> None:
    """One's own key does not verify a commit in another's name (E1)."""
    key, person = Ed25519PrivateKey.generate(), _person(acting, "kim")
    _upload(acting, key)
    made = _commit(acting, sign(key, _payload(person, acting.tip())), person)
    assert (made["verification"]["verified"], made["verification"]["reason"]) == (
        False,
        "bad_email",
    )


def test_an_app_s_commit(acting: Acting) -> None:
    """GitHub signs what an App commits in its own name, not what it commits in another's (E1)."""
    assert _commit(acting, None, None, "portal[bot]")["verification"]["verified"]
    named = _commit(acting, None, _person(acting), "portal[bot]")
    assert not named["verification"]["verified"]


def test_a_person_s_commit_is_not_signed_by_itself(acting: Acting) -> None:
    """Files and commits made by people through the API are unsigned (E1)."""
    assert not _commit(acting, None, None)["verification"]["verified"]
    assert not acting.write("ben").json()["commit"]["verification"]["verified"]


def test_keys_belong_to_one_user(acting: Acting) -> None:
    """A key is uploaded once, seen by all, and deleted by its user alone (E1)."""
    key = Ed25519PrivateKey.generate()
    ident = _upload(acting, key)
    body = {"title": "stolen", "key": _public(key)}
    assert acting.as_("kim").post("/user/ssh_signing_keys", json=body).status_code == 422
    wrong = {"title": "none", "key": "ssh-ed25519 nonsense"}
    assert acting.as_("kim").post("/user/ssh_signing_keys", json=wrong).status_code == 422
    seen = acting.as_("kim").get("/users/ben/ssh_signing_keys").json()
    assert [each["id"] for each in seen] == [ident]
    path = f"/user/ssh_signing_keys/{ident}"
    assert acting.as_("kim").delete(path).status_code == 404
    assert acting.as_("ben").get(path).status_code == 200
    assert acting.as_("ben").delete(path).status_code == 204
    assert acting.as_("ben").get("/user/ssh_signing_keys").json() == []


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    """Whatever stands in the armour is read or refused, and never an error (E1)."""
    armour = base64.b64encode(b"SSHSIG\0\0\0\1" + content).decode()
    text = f"-----BEGIN SSH SIGNATURE-----\n{armour}\n-----END SSH SIGNATURE-----"
    read = signatures._read(text)  # noqa: SLF001 - the parser alone, without a world
    assert read is None or not signatures._holds(read, b"x")  # noqa: SLF001 - as above
