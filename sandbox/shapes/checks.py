"""Check runs and check suites as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.runs import tokens
from sandbox.shapes.apps import app_json
from sandbox.shapes.commits import base, html_base, simple_commit
from sandbox.shapes.repositories import minimal_repository
from sandbox.world.kinds.accounts import APP, App
from sandbox.world.kinds.actions import JOB, RUN, Job
from sandbox.world.kinds.code import CHECK_RUN, COMMIT, REF, CheckRun, Commit
from sandbox.world.nodes import node_id
from sandbox.world.records import is_a

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.enforcement.check_suites import Check, Suite
    from sandbox.world.records import Record


def _check(call: Call, check: Check, commit: Record[Commit], app: Record[App]) -> dict[str, Any]:
    """Return what an App's check run and a workflow's job show in the same way."""
    url = f"{base(call)}/check-runs/{check.id}"
    done = check.data["status"] == "completed"
    return {
        "id": check.id,
        "node_id": node_id("check_run", check.id),
        "head_sha": commit.name,
        "external_id": "",
        "url": url,
        "html_url": f"{html_base(call)}/runs/{check.id}",
        "details_url": None,
        "status": check.data["status"],
        "started_at": check.created_at,
        "completed_at": check.updated_at if done else None,
        "output": {
            "title": None,
            "summary": None,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        },
        "app": app_json(call, app),
        "pull_requests": [],
    }


def check_run_json(call: Call, check: Check) -> dict[str, Any]:
    """Return a check as `check-run`: an App's check run, or a workflow's job."""
    if is_a(check, CHECK_RUN):
        return _of_app(call, check)
    if is_a(check, JOB):
        return _of_job(call, check)
    raise AssertionError("a check is a check run or a job")


def _of_app(call: Call, run: Record[CheckRun]) -> dict[str, Any]:
    commit = call.world.get(COMMIT, run.parent)
    app = call.world.get(APP, run.data["app"])
    if commit is None or app is None:
        raise AssertionError("a check run has a commit and an App")
    same = (each for each in call.world.all(CHECK_RUN, commit.id) if each.data["app"] == app.id)
    return {
        **_check(call, run, commit, app),
        "name": run.data["context"],
        "conclusion": run.data["state"] if run.data["status"] == "completed" else None,
        "check_suite": {"id": next(same).id},
    }


def _of_job(call: Call, job: Record[Job]) -> dict[str, Any]:
    run = call.world.get(RUN, job.parent)
    commit = None
    if run is not None:
        commit = call.world.find(COMMIT, run.data["head_sha"], run.parent)
    if commit is None:
        raise AssertionError("a job has a run, which has a commit")
    return {
        **_check(call, job, commit, tokens.app(call.world)),
        "name": job.data["title"],
        "conclusion": job.data["conclusion"],
        "check_suite": {"id": job.parent},
    }


def suite_json(call: Call, suite: Suite) -> dict[str, Any]:
    """Return a check suite as `check-suite`."""
    url = f"{base(call)}/check-suites/{suite.id}"
    newest = suite.run or suite.checks[-1]
    branches = (
        ref.name.removeprefix("refs/heads/")
        for ref in call.world.all(REF, call.repository.id)
        if ref.name.startswith("refs/heads/") and ref.data["sha"] == suite.commit.name
    )
    return {
        "id": suite.id,
        "node_id": node_id("check_suite", suite.id),
        "head_branch": next(branches, None) if suite.run is None else suite.run.data["head_branch"],
        "head_sha": suite.commit.name,
        "status": suite.status,
        "conclusion": suite.conclusion,
        "url": url,
        "before": next(iter(suite.commit.data["parents"]), None),
        "after": suite.commit.name,
        "pull_requests": [],
        "app": app_json(call, suite.app),
        "repository": minimal_repository(call, call.repository),
        "created_at": (suite.run or suite.checks[0]).created_at,
        "updated_at": newest.updated_at,
        "head_commit": simple_commit(suite.commit),
        "latest_check_runs_count": len(suite.checks),
        "check_runs_url": f"{url}/check-runs",
    }
