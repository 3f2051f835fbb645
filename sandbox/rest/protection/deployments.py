"""Deployments to environments.

Source: https://docs.github.com/rest/deployments/deployments and /statuses
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.git import objects
from sandbox.runs import gates
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.commits import base
from sandbox.shapes.runs import deployment_json
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.protection import (
    DEPLOYMENT,
    DEPLOYMENT_STATUS,
    Deployment,
    DeploymentStatus,
)
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/deployments"
_ONE = _LIST + "/{deployment_id}"
_STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")


def _find(call: Call) -> Record[Deployment]:
    found = call.world.get(DEPLOYMENT, call.integer("deployment_id"))
    if found is None or found.parent != call.repository.id:
        raise not_found()
    return found


@ROUTES.get(_LIST, needs="repo:read")
def list_deployments(call: Call) -> Response:
    """Return the deployments, newest first."""
    found = [
        each
        for each in reversed(call.world.all(DEPLOYMENT, call.repository.id))
        if all(
            call.query.get(key) in (None, each.field(key))
            for key in ("environment", "ref", "sha", "task")
        )
    ]
    return page(call, found, lambda each: deployment_json(call, each))


@ROUTES.post(_LIST, needs="repo:write")
def create(call: Call) -> Response:
    """Create a deployment by hand; it opens no environment to any job."""
    found = fields.body(
        call,
        **{"ref!": "text", "description?": "text"},
        environment="text",
        task="text",
        payload="any",
    )
    commit = objects.resolve(call.world, call.repository, found["ref"])
    if commit is None:
        raise invalid(f"No ref found for: {found['ref']}")
    gate = gates.environment(call.world, call.repository, found.get("environment", "production"))
    made = call.world.make(
        DEPLOYMENT,
        call.repository.id,
        "",
        Deployment(
            environment=gate.name,
            ref=found["ref"],
            sha=commit.name,
            task=found.get("task", "deploy"),
            description=found.get("description"),
            payload=found.get("payload", {}),
            creator=call.actor.id,
            run=None,
            state="pending",
            forced=False,
        ),
    )
    return Response(201, deployment_json(call, made))


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a deployment."""
    return Response(200, deployment_json(call, _find(call)))


@ROUTES.delete(_ONE, needs="repo:write")
def delete(call: Call) -> Response:
    """Delete a deployment that is not active."""
    deployment = _find(call)
    if deployment.data["state"] in ("success", "in_progress", "waiting"):
        raise invalid("Cannot delete an active deployment")
    call.world.remove(deployment)
    return NO_CONTENT


def _status(
    call: Call, deployment: Record[Deployment], status: Record[DeploymentStatus]
) -> dict[str, Any]:
    user = call.world.get(USER, status.data["creator"])
    url = f"{base(call)}/deployments/{deployment.id}"
    return {
        "url": f"{url}/statuses/{status.id}",
        "id": status.id,
        "node_id": node_id("deployment", status.id),
        "state": status.data["state"],
        "creator": None if user is None else simple_user(call, user),
        "description": status.data["description"],
        "environment": deployment.data["environment"],
        "target_url": "",
        "created_at": status.created_at,
        "updated_at": status.updated_at,
        "deployment_url": url,
        "repository_url": base(call),
        "environment_url": "",
        "log_url": "",
    }


@ROUTES.get(_ONE + "/statuses", needs="repo:read")
def list_statuses(call: Call) -> Response:
    """Return the statuses of a deployment, newest first."""
    deployment = _find(call)
    found = call.world.all(DEPLOYMENT_STATUS, deployment.id)[::-1]
    return page(call, found, lambda each: _status(call, deployment, each))


@ROUTES.post(_ONE + "/statuses", needs="repo:write")
def create_status(call: Call) -> Response:
    """Create a status of a deployment."""
    deployment = _find(call)
    found = fields.body(call, **{"state!": "text"}, description="text")
    if found["state"] not in _STATES:
        raise invalid("Validation Failed", "state is not included in the list")
    if deployment.data["run"] is not None and deployment.data["state"] == "waiting":
        raise invalid("The deployment waits at its environment.")
    call.world.change(deployment, state=found["state"])
    made = call.world.make(
        DEPLOYMENT_STATUS,
        deployment.id,
        "",
        DeploymentStatus(
            state=found["state"], description=found.get("description", ""), creator=call.actor.id
        ),
    )
    return Response(201, _status(call, deployment, made))
