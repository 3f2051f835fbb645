"""Download Pulumi's pinned release, and check that it is what was published.

The archive is the one that https://get.pulumi.com/install.sh unpacks; no script is run for it.
"""

from __future__ import annotations

import hashlib
import http.client
import platform
import sys
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from typing import TYPE_CHECKING

from engine import cache
from engine.errors import Unavailable
from engine.official import release_folder
from engine.recipe import PULUMI_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RELEASES = "https://get.pulumi.com/releases/sdk/"
CHECKSUMS = f"https://github.com/pulumi/pulumi/releases/download/v{PULUMI_VERSION}/"
"""The list comes from another host than the archive: one that was tampered with shows."""

PROBE = 3.0  # seconds that a machine without internet access waits in vain
STALL = 30.0  # seconds without a byte after which a download is given up
FAILURES = (OSError, http.client.HTTPException)
"""How the network says no; urllib's own errors are among them."""
QUIET = 8.0  # seconds between two lines about a download
BLOCK = 1 << 16

_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}


def release_name(system: str = sys.platform, machine: str | None = None) -> str:
    """Return the name of the pinned release's archive for a platform.

    Raises:
        Unavailable: Pulumi publishes none for it.
    """
    machine = (machine or platform.machine()).lower()
    if system not in _SYSTEMS or machine not in _MACHINES:
        raise Unavailable(f"Pulumi publishes no release for {system} on {machine}")
    suffix = "zip" if system == "win32" else "tar.gz"
    return f"pulumi-v{PULUMI_VERSION}-{_SYSTEMS[system]}-{_MACHINES[machine]}.{suffix}"


def download(
    folder: Path,
    report: Callable[[str], None],
    releases: str = RELEASES,
    checksums: str = CHECKSUMS,
) -> None:
    """Put the pinned release into the cache `folder`. Call it with the cache locked.

    Raises:
        Unavailable: the network does not allow it, or the archive is not what was published.
    """
    name = release_name()
    _probe(releases + name)
    expected = _published_hash(checksums + f"pulumi-{PULUMI_VERSION}-checksums.txt", name)
    report(f"downloading Pulumi {PULUMI_VERSION}")
    with cache.filling(release_folder(folder)) as unfinished:
        archive = unfinished / name
        actual = _fetch(releases + name, archive, report)
        if actual != expected:
            raise Unavailable(
                f"{name} has SHA-256 {actual}, but {expected} was published: not used"
            )
        _unpack(archive, unfinished)
        archive.unlink()


def _probe(url: str) -> None:
    try:
        request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=PROBE):  # noqa: S310 - as above
            pass
    except FAILURES as error:
        raise Unavailable(f"{url} cannot be reached ({_reason(error)})") from None


def _published_hash(url: str, name: str) -> str:
    """Return the SHA-256 of the archive `name` in the release's list of checksums."""
    try:
        with urllib.request.urlopen(url, timeout=STALL) as answer:  # noqa: S310 - our own address
            lines = str(answer.read(), "utf-8").splitlines()
    except FAILURES as error:
        raise Unavailable(f"{url} cannot be reached ({_reason(error)})") from None
    for line in lines:
        digest, _, listed = line.partition(" ")
        if listed.strip().lstrip("*") == name:
            return digest.lower()
    raise Unavailable(f"{url} does not list {name}")


def _fetch(url: str, target: Path, report: Callable[[str], None]) -> str:
    """Download `url` to `target`; return its SHA-256."""
    digest = hashlib.sha256()
    said = time.monotonic()
    try:
        with (
            urllib.request.urlopen(url, timeout=STALL) as answer,  # noqa: S310 - our own address
            target.open("wb") as file,
        ):
            total = int(answer.headers.get("Content-Length") or 0)
            while block := answer.read(BLOCK):
                digest.update(block)
                file.write(block)
                if time.monotonic() - said > QUIET:
                    said = time.monotonic()
                    report(f"downloaded {file.tell() >> 20} of {total >> 20} MB")
    except FAILURES as error:
        raise Unavailable(f"{url} broke off ({_reason(error)})") from None
    return digest.hexdigest()


def _unpack(archive: Path, target: Path) -> None:
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(target)  # noqa: S202 - its SHA-256 is the published one
    else:
        with tarfile.open(archive) as opened:
            # Python 3.11.3 and older know no filters, and ignore this.
            opened.extraction_filter = getattr(tarfile, "data_filter", None)
            opened.extractall(target)  # noqa: S202 - as above


def _reason(error: BaseException) -> str:
    if isinstance(error, urllib.error.HTTPError):
        error.close()  # it holds the connection
        return f"HTTP {error.code}"
    return str(getattr(error, "reason", None) or error)
