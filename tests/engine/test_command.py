"""`python -m engine`, as people type it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import engine
from engine import __main__, recipe
from tests.engine.fakes import Machine

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def command(machine: Machine, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it on that machine."""
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=recipe.HERE.parent,
        env=machine.environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_there(tmp_path: Path) -> None:
    """It names the versions, how they were had and where each part is."""
    machine = Machine(tmp_path)
    machine.pulumi("v3.261.0")
    done = command(machine)
    assert done.returncode == 0, done.stderr
    assert "pulumi 3.261.0" in done.stderr
    assert "found on PATH" in done.stderr
    assert str(machine.bin / "pulumi-language-python") in done.stderr
    assert "pulumi gets it by itself, on first use" in done.stderr


def test_for_a_shell(tmp_path: Path) -> None:
    """`eval "$(python -m engine env)"` works in any folder, whatever its name holds."""
    machine = Machine(tmp_path / "it's a $folder")
    machine.folder.mkdir()
    machine.pulumi()
    printed = command(machine, "env").stdout
    shell = subprocess.run(
        ["/bin/sh", "-c", f'{printed}\ncommand -v pulumi; echo "$PULUMI_PYTHON_CMD"'],
        env=machine.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shell.stdout.splitlines() == [str(machine.bin / "pulumi"), sys.executable]


def test_unknown_argument(tmp_path: Path) -> None:
    """Anything else is answered with the allowed commands."""
    done = command(Machine(tmp_path), "install")
    assert done.returncode == 2
    assert "python -m engine env" in done.stderr


def test_no_engine(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no engine it says why, without a stack trace, and fails."""

    def ensure() -> None:
        raise engine.EngineError("no engine can be had on this machine")

    monkeypatch.setattr(engine, "ensure", ensure)
    assert __main__.main([]) == 1
    assert capsys.readouterr().err == "error: no engine can be had on this machine\n"
