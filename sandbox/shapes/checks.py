"""Check runs and check suites as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.runs import tokens
from sandbox.shapes.apps import app_json
from sandbox.shapes.commits import base, html_base, simple_commit
from sandbox.shapes.repositories import minimal_repository
from sandbox.world.kinds import REF
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.enforcement.check_suites import Suite
    from sandbox.world.records import Record


def _check(call: Call, check: Record, commit: Record, app: Record) -> dict[str, Any]:
    """Return what an App's check run and a workflow's job show in the same way."""
    url = f"{base(call)}/check-runs/{check.id}"
    done = check["status"] == "completed"
    return {
        "id": check.id,
        "node_id": node_id("check_run", check.id),
        "head_sha": commit.name,
        "external_id": "",
        "url": url,
        "html_url": f"{html_base(call)}/runs/{check.id}",
        "details_url": None,
        "status": check["status"],
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


def check_name(check: Record) -> str:
    """Return the name of a check: an App's check run, or a workflow's job."""
    return str(check["title"] if check.kind == "job" else check["context"])


def check_run_json(call: Call, run: Record) -> dict[str, Any]:
    """Return a check as `check-run`: an App's check run, or a workflow's job."""
    return _of_job(call, run) if run.kind == "job" else _of_app(call, run)


def _of_app(call: Call, run: Record) -> dict[str, Any]:
    commit = call.world.get("commit", run.parent)
    app = call.world.get("app", run["app"])
    if commit is None or app is None:
        raise AssertionError("a check run has a commit and an App")
    same = (each for each in call.world.all("check_run", commit.id) if each["app"] == app.id)
    return {
        **_check(call, run, commit, app),
        "name": check_name(run),
        "conclusion": run["state"] if run["status"] == "completed" else None,
        "check_suite": {"id": next(same).id},
    }


def _of_job(call: Call, job: Record) -> dict[str, Any]:
    run = call.world.get("run", job.parent)
    commit = None
    if run is not None:
        commit = call.world.find("commit", run["head_sha"], run.parent)
    if commit is None:
        raise AssertionError("a job has a run, which has a commit")
    return {
        **_check(call, job, commit, tokens.app(call.world)),
        "name": check_name(job),
        "conclusion": job["conclusion"],
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
        "head_branch": next(branches, None) if suite.run is None else suite.run["head_branch"],
        "head_sha": suite.commit.name,
        "status": suite.status,
        "conclusion": suite.conclusion,
        "url": url,
        "before": next(iter(suite.commit["parents"]), None),
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
