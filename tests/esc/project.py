"""A project with a folder `esc/`, and the command line of Portcullis in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]

ACCESS = """\
organization: acme
policies:
  admin-access: {teams: [security-team], stages: [development, production], level: write}
  developer-access: {teams: [developers], stages: [development], level: open}
"""
KEYS = "description: Keys\nstages: [development, production]\nkeys: [OPENAI_API_KEY, OTHER_KEY]\n"


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Put files into a project's folder, with a stack whose GitHub is the sandbox."""
    base = {
        "Pulumi.yaml": "name: portcullis\nruntime: python\n",
        "Pulumi.dev.yaml": "config:\n  github:baseUrl: http://127.0.0.1:1/\n",
    }
    for name, text in {**base, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return root


def portcullis(
    root: Path, environment: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a project's folder, as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "portcullis", *arguments],
        cwd=root,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
