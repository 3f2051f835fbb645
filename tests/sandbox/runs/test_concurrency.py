"""Concurrency groups: of workflows, of jobs and of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.files import deploy
from components.files.workflow import render_template
from tests.sandbox.attempts.path import REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path

JOB = "jobs:\n  work: {runs-on: x, steps: []}\n"


def _write(path: Path, name: str, head: str, jobs: str = JOB) -> None:
    text = f"on: workflow_dispatch\n{head}\n{jobs}"
    assert path.commit("olga", f".github/workflows/{name}.yml", text).is_success


def _start(path: Path, name: str = "one", ref: str = "main") -> None:
    sent = path.as_("mia").post(
        f"{REPO}/actions/workflows/{name}.yml/dispatches", json={"ref": ref}
    )
    assert sent.status_code == 204, sent.text


def _runs(path: Path) -> list[str]:
    """Return where the dispatched runs stand, oldest first."""
    found = path.as_("olga").get(f"{REPO}/actions/runs", params={"event": "workflow_dispatch"})
    return [run["conclusion"] or run["status"] for run in reversed(found.json()["workflow_runs"])]


def _finish(path: Path, key: str = "work") -> None:
    job = path.world.jobs(key=key, status="in_progress")[0]
    path.world.control("POST", f"jobs/{job['id']}", {"conclusion": "success"})


@pytest.mark.parametrize(
    ("head", "states"),
    [
        ("", ["in_progress"] * 4),
        ("concurrency: deploy", ["in_progress", "cancelled", "cancelled", "pending"]),
        (
            "concurrency: {group: deploy, cancel-in-progress: true}",
            ["cancelled", "cancelled", "cancelled", "in_progress"],
        ),
        (
            "concurrency: {group: deploy, cancel-in-progress: \"${{ github.ref_type == 'tag' }}\"}",
            ["in_progress", "cancelled", "cancelled", "pending"],
        ),
        (
            "concurrency: {group: deploy, queue: max}",
            ["in_progress", "pending", "pending", "pending"],
        ),
        ('concurrency: "run-${{ github.run_id }}"', ["in_progress"] * 4),
    ],
)
@pytest.mark.parametrize("of_job", [False, True])
def test_one_runs_and_one_is_pending(
    path: Path, head: str, states: list[str], *, of_job: bool
) -> None:
    """A newer run takes the place of the pending one; `queue: max` keeps them all (R6)."""
    path.world.plan("guild/sophia", "work", "hold")
    jobs = JOB.replace("runs-on", f"{head}, runs-on")
    if of_job and head:
        _write(path, "one", "", jobs)
    else:
        _write(path, "one", head)
    for _each in states:
        _start(path)
    assert _runs(path) == states


@pytest.mark.parametrize("of_job", [False, True])
def test_the_pending_run_goes_on(path: Path, *, of_job: bool) -> None:
    """When the group is free; what held it has left it for good (R6)."""
    path.world.plan("guild/sophia", "work", "hold")
    if of_job:
        _write(path, "one", "", JOB.replace("runs-on", "concurrency: deploy, runs-on"))
    else:
        _write(path, "one", "concurrency: deploy")
    _start(path)
    _start(path)
    assert _runs(path) == ["in_progress", "pending"]
    _finish(path)
    assert [job["status"] for job in path.world.jobs(key="work")] == ["completed", "in_progress"]
    _finish(path)
    assert _runs(path) == ["success", "success"]


def test_a_group_is_the_repository_s_and_case_does_not_matter(path: Path) -> None:
    """Two workflows that name the same group wait for each other (R6)."""
    path.world.plan("guild/sophia", "work", "hold")
    _write(path, "one", "concurrency: Deploy")
    _write(path, "two", "", JOB.replace("runs-on", "concurrency: dePLOY, runs-on"))
    _start(path)
    _start(path, "two")
    assert _runs(path) == ["in_progress", "pending"]


def test_the_group_s_expression_is_evaluated(path: Path) -> None:
    """Two refs are two groups (R6)."""
    path.world.plan("guild/sophia", "work", "hold")
    _write(path, "one", 'concurrency: "release-${{ github.ref }}"')
    path.ref("olga", "tags/v1")
    _start(path)
    _start(path, ref="refs/tags/v1")
    _start(path, ref="refs/tags/v1")
    assert _runs(path) == ["in_progress", "in_progress", "pending"]


def test_a_run_that_waits_for_an_approval_holds_its_group(path: Path) -> None:
    """The next one is pending until somebody decides, or cancels the run (R4, R6)."""
    path.reviewers("ria")
    gate = "jobs:\n  work: {runs-on: x, steps: [], environment: pypi-release}\n"
    _write(path, "one", "concurrency: release", gate)
    _start(path)
    _start(path)
    assert _runs(path) == ["waiting", "pending"]
    first = path.world.jobs(key="work")[0]["run"]
    path.as_("olga").post(f"{REPO}/actions/runs/{first}/cancel")
    assert _runs(path) == ["cancelled", "waiting"]


def test_looking_at_a_pending_job_changes_nothing(path: Path) -> None:
    """Who reads a run does not write to it, however often (R6)."""
    path.world.plan("guild/sophia", "work", "hold")
    _write(path, "one", "", JOB.replace("runs-on", "concurrency: deploy, runs-on"))
    _start(path)
    _start(path)
    before = path.world.control("GET", "state?kind=job")
    path.world.clock(advance=60)
    assert _runs(path) == ["in_progress", "pending"]
    assert path.world.control("GET", "state?kind=job") == before


def test_matrix_jobs_share_a_group_one_after_the_other(path: Path) -> None:
    """Of three jobs of one group in one run, the second is superseded by the third (R6)."""
    path.world.plan("guild/sophia", "work", "hold")
    jobs = JOB.replace("runs-on", "concurrency: x, strategy: {matrix: {n: [1, 2, 3]}}, runs-on")
    _write(path, "one", "", jobs)
    _start(path)
    states = [job["conclusion"] or job["status"] for job in path.world.jobs(key="work")]
    assert states == ["in_progress", "cancelled", "pending"]


def test_a_superseded_run_says_why(path: Path) -> None:
    """Its jobs never began, and name the group (R6)."""
    path.world.plan("guild/sophia", "work", "hold")
    _write(path, "one", "concurrency: deploy")
    for _each in range(3):
        _start(path)
    job = path.world.jobs(key="work")[1]
    assert (job["conclusion"], "waiting request for 'deploy'" in job["reason"]) == (
        "cancelled",
        True,
    )


@pytest.mark.parametrize("inside", [False, True])
def test_a_job_that_waits_for_its_own_workflow_is_cancelled(path: Path, *, inside: bool) -> None:
    """A group of the workflow and of a job in it is a deadlock; so it is in a called file (R6)."""
    if inside:
        called = f"on: workflow_call\nconcurrency: deploy\n{JOB}"
        path.commit("olga", ".github/workflows/called.yml", called)
        jobs = "jobs:\n  outer: {uses: ./.github/workflows/called.yml}\n"
    else:
        jobs = JOB.replace("runs-on", "concurrency: deploy, runs-on")
    _write(path, "one", "concurrency: deploy", jobs)
    _start(path)
    job = path.world.jobs(event="workflow_dispatch")[-1]
    assert job["conclusion"] == "cancelled"
    assert "deadlock" in job["reason"]


def test_a_called_workflow_s_group_holds_for_all_of_its_jobs(path: Path) -> None:
    """The call as a whole waits, and leaves the group with its last job (R6)."""
    called = (
        "on: {workflow_call: {inputs: {group: {type: string}}}}\n"
        'concurrency: "${{ inputs.group }}"\n'
        "jobs:\n  work: {runs-on: x, steps: []}\n  then: {needs: work, runs-on: x, steps: []}\n"
    )
    path.commit("olga", ".github/workflows/called.yml", called)
    call = "jobs:\n  outer: {uses: ./.github/workflows/called.yml, with: {group: g}}\n"
    _write(path, "one", "", call)
    for key in ("outer/work", "outer/then"):
        path.world.plan("guild/sophia", key, "hold")
    _start(path)
    _start(path)
    assert _runs(path) == ["in_progress", "pending"]
    _finish(path, "outer/work")
    assert _runs(path) == ["in_progress", "pending"]
    _finish(path, "outer/then")
    assert _runs(path) == ["success", "in_progress"]


def test_a_run_that_runs_again_asks_for_its_group_anew(path: Path) -> None:
    """It waits when another run has the group by then (R6)."""
    _write(path, "one", "concurrency: deploy")
    path.world.plan("guild/sophia", "work", "failure")
    _start(path)
    path.world.plan("guild/sophia", "work", "hold")
    _start(path)
    first = path.world.jobs(key="work")[0]["run"]
    path.as_("mia").post(f"{REPO}/actions/runs/{first}/rerun")
    assert _runs(path) == ["pending", "in_progress"]
    _finish(path)
    assert _runs(path) == ["in_progress", "success"]


@pytest.mark.parametrize(
    "head",
    [
        "concurrency: {cancel-in-progress: true}",
        "concurrency: {group: a, other: 1}",
        "concurrency: [a]",
        "concurrency: {group: a, queue: max, cancel-in-progress: true}",
        'concurrency: "${{ github.nothing }}"',
        'concurrency: "${{ matrix.x }}"',
    ],
)
def test_a_group_that_cannot_be_worked_out_fails_to_start(path: Path, head: str) -> None:
    """Nothing runs without the lock that its file asks for (R6)."""
    path.commit("olga", ".github/workflows/one.yml", f"on: push\n{head}\n{JOB}")
    runs = path.as_("olga").get(f"{REPO}/actions/workflows/one.yml/runs").json()["workflow_runs"]
    assert [run["conclusion"] for run in runs] == ["startup_failure"]


def test_a_deployment_takes_the_place_of_no_other(path: Path) -> None:
    """The managed deploy.yml: one at a time for each environment, and those that wait are kept."""
    names = ("production", "staging")
    jobs = [
        deploy.Job(f"deploy-{name}", name, "./deploy.sh", None, (), namespace=False)
        for name in names
    ]
    text = render_template("deploy.yml", jobs=jobs, environments=", ".join(names))
    assert path.commit("olga", deploy.PATH, text).is_success
    for name in names:
        path.world.plan("guild/sophia", f"deploy-{name}", "hold")
    for name in (*["production"] * 3, "staging"):
        started = path.as_("mia").post(
            f"{REPO}/actions/workflows/deploy.yml/dispatches",
            json={"ref": "main", "inputs": {"environment": name}},
        )
        assert started.status_code == 204, started.text
    assert _runs(path) == ["in_progress", "pending", "pending", "in_progress"]
    _finish(path, "deploy-production")
    assert _runs(path) == ["success", "in_progress", "pending", "in_progress"]
