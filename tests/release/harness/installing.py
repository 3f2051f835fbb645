"""Installing what was published from where it was published, and running it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.release.harness.tools import PATH, Tools

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.harness.front import Front


def _environment(front: Front, home: Path) -> dict[str, str]:
    return {**front.variables, "PATH": PATH, "HOME": str(home)}


def python(tools: Tools, front: Front, folder: Path, requirement: str) -> str:
    """Install a package of PyPI into a folder, run its program, and return what it says."""
    target = folder / "installed"
    command = [str(tools.uv / "uv"), "pip", "install", "--quiet", "--no-cache", "--no-config"]
    command += ["--python", sys.executable, "--target", str(target)]
    environment = _environment(front, folder)
    subprocess.run([*command, requirement], env=environment, check=True, capture_output=True)
    program = target / "bin" / requirement.partition("==")[0]
    done = subprocess.run(
        [sys.executable, str(program)],
        env={**environment, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def npm(front: Front, folder: Path, requirement: str) -> str:
    """Install a package of the npm registry into a folder, run it, and return what it says."""
    name = requirement.rpartition("@")[0]
    environment = _environment(front, folder)
    for command in (
        ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", requirement],
        [str(folder / "node_modules/.bin" / name.rpartition("/")[2])],
    ):
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, check=True
        )
    return done.stdout.strip()


def cargo(tools: Tools, front: Front, folder: Path, name: str, version: str) -> str:
    """Install a package of crates.io into a folder, run it, and return what it says."""
    target = folder / "rust"
    environment = {
        **_environment(front, folder),
        "PATH": f"{tools.rust}:{PATH}",
        "RUSTUP_HOME": str(tools.rustup_home),
        "CARGO_HOME": str(folder / ".cargo"),
    }
    if tools.toolchain:
        environment["RUSTUP_TOOLCHAIN"] = tools.toolchain
    command = [str(tools.rust / "cargo"), "install", "--debug", "--root", str(target), name]
    subprocess.run(
        [*command, "--version", version], env=environment, check=True, capture_output=True
    )
    done = subprocess.run([str(target / "bin" / name)], capture_output=True, text=True, check=True)
    return done.stdout.strip()
