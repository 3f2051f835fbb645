"""`kill -9` at many points of an `up`: the next one goes on, nothing is doubled or lost."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import make_small
from tests.end_to_end.live import Live

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.project import Project
    from tests.support.sandbox import Sandbox

#: Writes to GitHub after which the engine is killed: to the middle of about 50, since later
#: ones would be over before the kill on a fast machine.
POINTS = [1, 2, 4, 6, 9, 12, 15, 18, 22, 26]
LIMIT_SECONDS = 120.0


def kill_after(project: Project, writes: int) -> bool:
    """Start `pulumi up` and kill the engine once GitHub has seen ``writes`` of them.

    Returns:
        Whether it was killed; False if it was done before.
    """
    command, _ = project.command("up", "--yes")
    process = subprocess.Popen(
        command,
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + LIMIT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if len(project.world.writes()) >= writes:
            process.kill()
            process.wait()
            return True
        time.sleep(0.01)
    assert process.poll() is not None, "pulumi up took too long"
    return False


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


@pytest.mark.parametrize("writes", POINTS)
def test_the_next_up_goes_on(sandbox: Sandbox, tmp_path: Path, made: Project, writes: int) -> None:
    """After a kill, one `portcullis up` makes all that an undisturbed run makes."""
    project = make_small(sandbox, tmp_path, f"killed-{writes}")
    assert kill_after(project, writes)
    again = project.portcullis("up")
    assert again.code == 0, again.text
    assert everything(project) == everything(made)
    settled = project.preview("--expect-no-changes")
    assert settled.code == 0, settled.text


def test_the_engines_children_end_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """A killed engine leaves no process behind that would go on writing to GitHub."""
    project = make_small(sandbox, tmp_path, "orphans")
    command, _ = project.command("up", "--yes")
    process = subprocess.Popen(
        command,
        cwd=project.folder,
        env=project.environment,
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
