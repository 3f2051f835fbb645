"""Kinds: what a value says that it is, it is; and an error quotes nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from components.base import MOST_VALUE_BYTES
from components.secrets.kind import Kind, check
from tests.support.keys import app_keys
from tests.support.tokens import npm_token, pypi_token

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

KINDS: tuple[Kind, ...] = get_args(Kind)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: PrivateKeyTypes, form: PrivateFormat = PrivateFormat.PKCS8, password: str = "") -> str:
    """A private key as text."""
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, encryption).decode()


def public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """A public key as text."""
    form = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


EC = ec.generate_private_key(ec.SECP256R1())
COSIGN = (
    "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
    + "eyJrZGYiOnsibmFtZSI6\n" * 3
    + "-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
)
"""As `cosign generate-key-pair` writes it; the body is nobody's."""
PGP = (
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n"
    "Comment: nobody's\n\n"
    + "lFgEZ+ABCDEFGHIJ\n" * 3
    + "=AbCd\n-----END PGP PRIVATE KEY BLOCK-----\n"
)
"""As gpg writes it; the body is nobody's."""
ANY = "a password: with blanks"

RIGHT: tuple[tuple[Kind, str], ...] = (
    ("opaque", ANY),
    ("opaque", pem(RSA)),
    ("pypi-token", pypi_token("acme-tool")),
    ("npm-token", npm_token()),
    ("crates-token", "cio" + "a1B2" * 8),
    ("central-token", "aB3:x/y+z"),
    ("pgp-key", PGP),
    ("pgp-key", PGP.replace("\n", "\r\n")),
    ("github-app-key", app_keys()[0]),
    ("github-app-key", pem(RSA, PrivateFormat.TraditionalOpenSSL)),
    ("github-app-key", "\n" + pem(RSA) + "\n"),
    ("aws-access-key", "AKIA" + "ABCDEFGH234567AB"),
    ("aws-access-key", "ASIA" + "ABCDEFGH234567AB"),
    ("aws-access-key", "abcd/EFGH+" * 4),
    ("cosign-key", COSIGN),
    ("cosign-key", COSIGN.replace("SIGSTORE", "COSIGN")),
    ("cosign-key", COSIGN.rstrip()),
    ("cosign-key", public(EC)),
)
WRONG: tuple[tuple[Kind, str], ...] = (
    ("pypi-token", ANY),
    ("npm-token", ANY),
    ("npm-token", npm_token() + "\n"),
    ("npm-token", npm_token()[:-1]),
    ("npm-token", npm_token().upper()),
    ("crates-token", ANY),
    ("crates-token", "cio" + "a1B2" * 8 + "\n"),
    ("crates-token", "cio" + "a1B2" * 7),
    ("central-token", ANY),
    ("central-token", "without-a-password"),
    ("central-token", "a:b:c"),
    ("central-token", "a:b\n"),
    ("pgp-key", ANY),
    ("pgp-key", PGP.replace("PRIVATE", "PUBLIC")),
    ("pgp-key", PGP[:-40]),
    ("github-app-key", ANY),
    ("github-app-key", app_keys()[1]),
    ("github-app-key", pem(RSA, password="canary")),
    ("github-app-key", pem(RSA)[:-60]),
    ("github-app-key", pem(EC)),
    ("github-app-key", pem(ed25519.Ed25519PrivateKey.generate())),
    ("aws-access-key", ANY),
    ("aws-access-key", "AKIA" + "ABCDEFGH234567AB\n"),
    ("aws-access-key", "AKIA" + "abcdefgh234567ab"),
    ("cosign-key", ANY),
    ("cosign-key", pem(EC)),
    ("cosign-key", "x" + COSIGN),
    ("cosign-key", COSIGN.replace("END ENCRYPTED SIGSTORE", "END ENCRYPTED COSIGN")),
)


@pytest.mark.parametrize(("kind", "value"), RIGHT)
def test_a_value_of_its_kind_is_taken(kind: Kind, value: str) -> None:
    """As registries, GitHub, AWS and cosign give them."""
    assert check(value, kind, project="acme-tool") is None


@pytest.mark.parametrize(("kind", "value"), WRONG)
def test_a_value_of_no_such_kind_is_refused(kind: Kind, value: str) -> None:
    """Before anything is changed; no line of the value is in the message."""
    words = check(value, kind, project="acme-tool")
    assert words
    assert [line for line in value.split("\n") if len(line) > 4 and line in words] == []


def test_a_key_that_is_not_rsa_is_reported_so() -> None:
    """A key of another kind, such as that of another App service."""
    assert check(pem(EC), "github-app-key") == "the key is not an RSA key"


@pytest.mark.parametrize("kind", KINDS)
@given(value=st.text(max_size=60))
def test_any_text_is_answered(kind: Kind, value: str) -> None:
    """Never an exception, and nothing of a long text is repeated."""
    words = check(value, kind)
    assert words is None or len(value.strip()) < 8 or value not in words


@pytest.mark.parametrize("kind", KINDS)
@given(body=st.binary(max_size=60))
def test_any_body_of_a_pem_is_answered(kind: Kind, body: bytes) -> None:
    """As above, with a frame around it."""
    text = body.decode("latin-1")
    for frame in ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"):
        check(f"-----BEGIN {frame}-----\n{text}\n-----END {frame}-----\n", kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("letter", ["a", "ä", "日", "😀"])
def test_the_limit_is_github_s_and_in_bytes(kind: Kind, letter: str) -> None:
    """48 KB, whatever it is, and however many letters that is."""
    most = letter * (MOST_VALUE_BYTES // len(letter.encode()))
    words = check(most + letter, kind)
    assert words == "the value is longer than 48 KB, which is GitHub's limit"
    if kind == "opaque":
        assert len(most.encode()) == MOST_VALUE_BYTES
        assert check(most, kind) is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_text_is_refused(kind: Kind) -> None:
    """Bytes of the environment that are not UTF-8 reach a program as surrogates."""
    assert (
        check("canary\udcff", kind) == "the value is not UTF-8 text, and GitHub stores nothing else"
    )


@given(st.text(max_size=200))
def test_an_opaque_value_may_be_any_text(value: str) -> None:
    """Lines, blanks at the end, letters of all languages."""
    assert check(value, "opaque") is None
