"""The chain of entries: their one form as text, their hashes and signatures, and what breaks them.

An entry is a JSON object in one line: sorted keys, no blanks, ASCII. `before` is the hash of the
entry before it, `hash` that of everything else in the entry. If it is signed, `signer` is the
public key, which the hash covers, and `signature` signs the hash. There is one form only for each
entry, so that no byte can change unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST = "0" * 64
"""What the first entry has as the hash of the one before."""

_BESIDES = ("hash", "signature")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


@dataclass(frozen=True)
class Bad:
    """The first entry that is not as it was written."""

    number: int
    """Its place, from 1."""
    why: str


@dataclass(frozen=True)
class Head:
    """An entry that is known from elsewhere, such as from the output of a run."""

    number: int
    """Its place, from 1."""
    hash: str


def canonical(entry: Mapping[str, Any]) -> str:
    """Return an entry in its one form, without the end of the line."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def link(
    entry: Mapping[str, Any], before: Mapping[str, Any] | None, key: Ed25519PrivateKey | None
) -> dict[str, Any]:
    """Return an entry with what makes it part of the chain.

    Args:
        entry: What it says.
        before: The entry before it; None for the first one.
        key: Signs it.
    """
    place = {
        "number": before["number"] + 1 if before else 1,
        "before": before["hash"] if before else FIRST,
    }
    signer = {"signer": raw(key.public_key())} if key else {}
    linked = {**entry, **place, **signer}
    linked["hash"] = hash_of(linked)
    if key:
        linked["signature"] = key.sign(bytes.fromhex(linked["hash"])).hex()
    return linked


def hash_of(entry: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what an entry says, in hexadecimal digits."""
    said = {name: value for name, value in entry.items() if name not in _BESIDES}
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def raw(key: Ed25519PublicKey) -> str:
    """Return a public key as 64 hexadecimal digits."""
    encoding, form = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return key.public_bytes(encoding, form).hex()


def verify(content: bytes, *, head: Head | None = None, signer: str | None = None) -> Bad | None:
    """Return the first entry that was changed, removed, moved or added; None if all are right.

    What was cut off at the end leaves a chain that is right in itself: only ``head`` tells.

    Args:
        content: Of the file.
        head: An entry that has to be there.
        signer: The public key by which each entry has to be signed, as `raw` has it.
    """
    *lines, rest = content.split(b"\n")
    before: Mapping[str, Any] | None = None
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            why = _wrong(entry, line, before, signer)
        except (ValueError, TypeError, RecursionError):
            return Bad(number, "this is no entry")
        if why is None and head and head.number == number and entry["hash"] != head.hash:
            why = "another entry was here"
        if why is not None:
            return Bad(number, why)
        before = entry
    if rest:
        return Bad(len(lines) + 1, "the end of this entry is missing")
    if head and head.number > len(lines):
        return Bad(len(lines) + 1, f"entries {len(lines) + 1} to {head.number} are missing")
    return None


def _wrong(
    entry: Any,  # noqa: ANN401 - any JSON
    line: bytes,
    before: Mapping[str, Any] | None,
    signer: str | None,
) -> str | None:
    """Return what is wrong with an entry."""
    if not isinstance(entry, dict) or canonical(entry).encode() != line:
        return "it is not in the form in which it was written"
    if entry.get("hash") != hash_of(entry):
        return "it was changed"
    if entry.get("before") != (before["hash"] if before else FIRST):
        return "the entry before it was removed, changed or moved"
    if entry.get("number") != (before["number"] + 1 if before else 1):
        return "its number does not follow"
    return _wrong_signature(entry, signer)


def _wrong_signature(entry: Mapping[str, Any], signer: str | None) -> str | None:
    """Return what is wrong with a signature; an entry without a signer needs none by itself."""
    by, signature = entry.get("signer"), entry.get("signature")
    if signer is not None and by != signer:
        return "it is not signed with this key"
    if by is None and signature is None:
        return None
    if not (isinstance(by, str) and isinstance(signature, str)):
        return "its signature is not complete"
    if not (_HEX.fullmatch(by) and _HEX.fullmatch(signature)):
        return "its signature is wrong"
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(by))
        key.verify(bytes.fromhex(signature), bytes.fromhex(entry["hash"]))
    except (ValueError, InvalidSignature):
        return "its signature is wrong"
    return None


def entries(content: bytes) -> Sequence[dict[str, Any]]:
    """Return the entries of a file whose chain is right."""
    return [json.loads(line) for line in content.split(b"\n") if line]
