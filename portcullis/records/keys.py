"""The keys of records: files, whose paths alone are given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "PORTCULLIS_RECORDS_KEY"
"""The variable with the path of the private key."""

_MAKE = "openssl genpkey -algorithm ed25519 -out FILE"


def private_key(environ: Mapping[str, str]) -> Ed25519PrivateKey | None:
    """Return the key that signs records; None where the environment names none.

    Raises:
        UserError: The file is no such key.
    """
    path = environ.get(KEY)
    if not path:
        return None
    try:
        key = serialization.load_pem_private_key(Path(path).read_bytes(), password=None)
    except OSError as error:
        raise UserError(f"{KEY}: {path}: {error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise UserError(f"{KEY}: {path}: allowed: a private Ed25519 key as PEM; make one: {_MAKE}")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """Return the public key in a file, to verify signatures with.

    Raises:
        UserError: The file is no such key.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise UserError(
            f"{path}: allowed: a public Ed25519 key as PEM; "
            "make it: openssl pkey -in PRIVATE -pubout -out FILE"
        )
    return key
