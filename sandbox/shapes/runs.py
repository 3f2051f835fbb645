"""Workflow runs, jobs and deployments as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.git import objects
from sandbox.repositories import pulls
from sandbox.runs import gates
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.commits import base, html_base, simple_commit
from sandbox.shapes.repositories import minimal_repository
from sandbox.shapes.teams import simple_with_parent
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.actions import RUN, Approval, Job, KnownWorkflow, Run
from sandbox.world.kinds.code import COMMIT, PULL
from sandbox.world.kinds.people import TEAM
from sandbox.world.kinds.protection import ENVIRONMENT, Deployment, Environment
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record


def workflow_json(call: Call, workflow: Record[KnownWorkflow]) -> dict[str, Any]:
    """Return a workflow as `workflow`."""
    url = f"{base(call)}/actions/workflows/{workflow.id}"
    branch = call.repository.data["default_branch"]
    return {
        "id": workflow.id,
        "node_id": node_id("workflow", workflow.id),
        "name": _name(call, workflow),
        "path": workflow.name,
        "state": workflow.data["state"],
        "created_at": workflow.created_at,
        "updated_at": workflow.updated_at,
        "url": url,
        "html_url": f"{html_base(call)}/blob/{branch}/{workflow.name}",
        "badge_url": f"{html_base(call)}/workflows/{workflow.id}/badge.svg",
    }


def _name(call: Call, workflow: Record[KnownWorkflow]) -> str:
    from sandbox.runs.workflow import WorkflowError, read  # noqa: PLC0415 - reads YAML: only here

    tip = objects.resolve(call.world, call.repository, call.repository.data["default_branch"])
    try:
        files = {} if tip is None else tip.data["files"]
        return read(call.world, call.repository, files, workflow.name).name
    except WorkflowError:
        return workflow.name


def run_json(call: Call, run: Record[Run]) -> dict[str, Any]:
    """Return a run as `workflow-run`."""
    url = f"{base(call)}/actions/runs/{run.id}"
    html = f"{html_base(call)}/actions/runs/{run.id}"
    world = call.world
    commit = world.find(COMMIT, run.data["head_sha"], call.repository.id)
    pull = None if run.data["pull"] is None else world.get(PULL, run.data["pull"])
    source = call.repository
    if pull is not None:
        source = pulls.head_repository(world, call.repository, pull) or source
    return {
        "id": run.id,
        "name": run.data["workflow_name"],
        "node_id": node_id("run", run.id),
        "check_suite_id": run.id,
        "check_suite_node_id": node_id("check_suite", run.id),
        "head_branch": run.data["head_branch"],
        "head_sha": run.data["head_sha"],
        "path": run.data["path"],
        "run_number": run.data["number"],
        "run_attempt": run.data["attempt"],
        "referenced_workflows": [],
        "event": run.data["event"],
        "display_title": run.data.get("title") or run.data["workflow_name"],
        "status": run.data["status"],
        "conclusion": run.data["conclusion"],
        "workflow_id": run.data["workflow"],
        "url": url,
        "html_url": html,
        "pull_requests": [],
        "created_at": run.created_at,
        "updated_at": run.updated_at,
        "actor": _user(call, run.data["actor"]),
        "triggering_actor": _user(call, run.data["triggering_actor"]),
        "run_started_at": run.created_at,
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{base(call)}/check-suites/{run.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{base(call)}/actions/workflows/{run.data['workflow']}",
        "head_commit": None if commit is None else simple_commit(commit),
        "repository": minimal_repository(call, call.repository),
        "head_repository": minimal_repository(call, source),
    }


def _user(call: Call, ident: int) -> dict[str, Any] | None:
    user = call.world.get(USER, ident)
    return None if user is None else simple_user(call, user)


def job_json(call: Call, job: Record[Job]) -> dict[str, Any]:
    """Return a job as `job`."""
    run = call.world.get(RUN, job.parent)
    if run is None:
        raise AssertionError("a job has a run")
    done = job.data["status"] == "completed"
    return {
        "id": job.id,
        "run_id": run.id,
        "run_url": f"{base(call)}/actions/runs/{run.id}",
        "run_attempt": job.data["attempt"],
        "node_id": node_id("job", job.id),
        "head_sha": run.data["head_sha"],
        "url": f"{base(call)}/actions/jobs/{job.id}",
        "html_url": f"{html_base(call)}/actions/runs/{run.id}/job/{job.id}",
        "status": job.data["status"],
        "conclusion": job.data["conclusion"],
        "created_at": job.created_at,
        "started_at": job.created_at,
        "completed_at": job.updated_at if done else None,
        "name": job.data["title"],
        "steps": [],
        "check_run_url": f"{base(call)}/check-runs/{job.id}",
        "labels": [],
        "runner_id": None,
        "runner_name": None,
        "runner_group_id": None,
        "runner_group_name": None,
        "workflow_name": run.data["workflow_name"],
        "head_branch": run.data["head_branch"],
    }


def reviewer_json(call: Call, each: dict[str, Any]) -> dict[str, Any]:
    """Return a required reviewer: a user or a team."""
    user = call.world.get(USER, each["id"])
    if user is not None:
        return {"type": each["type"], "reviewer": simple_user(call, user)}
    team = call.world.get(TEAM, each["id"])
    if team is None:
        raise AssertionError(f"reviewer {each} is gone")
    return {"type": each["type"], "reviewer": simple_with_parent(call, team)}


def pending_json(
    call: Call, gate: Record[Environment], deployment: Record[Deployment], *, may: bool
) -> dict[str, Any]:
    """Return an environment that a run waits at as `pending-deployment`."""
    started = None
    if gate.data["wait_timer"]:
        started = deployment.created_at
    return {
        "environment": environment_json(call, gate),
        "wait_timer": gate.data["wait_timer"],
        "wait_timer_started_at": started,
        "current_user_can_approve": may,
        "reviewers": [reviewer_json(call, each) for each in gate.data["reviewers"]],
    }


def environment_json(call: Call, gate: Record[Environment]) -> dict[str, Any]:
    """Return an environment in short."""
    return {
        "id": gate.id,
        "node_id": node_id("environment", gate.id),
        "name": gate.name,
        "url": f"{base(call)}/environments/{gate.name}",
        "html_url": f"{html_base(call)}/deployments/activity_log?environments_filter={gate.name}",
        "created_at": gate.created_at,
        "updated_at": gate.updated_at,
    }


def approval_json(call: Call, approval: Record[Approval]) -> dict[str, Any]:
    """Return a review of deployments as `environment-approvals`."""
    found = (call.world.get(ENVIRONMENT, ident) for ident in approval.data["environments"])
    return {
        "state": approval.data["state"],
        "comment": approval.data["comment"],
        "user": _user(call, approval.data["user"]),
        "environments": [environment_json(call, gate) for gate in found if gate is not None],
    }


def may_review(call: Call, run: Record[Run], gate: Record[Environment]) -> bool:
    """Return whether the caller is a reviewer who may approve this run."""
    user = call.actor.user
    if user is None or not gates.is_reviewer(call.world, call.repository, gate, user):
        return False
    own = user.id in (run.data["actor"], run.data["triggering_actor"])
    return not (gate.data["prevent_self_review"] and own)


def deployment_json(call: Call, deployment: Record[Deployment]) -> dict[str, Any]:
    """Return a deployment as `deployment`."""
    url = f"{base(call)}/deployments/{deployment.id}"
    return {
        "url": url,
        "id": deployment.id,
        "node_id": node_id("deployment", deployment.id),
        "sha": deployment.data["sha"],
        "ref": deployment.data["ref"],
        "task": deployment.data["task"],
        "payload": deployment.data["payload"],
        "original_environment": deployment.data["environment"],
        "environment": deployment.data["environment"],
        "description": deployment.data["description"],
        "creator": _user(call, deployment.data["creator"]),
        "created_at": deployment.created_at,
        "updated_at": deployment.updated_at,
        "statuses_url": f"{url}/statuses",
        "repository_url": base(call),
        "transient_environment": False,
        "production_environment": False,
    }
