"""`kill -9` at many points of an `up`: the next one goes on, nothing is doubled or lost."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import make_small
from tests.end_to_end.live import Live
from tests.support.extent import cases

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.project import Project
    from tests.support.sandbox import Sandbox

POINTS = cases([[1, 4, 9, 15, 22]], [2, 6, 12, 18, 26])
"""Writes to GitHub after which a run is killed, one run after the other.

They reach to the middle of about 50: on a fast machine later runs would end before the kill.
"""
LIMIT_SECONDS = 120.0


def kill_after(project: Project, writes: int, run: dict[str, Any]) -> bool:
    """Start a run, and kill it with all its processes once GitHub has seen so many writes.

    Args:
        project: The stack and its world.
        writes: How many writes, those of earlier runs included.
        run: What `subprocess` is given for the run.

    Returns:
        Whether it was killed; False if it ended before.
    """
    process = subprocess.Popen(
        **run,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + LIMIT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if len(project.world.writes()) >= writes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        time.sleep(0.01)
    assert process.poll() is not None, "the run took too long"
    return False


def plain_up(project: Project) -> dict[str, Any]:
    """Return what `subprocess` is given for a plain `pulumi up`."""
    command, _ = project.command("up", "--yes")
    return {"args": command, "cwd": project.folder, "env": project.environment}


def everything(project: Project) -> dict[str, object]:
    """All that is there, without what differs from world to world by design."""
    live = Live(project.world, "acme")
    rulesets = {name: ruleset["rules"] for name, ruleset in live.rulesets().items()}
    return {
        "teams": live.teams(),
        "rulesets": rulesets,
        "secrets": live.secrets(),
        "variables": live.variables(),
        "repositories": sorted(live.repositories()),
        "access": live.access("tool"),
        "security": live.security("tool"),
        "environments": live.environments("tool"),
        "repository_rulesets": sorted(live.repository_rulesets("tool")),
        "repository_secrets": live.repository_secrets("tool"),
        "repository_variables": live.repository_variables("tool"),
        "release": live.file("tool", ".github/workflows/release.yml"),
    }


@pytest.mark.parametrize("points", POINTS, ids=str)
def test_each_next_up_goes_on(
    sandbox: Sandbox, tmp_path: Path, made: Project, points: list[int]
) -> None:
    """A run that is killed, and the next ones too: the last one makes what a quiet run makes."""
    project = make_small(sandbox, tmp_path, f"killed-{points}")
    assert kill_after(project, points[0], plain_up(project))
    for writes in points[1:]:
        assert kill_after(project, writes, project.portcullis_command("up")), writes
    again = project.portcullis("up")
    assert again.code == 0, again.text
    assert everything(project) == everything(made)
    settled = project.preview("--expect-no-changes")
    assert settled.code == 0, settled.text


def test_the_engines_children_end_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """A killed engine leaves no process behind that would go on writing to GitHub."""
    project = make_small(sandbox, tmp_path, "orphans")
    process = subprocess.Popen(
        **plain_up(project),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while len(project.world.writes()) < 5 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    deadline = time.monotonic() + LIMIT_SECONDS
    while group_lives(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    left = group_lives(process.pid)
    if left:
        os.killpg(process.pid, signal.SIGKILL)
    assert not left


def group_lives(group: int) -> bool:
    """Whether any process of the group is there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
