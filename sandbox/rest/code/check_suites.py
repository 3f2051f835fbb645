"""Check suites, and the checks in them.

Source: https://docs.github.com/rest/checks/suites
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api.errors import invalid, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.enforcement import check_suites
from sandbox.git import objects
from sandbox.shapes.apps import app_number
from sandbox.shapes.checks import check_run_json, suite_json

if TYPE_CHECKING:
    from sandbox.api.http import Call

ROUTES = Routes()
_ONE = "/repos/{owner}/{repo}/check-suites/{check_suite_id}"


def _find(call: Call) -> check_suites.Suite:
    found = check_suites.find(call.world, call.repository, call.integer("check_suite_id"))
    if found is None:
        raise not_found()
    return found


@ROUTES.get("/repos/{owner}/{repo}/commits/{ref}/check-suites", needs="repo:read")
def list_suites(call: Call) -> Response:
    """Return the check suites of a commit."""
    name = call.parameters["ref"]
    commit = objects.named(call.world, call.repository, name)
    if commit is None:
        raise invalid(f"No commit found for SHA: {name}")
    found = check_suites.of_commit(call.world, call.repository, commit)
    app, check = call.query.get("app_id"), call.query.get("check_name")
    if app is not None:
        found = [suite for suite in found if str(app_number(suite.app)) == app]
    if check is not None:
        found = [
            suite
            for suite in found
            if check in {check_suites.check_name(each) for each in suite.checks}
        ]
    return page(call, found, lambda suite: suite_json(call, suite), "check_suites")


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a check suite."""
    return Response(200, suite_json(call, _find(call)))


@ROUTES.get(_ONE + "/check-runs", needs="repo:read")
def list_runs(call: Call) -> Response:
    """Return the check runs of a suite; a workflow's are its jobs."""
    suite = _find(call)
    wanted = call.query.get("check_name")
    found = [each for each in suite.checks if wanted in (None, check_suites.check_name(each))]
    return page(call, found, lambda each: check_run_json(call, each), "check_runs")
