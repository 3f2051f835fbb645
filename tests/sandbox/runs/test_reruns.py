"""Runs that are run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.attempts.path import REPO

if TYPE_CHECKING:
    import httpx

    from tests.sandbox.attempts.path import Path

WORKFLOW = """\
on: workflow_dispatch
jobs:
  good: {runs-on: x, steps: []}
  bad: {runs-on: x, steps: []}
  after: {needs: bad, runs-on: x, steps: []}
"""


def _run(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = path.as_("olga").get(f"{REPO}/actions/runs").json()["workflow_runs"][0]
    return found


def _jobs(path: Path) -> dict[str, dict[str, Any]]:
    found = path.as_("olga").get(f"{REPO}/actions/runs/{_run(path)['id']}/jobs").json()["jobs"]
    return {each["name"]: each for each in found}


def _again(path: Path, login: str = "mia") -> httpx.Response:
    return path.as_(login).post(f"{REPO}/actions/runs/{_run(path)['id']}/rerun-failed-jobs")


def _start(path: Path) -> None:
    """Start a run in which a job fails, and another is skipped for that."""
    path.commit("olga", ".github/workflows/three.yml", WORKFLOW)
    path.world.plan("guild/sophia", "bad", "failure")
    sent = path.as_("mia").post(
        f"{REPO}/actions/workflows/three.yml/dispatches", json={"ref": "main"}
    )
    assert sent.status_code == 204


def test_failed_jobs_and_what_waits_for_them_run_again(path: Path) -> None:
    """They are new jobs of a second attempt; what succeeded stays as it was (C1)."""
    _start(path)
    before = _jobs(path)
    assert {name: job["conclusion"] for name, job in before.items()} == {
        "good": "success",
        "bad": "failure",
        "after": "skipped",
    }
    path.world.plan("guild/sophia", "bad", "success")
    assert _again(path).status_code == 201
    after = _jobs(path)
    assert {job["conclusion"] for job in after.values()} == {"success"}
    assert after["good"] == before["good"]
    assert (after["bad"]["run_attempt"], after["after"]["run_attempt"]) == (2, 2)
    assert after["bad"]["id"] != before["bad"]["id"]
    assert (_run(path)["run_attempt"], _run(path)["conclusion"]) == (2, "success")


def test_only_a_run_that_ended_badly_is_tried_again(path: Path) -> None:
    """A running one, one that succeeded, and a stranger are refused (C2)."""
    path.world.plan("guild/sophia", "good", "hold")
    _start(path)
    running = _again(path)
    assert (running.status_code, "already running" in running.text) == (403, True)
    job = path.world.jobs(status="in_progress")[-1]
    path.world.control("POST", f"jobs/{job['id']}", {"conclusion": "success"})
    assert _again(path, "zoe").status_code == 403
    path.world.plan("guild/sophia", "bad", "success")
    path.world.plan("guild/sophia", "good", "success")
    assert _again(path).status_code == 201
    done = _again(path)
    assert (done.status_code, "cannot be retried" in done.text) == (403, True)
