"""Kinds of secrets. The value of each is checked before anything is changed.

The check stays within the process, and says what is wrong without a word of the value.

Sources: https://docs.npmjs.com/about-access-tokens,
https://github.com/rust-lang/crates.io (src/util/token.rs),
https://central.sonatype.org/publish/generate-portal-token/, RFC 9580 (ASCII armour),
https://docs.github.com/actions/reference/security/secrets (48 KB)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from components.base import MOST_VALUE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Kind = Literal[
    "opaque",
    "pypi-token",
    "npm-token",
    "crates-token",
    "central-token",
    "pgp-key",
    "github-app-key",
    "aws-access-key",
    "cosign-key",
]

Registry = Literal["pypi", "testpypi"]
DOMAINS: Mapping[Registry, str] = {"pypi": "pypi.org", "testpypi": "test.pypi.org"}


def check(
    value: str, kind: Kind, *, project: str | None = None, registry: Registry = "pypi"
) -> str | None:
    """Return what is wrong with ``value``, without repeating any of it; None if nothing is.

    Args:
        value: the secret.
        kind: what it says that it is.
        project: for a PyPI token, the one project that it has to be restricted to.
        registry: for a PyPI token, where it has to be valid.
    """
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        return "the value is not UTF-8 text, and GitHub stores nothing else"
    if size > MOST_VALUE_BYTES:
        return f"the value is longer than {MOST_VALUE_BYTES // 1024} KB, which is GitHub's limit"
    if kind == "pypi-token":
        from components.secrets import pypi_token  # noqa: PLC0415 - 0.3 s, rarely needed

        return pypi_token.check(value, project, DOMAINS[registry])
    return _CHECKS[kind](value)


def _matches(pattern: str, otherwise: str) -> Callable[[str], str | None]:
    return lambda value: None if re.fullmatch(pattern, value) else otherwise


def _opaque(_value: str) -> None:
    return None


def _app_key(value: str) -> str | None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - rarely needed
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
        load_pem_private_key,
    )

    try:
        key = load_pem_private_key(value.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "the value is no private key in PEM without a password, as GitHub gives for an App"
    return None if isinstance(key, rsa.RSAPrivateKey) else "the key is not an RSA key"


_CHECKS: Mapping[Kind, Callable[[str], str | None]] = {
    "opaque": _opaque,
    "npm-token": _matches(
        r"npm_[A-Za-z0-9]{36}", "the value is no npm token: one is npm_ and 36 letters and digits"
    ),
    "crates-token": _matches(
        r"cio[A-Za-z0-9]{32}",
        "the value is no crates.io token: one is cio and 32 letters and digits",
    ),
    "central-token": _matches(
        r"[^\s:]+:[^\s:]+",
        "the value is no user token of the Central Portal: one is username:password",
    ),
    "pgp-key": _matches(
        r"\s*-----BEGIN PGP PRIVATE KEY BLOCK-----\r?\n[\x20-\x7e\r\n]+"
        r"-----END PGP PRIVATE KEY BLOCK-----\s*",
        "the value is no private key of GnuPG in ASCII armour",
    ),
    "github-app-key": _app_key,
    "aws-access-key": _matches(
        r"(?:AKIA|ASIA)[A-Z2-7]{16}|[A-Za-z0-9/+]{40}",
        "the value is neither an access key id nor a secret access key of AWS",
    ),
    "cosign-key": _matches(
        r"-----BEGIN (ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE|PUBLIC) KEY-----\n"
        r"[A-Za-z0-9+/=\n]+-----END \1 KEY-----\n?",
        "the value is no key of cosign in PEM: an encrypted private key, or a public key",
    ),
}
