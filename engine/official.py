"""Pulumi's own releases: the one that is on PATH, or the pinned one, downloaded and verified.

The download is what https://get.pulumi.com/install.sh unpacks; no script is run for it.
"""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine import cache
from engine.errors import Unavailable
from engine.recipe import MINIMUM_PULUMI, PULUMI_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LANGUAGE_HOST = "pulumi-language-python"
RELEASES = "https://get.pulumi.com/releases/sdk/"
CHECKSUMS = f"https://github.com/pulumi/pulumi/releases/download/v{PULUMI_VERSION}/"
"""The list comes from another host than the archive: one that was tampered with shows."""

PROBE = 3.0  # seconds that a machine without internet access waits in vain
STALL = 30.0  # seconds without a byte after which a download is given up
QUIET = 8.0  # seconds between two lines about a download
BLOCK = 1 << 16

_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}


class Found(NamedTuple):
    """A complete `pulumi`."""

    folder: Path
    version: str


def which(name: str, environ: Mapping[str, str]) -> Path | None:
    """The program `name` on the PATH of `environ`."""
    found = shutil.which(name, path=environ.get("PATH", ""))
    return Path(found) if found else None


def on_path(environ: Mapping[str, str], ignore: Path) -> Found:
    """The `pulumi` on PATH, if it is recent enough and has its Python language host.

    What is inside the folder `ignore` is ours, not the user's, and does not count.

    Raises:
        Unavailable: it is not there, too old or incomplete.
    """
    found = which("pulumi", environ)
    if found is None or found.resolve().is_relative_to(ignore.resolve()):
        raise Unavailable("not there")
    try:
        said = subprocess.run(  # noqa: S603 - `pulumi` as the user's PATH has it
            [found, "version"],
            env={**environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"{found} does not run ({error})") from None
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", said)
    if match is None:
        raise Unavailable(f"{found} gives no version (it says {said!r})")
    version = tuple(int(number) for number in match.groups())
    if version < MINIMUM_PULUMI:
        needed = ".".join(str(number) for number in MINIMUM_PULUMI)
        raise Unavailable(f"{found} is {match[0]}; {needed} or later is needed")
    beside = which(LANGUAGE_HOST, {"PATH": str(found.resolve().parent)})
    if beside is None and which(LANGUAGE_HOST, environ) is None:
        raise Unavailable(f"{found} has no {LANGUAGE_HOST} beside it or on PATH")
    return Found(found.parent, match[0].removeprefix("v"))


def release_name(system: str = sys.platform, machine: str | None = None) -> str:
    """The name of the pinned release's archive for a platform.

    Raises:
        Unavailable: Pulumi publishes none for it.
    """
    machine = (machine or platform.machine()).lower()
    if system not in _SYSTEMS or machine not in _MACHINES:
        raise Unavailable(f"Pulumi publishes no release for {system} on {machine}")
    suffix = "zip" if system == "win32" else "tar.gz"
    return f"pulumi-v{PULUMI_VERSION}-{_SYSTEMS[system]}-{_MACHINES[machine]}.{suffix}"


def release_folder(folder: Path) -> Path:
    """Where the pinned release is, or will be, in the cache `folder`."""
    return folder / f"release-{PULUMI_VERSION}"


def download(
    folder: Path,
    report: Callable[[str], None],
    releases: str = RELEASES,
    checksums: str = CHECKSUMS,
) -> Found:
    """Have the pinned release in the cache `folder`. Call it with the cache locked.

    Raises:
        Unavailable: the network does not allow it, or the archive is not what was published.
    """
    target = release_folder(folder)
    if not target.exists():
        name = release_name()
        _probe(releases + name)
        expected = _published_hash(checksums + f"pulumi-{PULUMI_VERSION}-checksums.txt", name)
        report(f"downloading Pulumi {PULUMI_VERSION}")
        with cache.filling(target) as unfinished:
            archive = unfinished / name
            actual = _fetch(releases + name, archive, report)
            if actual != expected:
                raise Unavailable(
                    f"{name} has SHA-256 {actual}, but {expected} was published: not used"
                )
            _unpack(archive, unfinished)
            archive.unlink()
    return Found(next(target.rglob(f"{LANGUAGE_HOST}*")).parent, PULUMI_VERSION)


def _probe(url: str) -> None:
    try:
        request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=PROBE):  # noqa: S310 - as above
            pass
    except (OSError, urllib.error.URLError) as error:
        raise Unavailable(f"{url} cannot be reached ({_reason(error)})") from None


def _published_hash(url: str, name: str) -> str:
    """The SHA-256 of the archive `name` in the release's list of checksums."""
    try:
        with urllib.request.urlopen(url, timeout=STALL) as answer:  # noqa: S310 - our own address
            lines = answer.read().decode().splitlines()
    except (OSError, urllib.error.URLError) as error:
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
    except (OSError, urllib.error.URLError) as error:
        raise Unavailable(f"{url} broke off ({_reason(error)})") from None
    return digest.hexdigest()


def _unpack(archive: Path, target: Path) -> None:
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(target)  # its SHA-256 was checked
    else:
        with tarfile.open(archive) as opened:
            opened.extractall(target, filter="data")


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", None)
    return str(inner or error)
