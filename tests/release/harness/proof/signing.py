"""A key of GnuPG for signatures, made by gpg itself."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Key:
    """A key pair.

    Attributes:
        private: The private key in ASCII armour, as a secret has it.
        keyring: A folder of gpg that knows the public key alone.
    """

    private: str
    keyring: Path


@contextmanager
def key(passphrase: str) -> Iterator[Key]:
    """Make a key with a passphrase."""
    # the paths of gpg's sockets must be short
    with (
        tempfile.TemporaryDirectory(prefix="gpg-") as own,
        tempfile.TemporaryDirectory(prefix="gpg-") as others,
    ):
        secret = ["--pinentry-mode", "loopback", "--passphrase-fd", "0"]
        user = "Kim <kim@guild.example>"
        _gpg(own, [*secret, "--quick-generate-key", user, "ed25519", "sign", "never"], passphrase)
        private = _gpg(own, [*secret, "--armor", "--export-secret-keys"], passphrase)
        _gpg(others, ["--import"], _gpg(own, ["--armor", "--export"]))
        yield Key(private, Path(others))
        for home in (own, others):
            command = [str(shutil.which("gpgconf")), "--homedir", home, "--kill", "all"]
            subprocess.run(command, check=False, capture_output=True)


def _gpg(home: str, arguments: list[str], given: str = "") -> str:
    done = subprocess.run(
        [str(shutil.which("gpg")), "--homedir", home, "--batch", *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
