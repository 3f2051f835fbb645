"""Secrets as clients send them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from nacl.public import PublicKey, SealedBox

if TYPE_CHECKING:
    import httpx


def sealed(api: httpx.Client, base: str, value: str) -> dict[str, Any]:
    """Return the body that puts a secret: sealed for the scope of `base`."""
    return seal(api.get(f"{base}/public-key").json(), value)


def seal(key: dict[str, Any], value: str) -> dict[str, Any]:
    """Return the body that puts a secret: sealed by a scope's public key."""
    box = SealedBox(PublicKey(base64.b64decode(key["key"])))
    return {
        "encrypted_value": base64.b64encode(box.encrypt(value.encode())).decode(),
        "key_id": key["key_id"],
    }
