"""Clients that are pinned with the project; their tests are in tests/sandbox/clients."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fidelity.clients.running import Shell

if TYPE_CHECKING:
    from tests.support.sandbox import World

ROOT = Path(__file__).resolve().parents[3]


def run(_world: World, home: Path) -> str:
    """Run those tests, which start a sandbox themselves; return PyGithub's version."""
    tests = str(ROOT / "tests/sandbox/clients")
    options = ("-q", "-n", "0", "-p", "no:cacheprovider", "--rootdir", str(ROOT))
    cached = {"XDG_CACHE_HOME": str(Path.home() / ".cache"), "PYTHONPATH": str(ROOT)}
    Shell(home, cached).run(
        sys.executable, "-m", "pytest", *options, "-c", ROOT / "pyproject.toml", tests
    )
    return version("PyGithub")
