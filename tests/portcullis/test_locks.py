"""Locks of runs that were killed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from portcullis.pulumi_runs.locks import lift_dead_locks, remove_half_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ended() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def lock(folder: Path, content: Any, stack: str = "dev") -> Path:  # noqa: ANN401 - any JSON
    """A lock as Pulumi writes it, or something else in its place."""
    path = folder / ".pulumi" / "locks" / "organization" / "portcullis" / stack / "1-2.json"
    path.parent.mkdir(parents=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def held_by(pid: object, machine: str | None = None) -> dict[str, object]:
    """The content of a lock."""
    return {"pid": pid, "username": "ana", "hostname": machine or socket.gethostname()}


def lifted(folder: Path) -> int:
    """How many locks of stack dev are lifted."""
    return lift_dead_locks({"PULUMI_BACKEND_URL": folder.as_uri()}, "dev")


def test_a_dead_process_holds_no_lock(tmp_path: Path, ended: int) -> None:
    """What a killed run left is in nobody's way; blanks in the path are no obstacle."""
    path = lock(tmp_path / "a b", held_by(ended))
    assert lifted(tmp_path / "a b") == 1
    assert not path.exists()


def test_a_living_process_keeps_its_lock(tmp_path: Path) -> None:
    """Two runs never write to one state."""
    path = lock(tmp_path, held_by(os.getpid()))
    assert lifted(tmp_path) == 0
    assert path.exists()


def test_a_process_that_nobody_asked_about_is_dead(tmp_path: Path) -> None:
    """A killed child whose parent did not wait for it has ended, though its id is still there."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    lock(tmp_path, held_by(process.pid))
    assert lifted(tmp_path) == 1
    process.wait()


def test_another_machines_lock_is_kept(tmp_path: Path, ended: int) -> None:
    """Its process cannot be seen from here."""
    path = lock(tmp_path, held_by(ended, "elsewhere"))
    assert lifted(tmp_path) == 0
    assert path.exists()


def test_another_stacks_lock_is_kept(tmp_path: Path, ended: int) -> None:
    """Only the stack of the run is looked at."""
    lock(tmp_path, held_by(ended), "prod")
    assert lifted(tmp_path) == 0


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "7", {}, {"pid": 1}, *map(held_by, ["x", None, [], 0, -1, 2**70])],
)
def test_what_is_no_lock_is_kept(tmp_path: Path, content: object) -> None:
    """Pulumi is to say what it thinks of it; no process group is asked for by mistake."""
    path = lock(tmp_path, content)
    assert lifted(tmp_path) == 0
    assert path.exists()


def test_the_home_folder_is_a_backend(
    tmp_path: Path, ended: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`file://~` is what `pulumi login --local` sets."""
    monkeypatch.setenv("HOME", str(tmp_path))
    lock(tmp_path, held_by(ended))
    assert lift_dead_locks({"PULUMI_BACKEND_URL": "file://~"}, "dev") == 1


@pytest.mark.parametrize("backend", [None, "https://api.pulumi.com", "s3://bucket"])
def test_other_backends_have_no_such_locks(
    tmp_path: Path, ended: int, monkeypatch: pytest.MonkeyPatch, backend: str | None
) -> None:
    """Without a folder nothing is touched, wherever the run is."""
    monkeypatch.chdir(tmp_path)
    lock(tmp_path, held_by(ended))
    assert lift_dead_locks({"PULUMI_BACKEND_URL": backend} if backend else {}, "dev") == 0


def sidecar(folder: Path, content: str) -> Path:
    """The attributes of stack dev's state, as they were left."""
    path = folder / ".pulumi" / "stacks" / "portcullis" / "dev.json.attrs"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("content", ["", '{"user.content_t'])
def test_half_a_file_of_attributes_is_taken_away(tmp_path: Path, content: str) -> None:
    """Pulumi could not read the state that it stands beside."""
    path = sidecar(tmp_path, content)
    assert remove_half_files({"PULUMI_BACKEND_URL": tmp_path.as_uri()}, "dev") == 1
    assert not path.exists()


def test_whole_attributes_stay(tmp_path: Path) -> None:
    """What is right is left alone."""
    path = sidecar(tmp_path, '{"user.content_type": "application/json"}')
    assert remove_half_files({"PULUMI_BACKEND_URL": tmp_path.as_uri()}, "dev") == 0
    assert path.exists()


def test_attributes_that_a_run_may_be_writing_stay(tmp_path: Path) -> None:
    """A run that lives holds the lock: its files are its own."""
    path = sidecar(tmp_path, "")
    lock(tmp_path, held_by(os.getpid()))
    assert remove_half_files({"PULUMI_BACKEND_URL": tmp_path.as_uri()}, "dev") == 0
    assert path.exists()
