"""Adoption that is killed, or that GitHub does not answer: nothing changes, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.existing.test_adopt import HEAD, LEGACY, legacy_seed
from tests.end_to_end.test_interrupted import kill_after
from tests.support.extent import cases
from tests.support.project import Project, short

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox, World

REQUESTS = cases([20], 1, 8)
"""Requests after which an adoption is killed."""
SECONDS = cases([], 0.2, 0.5, 1.0, 2.0)
"""Seconds after the last request, while the state is written."""


@pytest.fixture(scope="module")
def world(sandbox: Sandbox) -> World:
    """An organization that had a repository and teams before Portcullis."""
    return sandbox.world("adopt-whatever", legacy_seed())


def project_in(world: World, folder: Path) -> Project:
    """Return a project with an empty stack."""
    project = Project(folder / "project", world)
    project.write(HEAD + LEGACY)
    project.create({})
    world.clear_journal()
    return project


def resources(project: Project) -> dict[str, Any]:
    """Return the state's resources without what differs from run to run."""
    found = {}
    for each in project.state().get("resources", ()):
        assert short(each["urn"]) not in found
        kept = {name: each.get(name) for name in ("inputs", "outputs", "dependencies", "protect")}
        found[short(each["urn"])] = kept
    return found


def killed_later(project: Project, requests: int, seconds: float) -> None:
    """Kill an adoption some time after its last request."""
    process = subprocess.Popen(
        **project.portcullis_command("adopt"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and len(project.world.journal()) < requests:
        time.sleep(0.01)
    time.sleep(seconds)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_adoption_is_repeated(world: World, tmp_path: Path) -> None:
    """Promise: killed at any point, the next one takes in the same; GitHub stays as it is (16)."""
    quiet = project_in(world, tmp_path / "quiet")
    assert quiet.portcullis("adopt").code == 0
    whole, total = resources(quiet), len(world.journal())
    assert "Repository legacy" in whole
    killed = project_in(world, tmp_path / "killed")
    for requests in REQUESTS:
        world.clear_journal()
        assert kill_after(killed, requests, killed.portcullis_command("adopt"), requests=True)
    for seconds in SECONDS:
        world.clear_journal()
        killed_later(killed, total, seconds)
        assert resources(killed) in ({}, whole)
    done = killed.portcullis("adopt")
    assert done.code == 0, done.text
    assert resources(killed) == whole
    assert world.writes() == []


def test_what_cannot_be_read_is_named_and_the_rest_is_adopted(world: World, tmp_path: Path) -> None:
    """Promise: a refusal says what it hides; errors of GitHub stop adoption before it writes (16).

    A limit for a while is waited for.
    """
    project = project_in(world, tmp_path)
    try:
        world.fault(method="POST", path="/graphql", status=502, count=None)
        failed = project.portcullis("adopt")
        assert failed.code == 1, failed.text
        assert "Traceback" not in failed.text
        assert resources(project) == {}
        world.clear_faults()
        world.fault(path="/repos/acme/legacy/actions/variables", status=403, count=None)
        limit = {"retry-after": "1"}
        world.fault(path="/orgs/acme/actions/variables", status=429, headers=limit, count=1)
        done = project.portcullis("adopt")
    finally:
        world.clear_faults()
    assert done.code == 0, done.text
    assert "not read   variables of legacy: " in done.text
    assert "adopted    Repository legacy" in done.text
    assert "adopted    RepositoryEnvironment legacy/prod" not in done.text  # there is none
    assert world.writes() == []
