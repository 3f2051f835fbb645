"""Commit statuses and check runs: what was reported about a commit.

Source: https://docs.github.com/rest/commits/statuses and https://docs.github.com/rest/checks/runs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields, lengths
from sandbox.api.errors import forbidden, invalid, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.enforcement import check_suites
from sandbox.git import objects
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.checks import check_run_json
from sandbox.shapes.commits import base
from sandbox.shapes.repositories import minimal_repository
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.actions import JOB, RUN
from sandbox.world.kinds.code import CHECK_RUN, COMMIT, STATUS, CheckRun, Commit, Status
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_COMMIT = "/repos/{owner}/{repo}/commits/{ref}"
_RUNS = "/repos/{owner}/{repo}/check-runs"
_CONCLUSIONS = (
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "skipped",
    "stale",
    "success",
    "timed_out",
)


def _commit(call: Call, name: str) -> Record[Commit]:
    found = objects.named(call.world, call.repository, name)
    if found is None:
        raise invalid(f"No commit found for SHA: {name}")
    return found


def _app(call: Call) -> int:
    installation = call.actor.installation
    return 0 if installation is None else int(installation.data["app"])


def _status(call: Call, commit: Record[Commit], status: Record[Status]) -> dict[str, Any]:
    user = call.world.get(USER, status.data["user"])
    return {
        "url": f"{base(call)}/statuses/{commit.name}",
        "avatar_url": f"{call.host}/avatars/{status.data['user']}",
        "id": status.id,
        "node_id": node_id("status", status.id),
        "state": status.data["state"],
        "description": status.data["description"],
        "target_url": status.data["target_url"],
        "context": status.data["context"],
        "created_at": status.created_at,
        "updated_at": status.updated_at,
        "creator": None if user is None else simple_user(call, user),
    }


@ROUTES.post("/repos/{owner}/{repo}/statuses/{sha}", needs="repo:write")
def create_status(call: Call) -> Response:
    """Create a commit status."""
    commit = _commit(call, call.parameters["sha"])
    found = fields.body(
        call,
        **{"state!": "text", "target_url?": "text", "description?": "text"},
        context="text",
    )
    lengths.check("Status", found)
    if found["state"] not in ("error", "failure", "pending", "success"):
        raise invalid("Validation Failed", "state is not included in the list")
    data = Status(
        state=found["state"],
        target_url=found.get("target_url"),
        description=found.get("description"),
        context=found.get("context", "default"),
        user=call.actor.id,
        app=_app(call),
    )
    status = call.world.make(STATUS, commit.id, "", data)
    return Response(201, _status(call, commit, status))


@ROUTES.get(_COMMIT + "/statuses", needs="repo:read")
def list_statuses(call: Call) -> Response:
    """Return all statuses of a commit, newest first."""
    commit = _commit(call, call.parameters["ref"])
    found = call.world.all(STATUS, commit.id)[::-1]
    return page(call, found, lambda each: _status(call, commit, each))


@ROUTES.get(_COMMIT + "/status", needs="repo:read")
def combined(call: Call) -> Response:
    """Return the newest status of each name, and what they come to together."""
    commit = _commit(call, call.parameters["ref"])
    newest = {each.data["context"]: each for each in call.world.all(STATUS, commit.id)}
    states = {each.data["state"] for each in newest.values()}
    state = "success" if states == {"success"} else "pending"
    if states & {"error", "failure"}:
        state = "failure"
    return Response(
        200,
        {
            "state": state,
            "statuses": [_simple(call, commit, each) for each in newest.values()],
            "sha": commit.name,
            "total_count": len(newest),
            "repository": minimal_repository(call, call.repository),
            "commit_url": f"{base(call)}/commits/{commit.name}",
            "url": f"{base(call)}/commits/{commit.name}/status",
        },
    )


def _simple(call: Call, commit: Record[Commit], status: Record[Status]) -> dict[str, Any]:
    shown = _status(call, commit, status)
    del shown["creator"]
    return shown


def _find_run(call: Call) -> Record[CheckRun]:
    run = call.world.get(CHECK_RUN, call.integer("check_run_id"))
    commit = None if run is None else call.world.get(COMMIT, run.parent)
    if run is None or commit is None or commit.parent != call.repository.id:
        raise not_found()
    return run


def _reporter(call: Call) -> int:
    if call.actor.installation is None:
        raise forbidden("You must authenticate via a GitHub App.")
    return _app(call)


@ROUTES.post(_RUNS, needs="repo:write")
def create_run(call: Call) -> Response:
    """Create a check run; only Apps may."""
    app = _reporter(call)
    found = fields.body(
        call,
        **{"name!": "text", "head_sha!": "text"},
        status=("queued", "in_progress", "completed"),
        conclusion=_CONCLUSIONS,
    )
    commit = _commit(call, found["head_sha"])
    status = "completed" if "conclusion" in found else found.get("status", "queued")
    data = CheckRun(
        context=found["name"],
        status=status,
        state=found.get("conclusion", "pending"),
        app=app,
    )
    run = call.world.make(CHECK_RUN, commit.id, "", data)
    return Response(201, check_run_json(call, run))


@ROUTES.patch(_RUNS + "/{check_run_id}", needs="repo:write")
def update_run(call: Call) -> Response:
    """Update a check run; only the App that created it may."""
    run = _find_run(call)
    if run.data["app"] != _reporter(call):
        raise forbidden("Invalid app_id `check_run` is not owned by this app.")
    found = fields.body(
        call,
        name="text",
        status=("queued", "in_progress", "completed"),
        conclusion=_CONCLUSIONS,
    )
    status = "completed" if "conclusion" in found else found.get("status", run.data["status"])
    changed = call.world.change(
        run,
        context=found.get("name", run.data["context"]),
        status=status,
        state=found.get("conclusion", run.data["state"]),
    )
    return Response(200, check_run_json(call, changed))


@ROUTES.get(_RUNS + "/{check_run_id}", needs="repo:read")
def get_run(call: Call) -> Response:
    """Return a check run; a workflow's job is one, too."""
    job = call.world.get(JOB, call.integer("check_run_id"))
    run = None if job is None else call.world.get(RUN, job.parent)
    if job is not None and run is not None and run.parent == call.repository.id:
        return Response(200, check_run_json(call, job))
    return Response(200, check_run_json(call, _find_run(call)))


@ROUTES.get(_COMMIT + "/check-runs", needs="repo:read")
def list_runs(call: Call) -> Response:
    """Return the check runs of a commit, jobs of workflows among them."""
    commit = _commit(call, call.parameters["ref"])
    suites = check_suites.of_commit(call.world, call.repository, commit)
    wanted = call.query.get("check_name")
    found = [
        each
        for suite in suites
        for each in suite.checks
        if wanted in (None, check_suites.check_name(each))
    ]
    return page(call, found, lambda each: check_run_json(call, each), "check_runs")
