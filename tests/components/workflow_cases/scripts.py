"""How the runner runs a step's script, with programs and a repository that a test makes."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

from components.files.workflow import RELEASE_PATH
from tests.components.workflow_cases.variants import VARIANTS, files, program, steps

if TYPE_CHECKING:
    from pathlib import Path


def run(step: dict[str, Any], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A step's script as the runner starts it, with its literal values and the given ones."""
    literal = {k: v for k, v in step.get("env", {}).items() if "${{" not in v}
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [program("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={"PATH": path, "HOME": str(folder), **literal, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def step(
    job: str, beginning: str, path: str = RELEASE_PATH, *, variant: str = "both-two-gates"
) -> dict[str, Any]:
    """One step of a variant, by the beginning of its name; that of the fullest by default."""
    workflow = files(VARIANTS[variant])[path]
    (found,) = [
        s for id_, s in steps(workflow) if id_ == job and s.get("name", "").startswith(beginning)
    ]
    return found


def fake(folder: Path, name: str, text: str) -> None:
    """Put a program into the folder that `run` searches first."""
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, as somebody."""
    who = ("-c", "user.name=a", "-c", "user.email=a@guild.example", "-c", "commit.gpgsign=false")
    command = [program("git"), "-C", str(folder), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True)
