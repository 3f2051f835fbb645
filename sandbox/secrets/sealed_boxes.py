"""Sealed boxes: the key pair of each holder, and what may be put into a secret.

Private keys are never stored: they derive from the sandbox's master key, the world, the store and
the holder, so every holder has its own and the database holds nothing that opens a secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

if TYPE_CHECKING:
    from sandbox.world.world import World


def _private_key(world: World, store: str, holder: int) -> PrivateKey:
    place = f"{world.name}/{store}/{holder}".encode()
    return PrivateKey(hashlib.blake2b(place, digest_size=32, key=world.master_key).digest())


def public_key(world: World, store: str, holder: int) -> tuple[str, str]:
    """Return key id and public key (base64) of a holder.

    Args:
        world: The world.
        store: `actions`, `codespaces` or `dependabot`.
        holder: Id of the organization, repository or environment.
    """
    key = _private_key(world, store, holder).public_key.encode()
    number = int.from_bytes(hashlib.sha256(key).digest()[:7], "big") | 1 << 55
    return str(number), base64.b64encode(key).decode()


def seal(world: World, store: str, holder: int, value: bytes) -> str:
    """Return a value sealed for a holder, as base64."""
    box = SealedBox(_private_key(world, store, holder).public_key)
    return base64.b64encode(box.encrypt(value)).decode()


def decrypt(world: World, store: str, holder: int, encrypted: str) -> bytes:
    """Open a sealed box.

    Raises:
        ValueError: It is not base64, or was not sealed for this holder.
    """
    try:
        sealed = base64.b64decode(encrypted, validate=True)
        return bytes(SealedBox(_private_key(world, store, holder)).decrypt(sealed))
    except (binascii.Error, CryptoError, ValueError) as error:
        raise ValueError("not a sealed box of this holder") from error
