"""Installing what was published from where it was published, and running it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.release.harness.tools import PATH, Tools

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.harness.front import Front
    from tests.release.harness.registries.modules import Modules


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


def image(front: Front, folder: Path, reference: str) -> str:
    """Pull an image for this machine's processor, run its script, and return what it says."""
    layout = folder / "pulled"
    environment = _environment(front, folder)
    command = ["skopeo", "copy", "--src-creds", "zoe:zoes-token", f"docker://{reference}"]
    subprocess.run([*command, f"dir:{layout}"], env=environment, check=True, capture_output=True)
    manifest = json.loads((layout / "manifest.json").read_text(encoding="utf-8"))
    root = folder / "root"
    root.mkdir()
    for layer in manifest["layers"]:
        name = layer["digest"].partition(":")[2]
        extract = ["tar", "--extract", "--file", str(layout / name), "--directory", str(root)]
        subprocess.run(extract, check=True, capture_output=True)
    config = json.loads((layout / manifest["config"]["digest"].partition(":")[2]).read_text())
    shell, script = config["config"]["Entrypoint"]
    command = [shell, f"{root}{script}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def maven(tools: Tools, front: Front, folder: Path, address: str) -> str:
    """Download a package of Maven Central, run it, and return what it says."""
    jar = folder / "package.jar"
    environment = _environment(front, folder)
    command = ["curl", "--silent", "--fail", "--output", str(jar), address]
    subprocess.run(command, env=environment, check=True)
    command = [str(tools.java_home / "bin/java"), "-jar", str(jar)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
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


def module(go: Modules, front: Front, folder: Path, version: str) -> str:
    """Run the program of a module at a version as everybody does; return what it says."""
    environment = {**_environment(front, folder), **go.variables, "GOTOOLCHAIN": "local"}
    environment["PATH"] = f"{go.go.folder}:{PATH}"
    command = [str(go.go.folder / "go"), "run", version]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
