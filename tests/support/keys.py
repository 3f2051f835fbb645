"""An RSA key pair for a GitHub App, made anew for each test run, and the App's own token."""

from __future__ import annotations

import time
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


@cache
def app_keys() -> tuple[str, str]:
    """The private and the public key, as PEM text."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def as_app(app_id: int = 7) -> dict[str, str]:
    """Return the header of an App itself: a JWT of five minutes, signed by its key."""
    now = int(time.time())
    claims = {"iat": now, "exp": now + 300, "iss": str(app_id)}
    return {"Authorization": f"Bearer {jwt.encode(claims, app_keys()[0], 'RS256')}"}
