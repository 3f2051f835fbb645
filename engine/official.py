"""Pulumi's own releases: the `pulumi` on PATH, and where a downloaded one is kept."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import Unavailable
from engine.recipe import MINIMUM_PULUMI, PULUMI_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGE_HOST = "pulumi-language-python"


class Found(NamedTuple):
    """A complete `pulumi`."""

    folder: Path
    version: str


def which(name: str, environ: Mapping[str, str]) -> Path | None:
    """Return the program `name` on the PATH of `environ`."""
    found = shutil.which(name, path=environ.get("PATH", ""))
    return Path(found) if found else None


def on_path(environ: Mapping[str, str], ignore: Path) -> Found:
    """Return the `pulumi` on PATH, if it is recent enough and has its Python language host.

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
        raise Unavailable(f"{found} is {match[0].removeprefix('v')}; {needed} or later is needed")
    beside = which(LANGUAGE_HOST, {"PATH": str(found.resolve().parent)})
    if beside is None and which(LANGUAGE_HOST, environ) is None:
        raise Unavailable(f"{found} has no {LANGUAGE_HOST} beside it or on PATH")
    return Found(found.parent, match[0].removeprefix("v"))


def release_folder(folder: Path) -> Path:
    """Return where the pinned release is, or will be, in the cache `folder`."""
    return folder / f"release-{PULUMI_VERSION}"


def release(folder: Path) -> Found | None:
    """Return the pinned release in the cache `folder`, if it has been downloaded."""
    hosts = release_folder(folder).rglob(f"{LANGUAGE_HOST}*")
    found = next(hosts, None)
    return Found(found.parent, PULUMI_VERSION) if found else None
