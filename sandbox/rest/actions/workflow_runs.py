"""Workflows and their runs: dispatch, jobs, environments that wait, approvals.

Source: https://docs.github.com/rest/actions/workflows, /workflow-runs and /workflow-jobs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import GitHubError, forbidden, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.git import objects
from sandbox.runs import gates, inputs, progress, triggers
from sandbox.runs.workflow import Workflow, WorkflowError, paths, read
from sandbox.shapes import runs as shapes
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.actions import APPROVAL, JOB, RUN, WORKFLOW, Approval, KnownWorkflow, Run
from sandbox.world.kinds.protection import DEPLOYMENT, ENVIRONMENT, Deployment, Environment

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_ACTIONS = "/repos/{owner}/{repo}/actions"
_WORKFLOW = _ACTIONS + "/workflows/{workflow_id}"
_RUN = _ACTIONS + "/runs/{run_id}"


def _workflow(call: Call) -> Record[KnownWorkflow]:
    _see_default_branch(call)
    wanted = call.parameters["workflow_id"]
    found = None
    if wanted.isdigit():
        found = call.world.get(WORKFLOW, int(wanted))
    for each in call.world.all(WORKFLOW, call.repository.id):
        if each.name.rpartition("/")[2] == wanted:
            found = each
    if found is None or found.parent != call.repository.id:
        raise not_found()
    return found


def _see_default_branch(call: Call) -> None:
    """Give every workflow of the default branch an id: that is when GitHub knows of it."""
    tip = objects.resolve(call.world, call.repository, call.repository.data["default_branch"])
    for path in paths({} if tip is None else tip.data["files"]):
        triggers.known_workflow(call.world, call.repository, path)


@ROUTES.get(_ACTIONS + "/workflows", needs="repo:read")
def list_workflows(call: Call) -> Response:
    """Return the workflows."""
    _see_default_branch(call)
    found = call.world.all(WORKFLOW, call.repository.id)
    return page(call, found, lambda each: shapes.workflow_json(call, each), "workflows")


@ROUTES.get(_WORKFLOW, needs="repo:read")
def get_workflow(call: Call) -> Response:
    """Return a workflow, by id or file name."""
    return Response(200, shapes.workflow_json(call, _workflow(call)))


@ROUTES.put(_WORKFLOW + "/disable", needs="repo:write")
def disable(call: Call) -> Response:
    """Disable a workflow."""
    call.world.change(_workflow(call), state="disabled_manually")
    return NO_CONTENT


@ROUTES.put(_WORKFLOW + "/enable", needs="repo:write")
def enable(call: Call) -> Response:
    """Enable a workflow."""
    call.world.change(_workflow(call), state="active")
    return NO_CONTENT


@ROUTES.post(_WORKFLOW + "/dispatches", needs="repo:write")
def dispatch(call: Call) -> Response:
    """Dispatch a workflow on any branch or tag that has it."""
    known = _workflow(call)
    found = fields.body(call, **{"ref!": "text"}, inputs="object")
    ref = _full_ref(call, found["ref"])
    commit = objects.resolve(call.world, call.repository, ref)
    if commit is None:
        raise invalid(f"No ref found for: {found['ref']}")
    if known.data["state"] != "active":
        raise forbidden("Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    try:
        workflow = read(call.world, call.repository, commit.data["files"], known.name)
    except WorkflowError as error:
        raise invalid(str(error)) from None
    if "workflow_dispatch" not in workflow.events:
        raise invalid("Workflow does not have 'workflow_dispatch' trigger")
    event = triggers.Event(
        name="workflow_dispatch",
        ref=ref,
        sha=commit.name,
        actor=call.actor.id,
        files=commit.data["files"],
        head_branch=ref.split("/", 2)[2],
        head_sha=commit.name,
        inputs=_inputs(call, workflow, found.get("inputs", {})),
    )
    triggers.begin(call.world, call.repository, workflow, event)
    return NO_CONTENT


def _full_ref(call: Call, name: str) -> str:
    for ref in (name, f"refs/heads/{name}", f"refs/tags/{name}"):
        if (
            ref.startswith("refs/")
            and objects.find_ref(call.world, call.repository, ref) is not None
        ):
            return ref
    raise invalid(f"No ref found for: {name}")


def _inputs(call: Call, workflow: Workflow, given: dict[str, Any]) -> dict[str, Any]:
    wanted = inputs.declared(workflow.events["workflow_dispatch"])
    environments = [each.name for each in call.world.all(ENVIRONMENT, call.repository.id)]
    try:
        return inputs.dispatched(wanted, given, environments)
    except inputs.InputError as error:
        raise invalid(str(error)) from None


@ROUTES.post("/repos/{owner}/{repo}/dispatches", needs="repo:write")
def repository_dispatch(call: Call) -> Response:
    """Start the default branch's workflows that run on `repository_dispatch`."""
    found = fields.body(call, **{"event_type!": "text"}, client_payload="object")
    branch = call.repository.data["default_branch"]
    tip = objects.resolve(call.world, call.repository, branch)
    if tip is None:
        raise invalid("No commit found on the default branch")
    event = triggers.Event(
        name="repository_dispatch",
        ref=f"refs/heads/{branch}",
        sha=tip.name,
        actor=call.actor.id,
        files=tip.data["files"],
        head_branch=branch,
        head_sha=tip.name,
        type=found["event_type"],
        payload={"client_payload": found.get("client_payload", {})},
    )
    triggers.start(call.world, call.repository, event)
    return NO_CONTENT


def find(call: Call) -> Record[Run]:
    """Return the path's run, gone on as far as it can by now; 404 when there is none."""
    run = call.world.get(RUN, call.integer("run_id"))
    if run is None or run.parent != call.repository.id:
        raise not_found()
    return triggers.go_on(call.world, call.repository, run)


def _runs(call: Call, workflow: int | None) -> Response:
    wanted = {key: call.query.get(key) for key in ("branch", "event", "head_sha", "actor")}
    status = call.query.get("status")
    found = []
    for each in reversed(call.world.all(RUN, call.repository.id)):
        run = triggers.go_on(call.world, call.repository, each)
        actor = call.world.get(USER, run.data["actor"])
        has = {
            "branch": run.data["head_branch"],
            "event": run.data["event"],
            "head_sha": run.data["head_sha"],
            "actor": None if actor is None else actor.name,
        }
        if (
            workflow in (None, run.data["workflow"])
            and all(value in (None, has[key]) for key, value in wanted.items())
            and status in (None, run.data["status"], run.data["conclusion"])
        ):
            found.append(run)
    return page(call, found, lambda run: shapes.run_json(call, run), "workflow_runs")


@ROUTES.get(_ACTIONS + "/runs", needs="repo:read")
def list_runs(call: Call) -> Response:
    """Return the runs, newest first."""
    return _runs(call, None)


@ROUTES.get(_WORKFLOW + "/runs", needs="repo:read")
def list_workflow_runs(call: Call) -> Response:
    """Return the runs of a workflow, newest first."""
    return _runs(call, _workflow(call).id)


@ROUTES.get(_RUN, needs="repo:read")
def get_run(call: Call) -> Response:
    """Return a run."""
    return Response(200, shapes.run_json(call, find(call)))


@ROUTES.delete(_RUN, needs="repo:write")
def delete_run(call: Call) -> Response:
    """Delete a run that has ended."""
    run = find(call)
    if run.data["status"] != "completed":
        raise forbidden("Cannot delete a workflow run that is not completed")
    call.world.remove(run)
    return NO_CONTENT


@ROUTES.get(_RUN + "/jobs", needs="repo:read")
def list_jobs(call: Call) -> Response:
    """Return the jobs of a run."""
    found = call.world.all(JOB, find(call).id)
    return page(call, found, lambda job: shapes.job_json(call, job), "jobs")


@ROUTES.get(_ACTIONS + "/jobs/{job_id}", needs="repo:read")
def get_job(call: Call) -> Response:
    """Return a job."""
    job = call.world.get(JOB, call.integer("job_id"))
    run = None if job is None else call.world.get(RUN, job.parent)
    if job is None or run is None or run.parent != call.repository.id:
        raise not_found()
    triggers.go_on(call.world, call.repository, run)
    return Response(200, shapes.job_json(call, call.world.get(JOB, job.id) or job))


@ROUTES.post(_RUN + "/cancel", needs="repo:write")
def cancel(call: Call) -> Response:
    """Cancel a run; jobs whose `if` holds for a cancelled run go on."""
    run = _not_ended(call)
    progress.cancel_run(call.world, call.repository, run)
    triggers.go_on(call.world, call.repository, call.world.get(RUN, run.id) or run)
    return Response(202, {})


@ROUTES.post(_RUN + "/force-cancel", needs="repo:write")
def force_cancel(call: Call) -> Response:
    """Cancel a run with all of its jobs, whatever their `if` asks for."""
    run = call.world.change(_not_ended(call), cancelled=True)
    progress.cancel(call.world, call.world.all(JOB, run.id))
    triggers.go_on(call.world, call.repository, run)
    return Response(202, {})


def _not_ended(call: Call) -> Record[Run]:
    run = find(call)
    if run.data["status"] == "completed":
        raise GitHubError(409, "Cannot cancel a workflow run that is completed.")
    return run


@ROUTES.post(_RUN + "/approve", needs="repo:write")
def approve(call: Call) -> Response:
    """Approve the run of a fork's pull request."""
    run = call.world.get(RUN, call.integer("run_id"))
    if run is None or run.parent != call.repository.id:
        raise not_found()
    if run.data["conclusion"] != "action_required":
        raise forbidden("This run is not waiting for approval")
    run = call.world.change(run, status="queued", conclusion=None)
    triggers.go_on(call.world, call.repository, run)
    return Response(201, {})


# --- environments that wait


def _pending(
    call: Call, run: Record[Run]
) -> dict[int, tuple[Record[Environment], list[Record[Deployment]]]]:
    """Return the environments that a run waits at, by id, each with its deployments."""
    found: dict[int, tuple[Record[Environment], list[Record[Deployment]]]] = {}
    for job in call.world.all(JOB, run.id):
        if job.data["status"] == "waiting":
            gate = call.world.get(ENVIRONMENT, job.data["environment_id"])
            deployment = call.world.get(DEPLOYMENT, job.data["deployment"] or 0)
            if gate is not None and deployment is not None:
                found.setdefault(gate.id, (gate, []))[1].append(deployment)
    return found


@ROUTES.get(_RUN + "/pending_deployments", needs="repo:read")
def list_pending(call: Call) -> Response:
    """Return the environments that a run waits at."""
    run = find(call)
    return Response(
        200,
        [
            shapes.pending_json(call, gate, waiting[-1], may=shapes.may_review(call, run, gate))
            for gate, waiting in _pending(call, run).values()
        ],
    )


@ROUTES.post(_RUN + "/pending_deployments", needs="repo:read")
def review(call: Call) -> Response:
    """Approve or reject the deployments to environments; one reviewer is enough.

    An administrator who is no reviewer goes around the rules of an environment that lets them, as
    github.com's own page does; GitHub has no REST operation for that.
    """
    run = find(call)
    wanted_fields: dict[str, fields.Kind] = {
        "environment_ids!": "integers",
        "state!": ("approved", "rejected"),
        "comment!": "text",
    }
    found = fields.body(call, **wanted_fields)
    pending = _pending(call, run)
    wanted = found["environment_ids"]
    if not wanted or not set(wanted) <= pending.keys():
        raise invalid("There are no pending deployment requests for these environments.")
    deployments = [each for ident in dict.fromkeys(wanted) for each in pending[ident][1]]
    for ident in wanted:
        gate, waiting = pending[ident]
        if gates.check_review(call.world, run, gate, call.actor) and found["state"] == "approved":
            for each in waiting:
                call.world.change(each, forced=True)
    data = Approval(
        environments=wanted,
        deployments=[each.id for each in deployments],
        state=found["state"],
        comment=found["comment"],
        user=call.actor.id,
    )
    call.world.make(APPROVAL, run.id, "", data)
    triggers.go_on(call.world, call.repository, run)
    after = [call.world.get(DEPLOYMENT, each.id) for each in deployments]
    shown = [shapes.deployment_json(call, each) for each in after if each is not None]
    return Response(200, shown)


@ROUTES.get(_RUN + "/approvals", needs="repo:read")
def list_approvals(call: Call) -> Response:
    """Return who approved and rejected what."""
    found = call.world.all(APPROVAL, find(call).id)
    return Response(200, [shapes.approval_json(call, each) for each in found])
