"""The stand-in for ESC keeps its environments over a restart, secrets encrypted."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import engine
from tests.support.esc import Esc

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-c40e91"


def test_restart(tmp_path: Path) -> None:
    """With a folder, environments, revisions, tags and tokens are there after a restart."""
    with Esc(tmp_path) as esc:
        esc.put("kept/base", f"values:\n  key:\n    fn::secret: {CANARY}\n")
        esc.client().create_environment_revision_tag("acme", "kept", "base", "stable", 2)
        token = esc.login("ann", {"kept/*": "open"})
    with Esc(tmp_path) as esc:
        assert esc.values("kept/base", token) == {"key": CANARY}
        tag = esc.client().get_environment_revision_tag("acme", "kept", "base", "stable")
        assert tag.revision == 2


def test_files_hold_no_plaintext(tmp_path: Path) -> None:
    """No file in its folder holds a secret's value, and only its owner can read them."""
    with Esc(tmp_path) as esc:
        esc.put("kept/base", f"values:\n  key:\n    fn::secret: {CANARY}\n")
        files = [path for path in tmp_path.iterdir() if path.name != "tokens.json"]
    assert {path.name for path in files} == {"key", "state.json"}
    for path in files:
        assert CANARY.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_nothing_without_a_token() -> None:
    """It does not start without an access token: nobody may do everything by default."""
    environment = {key: value for key, value in os.environ.items() if key != "ESC_ACCESS_TOKEN"}
    done = subprocess.run(
        [engine.ensure_esc()], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("esc: no access token: set ESC_ACCESS_TOKEN")
