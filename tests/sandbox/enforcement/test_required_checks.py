"""Required checks, reported by the jobs of workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.bodies import status_checks
from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from tests.sandbox.enforcement.acting import Acting

ACTIONS = 15_368
CI = "on: push\njobs: {ci: {runs-on: x, steps: []}}\n"
PATH = ".github/workflows/ci.yml"


def _required(acting: Acting, app: int | None = ACTIONS) -> None:
    more = {} if app is None else {"integration_id": app}
    acting.ruleset(status_checks(required_status_checks=[{"context": "ci", **more}]))


def _proposed(acting: Acting, plan: str, text: str = CI) -> int:
    """Propose a change to a repository whose job `ci` ends as planned."""
    assert acting.write("ana", path=PATH, text=text).status_code == 201
    acting.world.plan("acme/widget", "ci", plan)
    return acting.pull("ben")


@pytest.mark.parametrize(
    ("plan", "app", "status"),
    [
        ("success", ACTIONS, 200),
        ("success", None, 200),
        ("success", 7, 405),
        ("failure", ACTIONS, 405),
        ("hold", ACTIONS, 405),
    ],
)
def test_a_job_is_a_check_of_github_actions(
    acting: Acting, plan: str, app: int | None, status: int
) -> None:
    """Its success lets merge, also where Actions has to report it; nothing else does (E1)."""
    number = _proposed(acting, plan)
    _required(acting, app)
    assert acting.merge("ben", number).status_code == status


def test_classic_protection_counts_jobs_too(acting: Acting) -> None:
    """By the same list of checks (E1)."""
    number = _proposed(acting, "hold")
    acting.protect(requiresStatusChecks=True, requiredStatusCheckContexts=["ci"])
    assert acting.merge("ben", number).status_code == 405
    job = acting.world.jobs(status="in_progress")[-1]
    acting.world.control("POST", f"jobs/{job['id']}", {"conclusion": "success"})
    assert acting.merge("ben", number).status_code == 200


def test_a_skipped_job_counts_as_passed(acting: Acting) -> None:
    """As on GitHub: a job whose `if` is false does not stand in the way (E1)."""
    number = _proposed(acting, "failure", CI.replace("ci: {", "ci: {if: false, "))
    _required(acting)
    assert acting.merge("ben", number).status_code == 200


@pytest.mark.parametrize("again", ["rerun", "rerun-failed-jobs"])
def test_the_newest_report_counts(acting: Acting, again: str) -> None:
    """A status after the job outweighs it, and the job of a re-run outweighs that (E1)."""
    number = _proposed(acting, "failure")
    _required(acting, None)
    acting.passed(acting.tip("change"))
    acting.world.plan("acme/widget", "ci", "hold")
    run = acting.as_("ben").get(f"{REPO}/actions/runs").json()["workflow_runs"][0]["id"]
    assert acting.as_("ben").post(f"{REPO}/actions/runs/{run}/{again}").status_code == 201
    assert acting.merge("ben", number).status_code == 405
    job = acting.world.jobs(status="in_progress")[-1]
    acting.world.control("POST", f"jobs/{job['id']}", {"conclusion": "success"})
    assert acting.merge("ben", number).status_code == 200


def test_a_job_of_another_commit_does_not_count(acting: Acting) -> None:
    """What ran before the last push says nothing of what was pushed (E1)."""
    number = _proposed(acting, "success")
    _required(acting)
    acting.world.plan("acme/widget", "ci", "failure")
    assert acting.write("ben", "change", "more.txt").status_code == 201
    assert acting.merge("ben", number).status_code == 405
