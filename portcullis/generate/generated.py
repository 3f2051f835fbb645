"""The generated files of the project: written by `make docs`, checked by a test."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from portcullis.generate import reference, schema

if TYPE_CHECKING:
    from pathlib import Path


def pages(root: Path) -> dict[str, str]:
    """Path, relative to the project's folder ``root``, to text."""
    return {
        schema.PATH: schema.schema_text(),
        schema.REPOSITORY_PATH: schema.repository_schema_text(),
        reference.PATH: reference.reference(),
        "docs/rules.md": _rules(root / "policy"),
    }


def _rules(pack: Path) -> str:
    """The catalogue, by the pack itself: it has its own path, and is used without this project."""
    return subprocess.run(
        [sys.executable, "-m", "portcullis_policy.catalogue"],
        cwd=pack,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
