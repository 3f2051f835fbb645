"""Deploy keys: SSH keys that machines read one repository with.

Sources:
    https://docs.github.com/authentication/connecting-to-github-with-ssh/managing-deploy-keys
    https://docs.github.com/rest/deploy-keys/deploy-keys
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Annotated

import pulumi
import pulumi_github as github
from pydantic import AfterValidator

from components.base import Config, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST_RSA = 2048
"""Bits. Shorter keys are broken or soon will be.

Source: https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-131Ar2.pdf
"""

_PRIVATE = re.compile(r"PRIVATE KEY|PuTTY-User-Key-File|^\s*b3BlbnNzaC1rZXktdjE")
"""Private keys of OpenSSL, OpenSSH and PuTTY; the last is an OpenSSH one without its first line."""
_LINE = re.compile(
    r"((?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)"
    r"|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]+={0,2})"
    r"(?: [^\x00-\x1f\x7f-\x9f]*)?"
)
"""A kind that GitHub takes, a key, and perhaps a comment.

Source: https://docs.github.com/authentication/troubleshooting-ssh/error-key-type-not-supported
"""
_ALLOWED = "allowed: a public key as in id_ed25519.pub: ssh-ed25519 AAAA..."


def _public_key(value: str) -> str:
    """Return a public key in OpenSSH's form without its comment, which GitHub does not keep."""
    if _PRIVATE.search(value):
        raise ValueError(
            "this is a private key, and everybody who has read this file has it: make a new pair, "
            f"and remove the old public key wherever it is in use; {_ALLOWED}"
        )
    line = _LINE.fullmatch(value.strip())
    bits = _bits(line[1]) if line else None
    if line is None or bits is None:
        raise ValueError(f"this is no public key that GitHub takes; {_ALLOWED}")
    if line[1].startswith("ssh-rsa ") and bits < SHORTEST_RSA:
        raise ValueError(
            f"an RSA key of {bits} bits is too short; "
            f"allowed: ssh-ed25519, or ssh-rsa with at least {SHORTEST_RSA} bits"
        )
    return line[1]


def _bits(key: str) -> int | None:
    """Return the size of a public key; None where it is none."""
    # takes 0.1 s, and few declarations have keys
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
        load_ssh_public_key,
    )

    try:
        found = load_ssh_public_key(key.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return getattr(found, "key_size", 256)  # those of ed25519 have one size


PublicKey = Annotated[str, AfterValidator(_public_key)]
"""A public key in OpenSSH's form."""
KeyTitle = Annotated[str, one_line(255, least=1)]
"""The name of a deploy key."""


class DeployKeyConfig(Config):
    """A deploy key. It belongs to one repository and no person, and never expires."""

    key: PublicKey
    """The public key, as in `id_ed25519.pub`. GitHub allows a key in one repository only."""
    read_only: bool = True
    """`false`: who has the private key may push."""


def fingerprint(key: str) -> str:
    """Return what GitHub shows of a public key, such as ``SHA256:47DEQpj8...``."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def deploy_keys(
    keys: Mapping[str, DeployKeyConfig],
    *,
    repository: github.Repository,
    repository_name: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the deploy keys of a repository, by title."""
    for title, config in keys.items():
        github.RepositoryDeployKey(
            # not the title: GitHub takes a key once, so a new title must replace the old one
            f"{repository_name}/{fingerprint(config.key)}",
            repository=repository.name,
            title=title,
            key=config.key,
            read_only=config.read_only,
            opts=pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(delete_before_replace=True)
            ),
        )
