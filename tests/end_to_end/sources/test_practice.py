"""`make up SECRETS=vault`: the practice organization, fed from a real Vault."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from portcullis.practice import with_vault as practice

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_SECONDS = 300


def run(folder: Path, port: int, *arguments: str, stdin: str = "") -> str:
    """Run a command of the practice stack in a folder of its own; what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "portcullis.practice.with_vault", *arguments],
        cwd=practice.ROOT,
        env={**os.environ, "PORTCULLIS_PRACTICE": str(folder), "PORT": str(port)},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_practice_organization_is_fed_from_vault(tmp_path: Path) -> None:
    """Up, nothing to change, a new value, down: the same organization, another source (S16)."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    try:
        up = run(tmp_path, port, "up")
        assert re.search(r"vault +http://127\.0\.0\.1:\d+ \(secret/guild, 12 values\)", up)
        assert re.search(r"update +\d+ created", up)
        assert "{config:" not in (tmp_path / "orgs" / "guild.yaml").read_text(encoding="utf-8")
        assert re.search(r"preview +\d+ unchanged", run(tmp_path, port, "preview"))
        rotated = run(tmp_path, port, "secrets", "rotate", "CODECOV_TOKEN", stdin="canary-new\n")
        assert "written    vault secret/guild codecovToken: 2" in rotated
        assert "canary-new" not in rotated
        address = json.loads((tmp_path / "vault.json").read_text(encoding="utf-8"))["address"]
    finally:
        run(tmp_path, port, "down")
    assert not (tmp_path / "vault.json").exists()
    with socket.socket() as client:
        client.settimeout(5)
        where = ("127.0.0.1", int(address.rpartition(":")[2]))
        assert client.connect_ex(where) != 0, "the Vault goes on"
