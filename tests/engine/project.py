"""A Pulumi project in a folder of its own, run by the real CLI and by the checkout's own host."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import recipe

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Project:
    """A project and its only stack, `dev`, with its state in the same folder."""

    folder: Path
    environment: dict[str, str]

    @classmethod
    def make(cls, folder: Path, environment: dict[str, str], program: str) -> Project:
        """Write the project and make its stack; its virtual environment is this process's."""
        (folder / "venv").symlink_to(sys.prefix)
        options = {"virtualenv": "venv"}
        write_json(folder / "Pulumi.yaml", name="t", runtime=runtime(options))
        (folder / "__main__.py").write_text(program)
        path = os.pathsep.join((str(recipe.HERE), environment["PATH"]))
        mine = {
            "PATH": path,  # the host of this checkout, even where an official one is installed
            "HOME": str(folder),
            "PULUMI_HOME": str(folder / ".pulumi-home"),
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "not a secret",
        }
        project = cls(folder, {**environment, **mine})
        assert project.pulumi("stack", "init", "dev").returncode == 0
        return project

    @property
    def command(self) -> str:
        """The `pulumi` of this project's environment."""
        return shutil.which("pulumi", path=self.environment["PATH"]) or "pulumi"

    def pulumi(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `pulumi`; stdout and stderr come together, as a person sees them."""
        return subprocess.run(
            [self.command, "--non-interactive", "--color=never", *arguments],
            cwd=self.folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def made(self) -> list[str]:
        """The names of the stashes in the state: what an update has really made."""
        exported = json.loads(self.pulumi("stack", "export").stdout)
        found = exported["deployment"].get("resources") or []
        return [
            one["urn"].rsplit("::", 1)[-1] for one in found if one["type"] == "pulumi:index:Stash"
        ]


def runtime(options: dict[str, str]) -> dict[str, object]:
    """The `runtime` of a project or a policy pack."""
    return {"name": "python", "options": options}


def write_json(path: Path, **content: object) -> None:
    """Write a YAML file: JSON is YAML."""
    path.write_text(json.dumps(content))
