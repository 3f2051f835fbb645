"""`kill -9` at many points of an `up`: the next one goes on, nothing is doubled or lost.

The small organization is large enough that `make up` goes without checkpoints.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import CANARY, make_small
from tests.end_to_end.live import Live
from tests.support.extent import cases
from tests.support.sandbox import is_write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.project import Project
    from tests.support.sandbox import Sandbox

POINTS = cases([[22]], [1, 22], [1, 4, 9, 15, 22], [2, 6, 12, 18, 26])
"""Writes to GitHub after which a run is killed, one run after the other.

They reach to the middle of about 50: on a fast machine later runs would end before the kill.
"""
KILLS = cases(
    [(41, 60)],
    *((writes, 0) for writes in range(48)),
    *((30, requests) for requests in range(10, 130, 12)),
)
"""Writes after which the first `make up` is killed, and requests after which the next one is.

The latter reach through the recovery; 0 stands for a recovery that is not killed.
"""
NEAR_THE_END = 42
"""Writes after which a run may end before it is killed."""
LIMIT_SECONDS = 240.0


def kill_after(
    project: Project, writes: int, run: dict[str, Any], *, requests: bool = False
) -> bool:
    """Start a run, and kill it with all its processes once GitHub has seen so many writes.

    Args:
        project: The stack and its world.
        writes: How many writes, those of earlier runs included.
        run: What `subprocess` is given for the run.
        requests: Whether reading requests count as well, those of earlier runs left out.

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
    count = last = 0
    while process.poll() is None and time.monotonic() < deadline:
        new = project.world.journal(since=last)  # all of them would be half of the test's time
        last = new[-1]["number"] if new else last
        count += len(new) if requests else sum(map(is_write, new))
        if count >= writes:
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


def everything(project: Project) -> dict[str, Any]:
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


def leave_out_some(project: Project) -> None:
    """Declare no longer what a killed run may have made: a thing of many kinds."""
    for begin, lines in (
        ("  apprentices:", 1),
        ("    protection:\n      release branches:", 3),
        ("    environments:\n      staging:", 5),
        ("    secrets:\n      SCAN_TOKEN:", 2),
        ("    variables: {COLOUR:", 1),
    ):
        path = project.folder / "orgs" / "test.yaml"
        before, found, rest = path.read_text(encoding="utf-8").partition(begin)
        assert found
        kept = (found + rest).splitlines(keepends=True)[lines:]
        path.write_text("".join([before, *kept]), encoding="utf-8")


def without_some(everything: dict[str, Any]) -> dict[str, Any]:
    """Return all that is there without what `leave_out_some` leaves out."""
    environments = {k: v for k, v in everything["environments"].items() if k != "staging"}
    return {
        **everything,
        "teams": {k: v for k, v in everything["teams"].items() if k != "apprentices"},
        "environments": environments,
        "repository_rulesets": [
            name for name in everything["repository_rulesets"] if name != "release branches"
        ],
        "repository_secrets": everything["repository_secrets"]
        - {"actions/SCAN_TOKEN", "dependabot/SCAN_TOKEN"},
        "repository_variables": {},
    }


@pytest.mark.parametrize(("writes", "requests"), KILLS)
def test_what_a_killed_run_made_is_never_lost(
    sandbox: Sandbox, tmp_path: Path, made: Project, writes: int, requests: int
) -> None:
    """Even what is not declared any more when the next run begins: that removes it.

    The note of the killed run, which has all that it may have made, has no value of a secret. A
    recovery that is killed itself is repeated. Deletions that a guard stops are unlocked.
    """
    project = make_small(sandbox, tmp_path, f"lost-{writes}-{requests}")
    killed = kill_after(project, writes, project.portcullis_command("up"))
    stored = json.dumps(project.state())
    if 0 < writes < NEAR_THE_END:
        assert killed
        assert "UnfinishedUpdate" in stored
    assert CANARY not in stored
    leave_out_some(project)
    if requests:
        project.world.clear_journal()
        assert kill_after(project, requests, project.portcullis_command("up"), requests=True)
    again = project.portcullis("up")
    if project.unlock(again):
        again = project.portcullis("up")
    assert again.code == 0, again.text
    assert everything(project) == without_some(everything(made))
    state = project.state()
    assert "UnfinishedUpdate" not in json.dumps(state)
    assert not any(each.get("protect") for each in state["resources"])


def test_the_engines_children_end_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """The language host and the program end with a killed engine, whose process group they share.

    Plugins have groups of their own, and are not looked at here.
    """
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
