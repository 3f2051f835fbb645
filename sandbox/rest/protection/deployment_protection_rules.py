"""Custom deployment protection rules: Apps that an environment asks before a deployment.

They are kept and shown. No App is asked here: jobs wait for reviewers and timers only.
Source: https://docs.github.com/rest/deployments/protection-rules
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import failed, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.rest.protection.environments import find
from sandbox.shapes.apps import app_number
from sandbox.world.kinds.accounts import APP, INSTALLATION, App
from sandbox.world.kinds.protection import (
    CUSTOM_DEPLOYMENT_RULE,
    CustomDeploymentRule,
)
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules"
_ONE = _LIST + "/{protection_rule_id}"


def _apps(call: Call) -> list[Record[App]]:
    """Return the Apps that are installed where the repository is."""
    installed = call.world.all(INSTALLATION, call.repository.parent)
    found = (call.world.get(APP, each.data["app"]) for each in installed)
    return [app for app in found if app is not None]


def _app(call: Call, app: Record[App]) -> dict[str, Any]:
    return {
        "id": app_number(app),
        "slug": app.name,
        "integration_url": f"{call.api}/apps/{app.name}",
        "node_id": node_id("app", app.id),
    }


def _shape(call: Call, rule: Record[CustomDeploymentRule]) -> dict[str, Any]:
    app = call.world.get(APP, rule.data["app"])
    if app is None:
        raise not_found()
    return {
        "id": rule.id,
        "node_id": node_id("deployment_rule", rule.id),
        "enabled": True,
        "app": _app(call, app),
    }


def _find(call: Call) -> Record[CustomDeploymentRule]:
    found = call.world.get(CUSTOM_DEPLOYMENT_RULE, call.integer("protection_rule_id"))
    if found is None or found.parent != find(call).id:
        raise not_found()
    return found


@ROUTES.get(_LIST, needs="repo:read")
def list_rules(call: Call) -> Response:
    """Return the custom rules of an environment."""
    found = call.world.all(CUSTOM_DEPLOYMENT_RULE, find(call).id)
    return page(call, found, lambda each: _shape(call, each), "custom_deployment_protection_rules")


@ROUTES.post(_LIST, needs="repo:admin")
def create(call: Call) -> Response:
    """Have an environment ask an App."""
    environment = find(call)
    wanted = fields.body(call, **{"integration_id!": "integer"})["integration_id"]
    app = next((each for each in _apps(call) if app_number(each) == wanted), None)
    if app is None:
        raise failed("DeploymentProtectionRule", "integration_id", "invalid")
    if call.world.find(CUSTOM_DEPLOYMENT_RULE, str(app.id), environment.id) is not None:
        raise failed("DeploymentProtectionRule", "integration_id", "already_exists")
    made = call.world.make(
        CUSTOM_DEPLOYMENT_RULE, environment.id, str(app.id), CustomDeploymentRule(app=app.id)
    )
    return Response(201, _shape(call, made))


@ROUTES.get(_LIST + "/apps", needs="repo:read")
def list_apps(call: Call) -> Response:
    """Return the Apps that an environment may ask."""
    find(call)
    envelope = "available_custom_deployment_protection_rule_integrations"
    return page(call, _apps(call), lambda each: _app(call, each), envelope)


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a custom rule."""
    return Response(200, _shape(call, _find(call)))


@ROUTES.delete(_ONE, needs="repo:admin")
def delete(call: Call) -> Response:
    """Remove a custom rule."""
    call.world.remove(_find(call))
    return NO_CONTENT
