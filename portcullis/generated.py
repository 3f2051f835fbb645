"""The generated files of the project: written by `make docs`, checked by a test."""

from __future__ import annotations

import subprocess
import sys

from portcullis import reference, schema
from portcullis.project import ROOT


def pages() -> dict[str, str]:
    """Path, relative to the project's folder, to text."""
    return {
        schema.PATH: schema.schema_text(),
        schema.REPOSITORY_PATH: schema.repository_schema_text(),
        reference.PATH: reference.reference(),
        "docs/rules.md": _rules(),
    }


def _rules() -> str:
    """The catalogue, by the pack itself: it has its own path, and is used without this project."""
    return subprocess.run(
        [sys.executable, "-m", "portcullis_policy.catalogue"],
        cwd=ROOT / "policy",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
