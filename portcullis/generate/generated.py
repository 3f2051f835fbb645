"""The generated files of the project: `make docs` writes them, a test checks them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from portcullis.generate import reference, schema
from portcullis.incident import pages as runbooks

if TYPE_CHECKING:
    from pathlib import Path


def pages(root: Path) -> dict[str, str]:
    """Return path, relative to the project's folder ``root``, to text."""
    return {
        schema.PATH: schema.schema_text(),
        schema.REPOSITORY_PATH: schema.repository_schema_text(),
        reference.PATH: reference.reference(),
        **runbooks.pages(),
        **{f"docs/rules/{name}": text for name, text in _rules(root / "policy").items()},
    }


def _rules(pack: Path) -> dict[str, str]:
    """Return the pages about the rules, by the pack itself, which does not need this project."""
    printed = subprocess.run(
        [sys.executable, "-m", "portcullis_policy.catalogue"],
        cwd=pack,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names: dict[str, str] = json.loads(printed)
    return names
