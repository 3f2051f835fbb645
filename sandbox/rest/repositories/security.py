"""Vulnerability alerts and Dependabot's security updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.routing import Routes

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()
_ALERTS = "/repos/{owner}/{repo}/vulnerability-alerts"
_FIXES = "/repos/{owner}/{repo}/automated-security-fixes"
_REPORTING = "/repos/{owner}/{repo}/private-vulnerability-reporting"


def _set_updates(call: Call, *, on: bool) -> None:
    security = {**call.repository.data["security"], "dependabot_security_updates": on}
    call.world.change(call.repository, security=security)


@ROUTES.get(_ALERTS, needs="repo:admin")
def check_alerts(call: Call) -> Response:
    """Answer 204 if alerts are on, else 404."""
    if not call.repository.data["vulnerability_alerts"]:
        raise not_found()
    return NO_CONTENT


@ROUTES.put(_ALERTS, needs="repo:admin")
def enable_alerts(call: Call) -> Response:
    """Switch alerts on."""
    call.world.change(call.repository, vulnerability_alerts=True)
    return NO_CONTENT


@ROUTES.delete(_ALERTS, needs="repo:admin")
def disable_alerts(call: Call) -> Response:
    """Switch alerts off, and with them the security updates that need them."""
    call.world.change(call.repository, vulnerability_alerts=False)
    call.refresh()
    _set_updates(call, on=False)
    return NO_CONTENT


@ROUTES.get(_FIXES, needs="repo:admin")
def check_updates(call: Call) -> Response:
    """Return whether security updates are on."""
    on = call.repository.data["security"]["dependabot_security_updates"]
    return Response(200, {"enabled": on, "paused": False})


@ROUTES.put(_FIXES, needs="repo:admin")
def enable_updates(call: Call) -> Response:
    """Switch security updates on; alerts must be on."""
    if not call.repository.data["vulnerability_alerts"]:
        raise invalid("Vulnerability alerts must be enabled to configure automated security fixes.")
    _set_updates(call, on=True)
    return NO_CONTENT


@ROUTES.delete(_FIXES, needs="repo:admin")
def disable_updates(call: Call) -> Response:
    """Switch security updates off."""
    _set_updates(call, on=False)
    return NO_CONTENT


@ROUTES.get(_REPORTING, needs="repo:read")
def check_reporting(call: Call) -> Response:
    """Return whether vulnerabilities can be reported privately."""
    return Response(200, {"enabled": call.repository.data.get("private_reporting", False)})


@ROUTES.put(_REPORTING, needs="repo:admin")
def enable_reporting(call: Call) -> Response:
    """Let vulnerabilities be reported privately."""
    call.world.change(call.repository, private_reporting=True)
    return NO_CONTENT


@ROUTES.delete(_REPORTING, needs="repo:admin")
def disable_reporting(call: Call) -> Response:
    """Switch private vulnerability reports off."""
    call.world.change(call.repository, private_reporting=False)
    return NO_CONTENT
