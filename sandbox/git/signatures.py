"""Signatures of commits: SSH signatures are verified against the keys that users uploaded.

Nothing is believed unverified: a text that is no signature, or one by a key that nobody uploaded,
leaves the commit unverified, with GitHub's word for why. Uploading OpenPGP keys is not spoken
here, so that every OpenPGP signature is by an unknown key.

Sources: PROTOCOL.sshsig of OpenSSH for the format; https://docs.github.com/rest/git/commits,
"Signature verification object", for the reasons.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from sandbox.world.kinds.accounts import SIGNING_KEY, USER, User

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World

_MAGIC = b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_NAMESPACE = b"git"
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_RSA: dict[bytes, type[hashes.HashAlgorithm]] = {
    b"rsa-sha2-256": hashes.SHA256,
    b"rsa-sha2-512": hashes.SHA512,
}
_CURVES: dict[bytes, type[hashes.HashAlgorithm]] = {
    b"ecdsa-sha2-nistp256": hashes.SHA256,
    b"ecdsa-sha2-nistp384": hashes.SHA384,
    b"ecdsa-sha2-nistp521": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class _Signature:
    key: bytes
    namespace: bytes
    hashed_by: bytes
    algorithm: bytes
    value: bytes


def public_key(line: str) -> bytes | None:
    """Return the blob of a public key as `ssh-keygen` writes it (`ssh-ed25519 AAAA... comment`).

    None when it is none that can sign commits.
    """
    words = line.split()
    try:
        blob = base64.b64decode(words[1], validate=True)
        loaded = serialization.load_ssh_public_key(
            b" ".join([words[0].encode(), words[1].encode()])
        )
    except (IndexError, ValueError, UnsupportedAlgorithm):
        return None
    able = isinstance(
        loaded, (ed25519.Ed25519PublicKey, rsa.RSAPublicKey, ec.EllipticCurvePublicKey)
    )
    return blob if able else None


def verification(
    world: World, signature: str, payload: str, email: str, now: str
) -> dict[str, Any]:
    """Return what GitHub says of a signature: its `verification` object.

    Args:
        world: The world, with the users' keys.
        signature: The signature, in its armour.
        payload: What was signed: the commit object without the signature.
        email: The committer's e-mail address; the key's user has to own it.
        now: The time, as GitHub writes it.
    """
    reason = _reason(world, signature, payload.encode(), email)
    good = reason == "valid"
    return {
        "verified": good,
        "reason": reason,
        "signature": signature,
        "payload": payload,
        "verified_at": now if good else None,
    }


def _reason(world: World, signature: str, payload: bytes, email: str) -> str:
    if signature.lstrip().startswith("-----BEGIN PGP SIGNATURE-----"):
        return "unknown_key"
    if not signature.lstrip().startswith(_BEGIN):
        return "unknown_signature_type"
    read = _read(signature)
    if read is None:
        return "malformed_signature"
    owner = _owner(world, read.key)
    if owner is None:
        return "unknown_key"
    if not _holds(read, payload):
        return "invalid"
    noreply = f"{owner.id}+{owner.name}@users.noreply.github.com"
    return "valid" if email in (owner.data.get("email"), noreply) else "bad_email"


def _owner(world: World, blob: bytes) -> Record[User] | None:
    for user in world.all(USER):
        for key in world.all(SIGNING_KEY, user.id):
            if public_key(key.data["key"]) == blob:
                return user
    return None


def _read(signature: str) -> _Signature | None:
    """Read an armoured SSH signature; None when it is none."""
    lines = signature.strip().splitlines()
    if lines[-1].strip() != _END:
        return None
    try:
        content = base64.b64decode("".join(lines[1:-1]), validate=True)
        if not content.startswith(_MAGIC) or content[6:10] != struct.pack(">I", 1):
            return None
        key, namespace, _reserved, hashed_by, signed = _strings(content[10:], 5)
        algorithm, value = _strings(signed, 2)
    except (binascii.Error, ValueError):
        return None
    return _Signature(key, namespace, hashed_by, algorithm, value)


def _strings(content: bytes, count: int) -> list[bytes]:
    """Read strings that each follow their length, as SSH writes them; ValueError for others."""
    found = []
    for _ in range(count):
        length = int.from_bytes(content[:4], "big")
        content = content[4:]
        if length > len(content):
            raise ValueError("the text ends within a string")
        found.append(content[:length])
        content = content[length:]
    return found


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def signed_data(namespace: bytes, hashed_by: bytes, payload: bytes) -> bytes:
    """Return what an SSH key signs for a payload.

    Args:
        namespace: What the signature is for: `git` for commits.
        hashed_by: The payload's hash: `sha256` or `sha512`.
        payload: The commit object.
    """
    digest = _HASHES[hashed_by](payload).digest()
    return _MAGIC + b"".join(_string(each) for each in (namespace, b"", hashed_by, digest))


def _holds(read: _Signature, payload: bytes) -> bool:
    """Return whether a signature is by its key, for a commit, over this payload."""
    if read.namespace != _NAMESPACE or read.hashed_by not in _HASHES:
        return False
    kind = _strings(read.key, 1)[0]
    line = kind + b" " + base64.b64encode(read.key)
    data = signed_data(read.namespace, read.hashed_by, payload)
    try:
        key = serialization.load_ssh_public_key(line)
        if isinstance(key, ed25519.Ed25519PublicKey) and read.algorithm == b"ssh-ed25519":
            key.verify(read.value, data)
        elif isinstance(key, rsa.RSAPublicKey) and read.algorithm in _RSA:
            key.verify(read.value, data, padding.PKCS1v15(), _RSA[read.algorithm]())
        elif isinstance(key, ec.EllipticCurvePublicKey) and read.algorithm in _CURVES:
            r, s = (int.from_bytes(each, "big") for each in _strings(read.value, 2))
            value = utils.encode_dss_signature(r, s)
            key.verify(value, data, ec.ECDSA(_CURVES[read.algorithm]()))
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
