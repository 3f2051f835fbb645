"""Runs of workflows run again: all of their jobs, or those that failed.

Source: https://docs.github.com/rest/actions/workflow-runs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api.errors import forbidden
from sandbox.api.http import Response
from sandbox.api.routing import Routes
from sandbox.rest.actions.workflow_runs import find
from sandbox.runs import contexts, triggers
from sandbox.world.kinds.actions import JOB, Job, Run

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_RUN = "/repos/{owner}/{repo}/actions/runs/{run_id}"


@ROUTES.post(_RUN + "/rerun", needs="repo:write")
def rerun(call: Call) -> Response:
    """Run again: with the first actor's rights, and nothing approved yet."""
    run = _ended(call)
    return _again(call, run, call.world.all(JOB, run.id))


@ROUTES.post(_RUN + "/rerun-failed-jobs", needs="repo:write")
def rerun_failed(call: Call) -> Response:
    """Run the jobs again that did not succeed, and those that wait for them."""
    run = _ended(call)
    jobs = call.world.all(JOB, run.id)
    chosen = {each.id for each in jobs if each.data["conclusion"] in ("failure", "cancelled")}
    if not chosen:
        raise forbidden("This workflow run cannot be retried")
    more = True
    while more:
        waiting = {
            each.id
            for each in jobs
            if any(before.id in chosen for before in contexts.awaited(call.world, run, each))
        }
        more = not waiting <= chosen
        chosen |= waiting
    return _again(call, run, [each for each in jobs if each.id in chosen])


def _ended(call: Call) -> Record[Run]:
    run = find(call)
    if run.data["status"] != "completed":
        raise forbidden("This workflow is already running")
    return run


def _again(call: Call, run: Record[Run], jobs: list[Record[Job]]) -> Response:
    """Begin a run's next attempt: these jobs are new ones, with ids of their own."""
    attempt = run.data["attempt"] + 1
    fresh: dict[str, Any] = {
        "status": "queued",
        "conclusion": None,
        "reason": None,
        "deployment": None,
        "ran": False,
        "outputs": {},
        "ends_by": None,
        "attempt": attempt,
    }
    for job in jobs:
        call.world.remove(job)
        # its own concurrency group is asked for anew; what calls it has the same scope as before
        own = f"{job.data.get('scope', '')}/{job.id}"
        groups = [each for each in job.data.get("groups") or () if each["scope"] != own]
        call.world.make(JOB, run.id, "", job.data, **fresh, groups=groups)
    again = call.world.change(
        run,
        attempt=attempt,
        cancelled=False,
        triggering_actor=call.actor.id,
        status="queued",
        conclusion=None,
        reason=None,
    )
    triggers.go_on(call.world, call.repository, again)
    return Response(201, {})
