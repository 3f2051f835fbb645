"""How jobs end: matrices that fail fast, tolerated failures, timeouts, and cancelled runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.attempts.path import REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path

FILE = ".github/workflows/endings.yml"
MATRIX = "  test: {{runs-on: x, steps: [], strategy: {{{}matrix: {{n: [1, 2, 3]}}}}{}}}\n"


def start(path: Path, jobs: str, **plans: str) -> None:
    """Start a run of these jobs; each ends by its plan, or is held."""
    path.commit("olga", FILE, f"on: workflow_dispatch\njobs:\n{jobs}")
    for key, plan in plans.items():
        path.world.plan("guild/sophia", key.replace("__", "/"), plan)
    body = {"ref": "main"}
    sent = path.as_("mia").post(f"{REPO}/actions/workflows/endings.yml/dispatches", json=body)
    assert sent.status_code == 204


def run(path: Path) -> dict[str, Any]:
    """The latest run."""
    found: dict[str, Any] = path.as_("olga").get(f"{REPO}/actions/runs").json()["workflow_runs"][0]
    return found


def ends(path: Path) -> dict[str, str]:
    """How the jobs of the latest run ended, by name; those that did not, by their status."""
    found = path.as_("olga").get(f"{REPO}/actions/runs/{run(path)['id']}/jobs").json()["jobs"]
    return {each["name"]: each["conclusion"] or each["status"] for each in found}


def end(path: Path, name: str, conclusion: str) -> None:
    """End a held job of the latest run."""
    (job,) = (
        each
        for each in path.world.jobs(status="in_progress", run=run(path)["id"])
        if each["name"] == name
    )
    path.world.control("POST", f"jobs/{job['id']}", {"conclusion": conclusion})


def cancel(path: Path, how: str = "cancel") -> None:
    """Cancel the latest run."""
    sent = path.as_("mia").post(f"{REPO}/actions/runs/{run(path)['id']}/{how}")
    assert sent.status_code == 202


def test_a_failure_cancels_the_rest_of_its_matrix(path: Path) -> None:
    """`fail-fast` is on by default; the run has failed, and was not cancelled (R3)."""
    after = "  after: {needs: test, if: 'failure() && !cancelled()', runs-on: x, steps: []}\n"
    start(path, MATRIX.format("", "") + after + "  other: {runs-on: x, steps: []}\n", test="hold")
    end(path, "test (2)", "success")
    end(path, "test (1)", "failure")
    assert ends(path) == {
        "test (1)": "failure",
        "test (2)": "success",
        "test (3)": "cancelled",
        "after": "success",
        "other": "success",
    }
    assert run(path)["conclusion"] == "failure"


@pytest.mark.parametrize(
    ("strategy", "rest"),
    [("fail-fast: false, ", ""), ("", ", continue-on-error: true")],
    ids=["not fast", "tolerated"],
)
def test_a_matrix_that_goes_on_after_a_failure(path: Path, strategy: str, rest: str) -> None:
    """`fail-fast: false`, or `continue-on-error` of the failed job, spares the others (R3)."""
    start(path, MATRIX.format(strategy, rest), test="hold")
    end(path, "test (1)", "failure")
    assert ends(path)["test (3)"] == "in_progress"
    for name in ("test (2)", "test (3)"):
        end(path, name, "success")
    assert run(path)["conclusion"] == ("success" if rest else "failure")


def test_a_combination_may_fail_and_another_may_not(path: Path) -> None:
    """`continue-on-error` is an expression of the matrix (R3)."""
    jobs = MATRIX.format("", ", continue-on-error: '${{ matrix.n == 1 }}'")
    start(path, jobs, test="hold")
    end(path, "test (1)", "failure")
    end(path, "test (2)", "failure")
    assert ends(path)["test (3)"] == "cancelled"
    assert run(path)["conclusion"] == "failure"


def test_a_matrix_of_calls_fails_with_the_whole_call(path: Path) -> None:
    """A call has failed when its jobs have ended; then the other calls are cancelled (R3)."""
    called = (
        "on: workflow_call\njobs:\n  a: {runs-on: x, steps: []}\n  b: {runs-on: x, steps: []}\n"
    )
    path.commit("olga", ".github/workflows/called.yml", called)
    uses = "uses: ./.github/workflows/called.yml"
    plans = {"call__a": "hold", "call__b": "hold"}
    start(path, f"  call: {{{uses}, strategy: {{matrix: {{n: [1, 2]}}}}}}\n", **plans)
    end(path, "call (1) / a", "failure")
    assert set(ends(path).values()) == {"failure", "in_progress"}
    end(path, "call (1) / b", "success")
    assert ends(path) == {
        "call (1) / a": "failure",
        "call (1) / b": "success",
        "call (2) / a": "cancelled",
        "call (2) / b": "cancelled",
    }


def test_a_tolerated_failure_is_success_for_others(path: Path) -> None:
    """The job has failed; what needs it goes on, `needs` has success, and so has the run (R3)."""
    start(
        path,
        "  may: {runs-on: x, steps: [], continue-on-error: true}\n"
        "  next: {needs: may, if: needs.may.result == 'success', runs-on: x, steps: []}\n"
        "  last: {needs: next, if: failure(), runs-on: x, steps: []}\n",
        may="failure",
    )
    assert ends(path) == {"may": "failure", "next": "success", "last": "skipped"}
    assert run(path)["conclusion"] == "success"


@pytest.mark.parametrize(("minutes", "limit"), [("timeout-minutes: 10", 10), ("name: j", 360)])
def test_a_job_is_cancelled_when_its_time_is_over(path: Path, minutes: str, limit: int) -> None:
    """`timeout-minutes`, or six hours, by the world's clock (R3)."""
    path.world.clock(set="2031-01-01T00:00:00Z", stopped=True)
    after = "  after: {needs: j, runs-on: x, steps: []}\n"
    start(path, f"  j: {{runs-on: x, steps: [], {minutes}}}\n{after}", j="hold")
    path.world.clock(advance=limit * 60 - 1)
    assert ends(path)["j"] == "in_progress"
    path.world.clock(advance=1)
    assert ends(path) == {"j": "cancelled", "after": "skipped"}
    assert run(path)["conclusion"] == "cancelled"
    (job,) = path.world.jobs(key="j", run=run(path)["id"])
    assert job["reason"] == f"The job has exceeded the maximum execution time of {limit} minutes."


CLEANUP = (
    "  work: {runs-on: x, steps: []}\n"
    "  usual: {needs: work, runs-on: x, steps: []}\n"
    "  unless: {needs: work, if: '!cancelled()', runs-on: x, steps: []}\n"
    "  always: {needs: work, if: always(), runs-on: x, steps: []}\n"
    "  when: {needs: work, if: cancelled(), runs-on: x, steps: []}\n"
    "  later: {needs: always, if: 'success() || failure()', runs-on: x, steps: []}\n"
)


def test_a_cancelled_run_still_runs_what_asks_for_it(path: Path) -> None:
    """`always()` and `cancelled()` hold, `success()` does not; the run is cancelled (R3)."""
    start(path, CLEANUP, work="hold", always="hold")
    cancel(path)
    assert ends(path) == {
        "work": "cancelled",
        "usual": "cancelled",
        "unless": "cancelled",
        "always": "in_progress",
        "when": "success",
        "later": "queued",
    }
    end(path, "always", "success")
    assert ends(path)["later"] == "cancelled"
    assert run(path)["conclusion"] == "cancelled"


def test_a_running_job_goes_on_if_its_condition_asks_for_it(path: Path) -> None:
    """A cancellation asks the `if` of running jobs again; a forced one does not (R3)."""
    start(path, "  stubborn: {if: always(), runs-on: x, steps: []}\n", stubborn="hold")
    cancel(path)
    assert ends(path) == {"stubborn": "in_progress"}
    cancel(path, "force-cancel")
    assert ends(path) == {"stubborn": "cancelled"}
    assert run(path)["conclusion"] == "cancelled"


def test_a_cancelled_run_that_runs_again_is_not_cancelled_any_more(path: Path) -> None:
    """The next attempt begins anew (R3)."""
    start(path, CLEANUP, work="hold")
    cancel(path)
    path.world.plan("guild/sophia", "work", "success")
    sent = path.as_("mia").post(f"{REPO}/actions/runs/{run(path)['id']}/rerun")
    assert sent.status_code == 201
    assert {name for name, how in ends(path).items() if how == "skipped"} == {"when"}
    assert run(path)["conclusion"] == "success"


@pytest.mark.parametrize(
    ("key", "starts"),
    [("a" * 99, True), ("a" * 100, False), ("_a-1", True), ("1a", False), ("a.b", False)],
    ids=["99", "100", "signs", "digit", "dot"],
)
def test_identifiers_of_jobs(
    path: Path,
    key: str,
    starts: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    """Under 100 letters, digits, `_` and `-`, no digit first: or the file starts nothing (R4)."""
    path.commit("olga", FILE, f"on: push\njobs:\n  {key}: {{runs-on: x, steps: []}}\n")
    assert (ends(path) == {key: "success"}) is starts
    if not starts:
        assert run(path)["conclusion"] == "startup_failure"
