"""Environments and their deployment policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.access.actors import Actor
from sandbox.access.permissions import full_name, level, owner, team_permission
from sandbox.access.permissions import permission as permission_of
from sandbox.api import fields
from sandbox.api.errors import GitHubError, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.environments import rules_of
from sandbox.shapes.runs import reviewer_json
from sandbox.world import plans
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.people import TEAM
from sandbox.world.kinds.protection import (
    DEPLOYMENT_POLICY,
    ENVIRONMENT,
    DeploymentPolicy,
    Environment,
)
from sandbox.world.nodes import node_id
from sandbox.world.records import is_a

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import AnyRecord, Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/environments"
_ONE = _LIST + "/{environment_name}"
_POLICIES = _ONE + "/deployment-branch-policies"
_POLICY = _POLICIES + "/{branch_policy_id}"

_NAME = re.compile(r"[^\x00-\x1f\x7f'\"`,;\\]{1,255}")
REVIEWERS_LIMIT = 6
"""People and teams that can be reviewers of an environment."""
WAIT_LIMIT = 43_200
"""Minutes of a wait timer: 30 days."""


def find(call: Call) -> Record[Environment]:
    """Return the path's environment; 404 when there is none."""
    name = call.parameters["environment_name"]
    found = call.world.find(ENVIRONMENT, name, call.repository.id)
    if found is None:
        raise not_found()
    return found


def shape(call: Call, environment: Record[Environment]) -> dict[str, Any]:
    """Return an environment as GitHub's `environment`."""
    repository = full_name(call.world, call.repository)
    base = f"{call.api}/repos/{repository}/environments/{environment.name}"
    rules: list[dict[str, Any]] = []
    for kind, ident in rules_of(environment).items():
        rule = {"type": kind, "id": ident, "node_id": node_id("deployment_rule", ident)}
        if kind == "wait_timer":
            rule["wait_timer"] = environment.data["wait_timer"]
        if kind == "required_reviewers":
            rule["prevent_self_review"] = environment.data["prevent_self_review"]
            rule["reviewers"] = [
                reviewer_json(call, each) for each in environment.data["reviewers"]
            ]
        rules.append(rule)
    return {
        "id": environment.id,
        "node_id": node_id("environment", environment.id),
        "name": environment.name,
        "url": base,
        "html_url": f"{call.host}/{repository}/deployments/"
        f"activity_log?environments_filter={environment.name}",
        "created_at": environment.created_at,
        "updated_at": environment.updated_at,
        "can_admins_bypass": environment.data["can_admins_bypass"],
        "protection_rules": rules,
        "deployment_branch_policy": environment.data["deployment_branch_policy"],
    }


@ROUTES.get(_LIST, needs="repo:read")
def list_environments(call: Call) -> Response:
    """Return the environments of a repository."""
    found = call.world.all(ENVIRONMENT, call.repository.id)
    return page(call, found, lambda each: shape(call, each), "environments")


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return an environment."""
    return Response(200, shape(call, find(call)))


@ROUTES.put(_ONE, needs="repo:admin")
def set_environment(call: Call) -> Response:
    """Create an environment, or set all its rules anew: fields that are left out are reset."""
    account = owner(call.world, call.repository)
    plans.check_environments(account, call.repository)
    found = fields.body(
        call,
        **{"reviewers?": "list", "deployment_branch_policy?": "object", "wait_timer": "integer"},
        can_admins_bypass="boolean",
        prevent_self_review="boolean",
    )
    data = Environment(
        wait_timer=found.get("wait_timer", 0),
        reviewers=_checked_reviewers(call, found.get("reviewers") or []),
        prevent_self_review=found.get("prevent_self_review", False),
        can_admins_bypass=found.get("can_admins_bypass", True),
        deployment_branch_policy=_checked_policy(found.get("deployment_branch_policy")),
    )
    if not 0 <= data["wait_timer"] <= WAIT_LIMIT:
        raise invalid(f"Invalid request.\n\nWait timer must be between 0 and {WAIT_LIMIT} minutes.")
    if data["reviewers"]:
        plans.check_environment_rule(account, call.repository, "required reviewers")
    if data["wait_timer"]:
        plans.check_environment_rule(account, call.repository, "wait timer")
    if data["prevent_self_review"] and not data["reviewers"]:
        raise invalid(
            "Failed to create or update the environment protection rule. Required reviewers must "
            "have at least one reviewer to set prevent_self_review."
        )
    name = call.parameters["environment_name"]
    environment = call.world.find(ENVIRONMENT, name, call.repository.id)
    if environment is None:
        if not _NAME.fullmatch(name) or name in (".", ".."):
            raise invalid("Invalid environment name")
        environment = call.world.make(ENVIRONMENT, call.repository.id, name, data)
    else:
        environment = call.world.change(environment, **data)
        policy = environment.data["deployment_branch_policy"]
        if policy is None or not policy["custom_branch_policies"]:
            for each in call.world.all(DEPLOYMENT_POLICY, environment.id):
                call.world.remove(each)
    return Response(200, shape(call, environment))


def _checked_reviewers(call: Call, wanted: list[Any]) -> list[dict[str, Any]]:
    if len(wanted) > REVIEWERS_LIMIT:
        raise invalid(
            f"Invalid request.\n\nreviewers can have at most {REVIEWERS_LIMIT} reviewers."
        )
    found = []
    for each in wanted:
        reviewer = fields.checked(each, {"type!": ("User", "Team"), "id!": "integer"})
        record = call.world.record(reviewer["type"].lower(), reviewer["id"])
        if record is None:
            raise invalid(
                "Failed to create the environment protection rule. "
                f"{reviewer['type']} with ID {reviewer['id']} was not found."
            )
        if not _may_read(call, record):
            raise invalid(
                "Failed to create the environment protection rule. "
                f"{reviewer['type']} {record.name} has no access to the repository."
            )
        if reviewer not in found:
            found.append(reviewer)
    return found


def _may_read(call: Call, record: AnyRecord) -> bool:
    if call.repository.data["visibility"] == "public":
        return True
    if is_a(record, TEAM):
        return level(team_permission(call.world, record, call.repository)) > 0
    return is_a(record, USER) and (
        level(permission_of(call.world, call.repository, Actor(user=record))) > 0
    )


def _checked_policy(wanted: dict[str, Any] | None) -> dict[str, bool] | None:
    if wanted is None:
        return None
    policy = fields.checked(
        wanted, {"protected_branches!": "boolean", "custom_branch_policies!": "boolean"}
    )
    if policy["protected_branches"] == policy["custom_branch_policies"]:
        raise invalid(
            "Invalid request.\n\nprotected_branches and custom_branch_policies cannot have the "
            "same value."
        )
    return policy


@ROUTES.delete(_ONE, needs="repo:admin")
def delete(call: Call) -> Response:
    """Delete an environment with its secrets, variables and policies."""
    call.world.remove(find(call))
    return NO_CONTENT


def _policy(policy: Record[DeploymentPolicy]) -> dict[str, Any]:
    return {
        "id": policy.id,
        "node_id": node_id("deployment_policy", policy.id),
        "name": policy.name.partition(":")[2],
        "type": policy.data["type"],
    }


def _find_policy(call: Call) -> Record[DeploymentPolicy]:
    found = call.world.get(DEPLOYMENT_POLICY, call.integer("branch_policy_id"))
    if found is None or found.parent != find(call).id:
        raise not_found()
    return found


def _free(
    call: Call,
    environment: Record[Environment],
    key: str,
    but: Record[DeploymentPolicy] | None = None,
) -> None:
    taken = call.world.find(DEPLOYMENT_POLICY, key, environment.id)
    if taken is not None and (but is None or but.id != taken.id):
        raise GitHubError(303, "Deployment branch policy already exists")


@ROUTES.get(_POLICIES, needs="repo:read")
def list_policies(call: Call) -> Response:
    """Return the deployment policies of an environment."""
    found = call.world.all(DEPLOYMENT_POLICY, find(call).id)
    found.sort(key=lambda each: each.data["type"] != "branch")  # those for branches first
    return page(call, found, _policy, "branch_policies")


@ROUTES.post(_POLICIES, needs="repo:admin")
def create_policy(call: Call) -> Response:
    """Admit refs that match a pattern."""
    environment = find(call)
    policy = environment.data["deployment_branch_policy"]
    if policy is None or not policy["custom_branch_policies"]:
        raise not_found()
    found = fields.body(call, **{"name!": "text"}, type=("branch", "tag"))
    kind = found.get("type", "branch")
    if not found["name"]:
        raise invalid("Name cannot be blank")
    key = f"{kind}:{found['name']}"
    _free(call, environment, key)
    made = call.world.make(DEPLOYMENT_POLICY, environment.id, key, DeploymentPolicy(type=kind))
    return Response(200, _policy(made))


@ROUTES.get(_POLICY, needs="repo:read")
def get_policy(call: Call) -> Response:
    """Return a deployment policy."""
    return Response(200, _policy(_find_policy(call)))


@ROUTES.put(_POLICY, needs="repo:admin")
def update_policy(call: Call) -> Response:
    """Change a deployment policy's pattern."""
    policy = _find_policy(call)
    key = f"{policy.data['type']}:{fields.body(call, **{'name!': 'text'})['name']}"
    _free(call, find(call), key, policy)
    return Response(200, _policy(call.world.change(policy, key)))


@ROUTES.delete(_POLICY, needs="repo:admin")
def delete_policy(call: Call) -> Response:
    """Delete a deployment policy."""
    call.world.remove(_find_policy(call))
    return NO_CONTENT
