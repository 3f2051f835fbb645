"""Check suites: an App's checks of a commit, or a workflow's run, taken together."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.enforcement.acting import REPO, SEED
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.support.sandbox import World

WORKFLOW = b"on: push\njobs: {build: {runs-on: x, steps: [{run: echo}]}}\n"


@pytest.fixture
def world(make_world: Callable[[dict[str, Any]], World]) -> World:
    """A world with an App."""
    apps = [{**SEED["apps"][0], "public_key": app_keys()[1]}]
    return make_world({**SEED, "apps": apps})


def _suites(api: httpx.Client, **query: str) -> list[dict[str, Any]]:
    answer = api.get(f"{REPO}/commits/main/check-suites", params=query)
    found: list[dict[str, Any]] = answer.json()["check_suites"]
    return found


def test_an_apps_checks_make_a_suite(world: World, api: httpx.Client) -> None:
    """It is completed when all are, and failed when one is (C1)."""
    sha = api.get(f"{REPO}/git/ref/heads/main").json()["object"]["sha"]
    assert _suites(api) == []
    with world.client("portal[bot]") as portal:
        for name, conclusion in (("lint", "success"), ("unit", None)):
            body = {"name": name, "head_sha": sha} | (
                {"conclusion": conclusion, "status": "completed"} if conclusion else {}
            )
            run = portal.post(f"{REPO}/check-runs", json=body).json()
        [suite] = _suites(api)
        assert (suite["status"], suite["conclusion"]) == ("in_progress", None)
        assert (suite["head_branch"], suite["latest_check_runs_count"]) == ("main", 2)
        assert run["check_suite"]["id"] == suite["id"]
        done = {"conclusion": "failure", "status": "completed"}
        portal.patch(f"{REPO}/check-runs/{run['id']}", json=done)
    one = f"{REPO}/check-suites/{suite['id']}"
    assert api.get(one).json()["conclusion"] == "failure"
    runs = api.get(f"{one}/check-runs").json()["check_runs"]
    assert [each["name"] for each in runs] == ["lint", "unit"]
    assert _suites(api, app_id="7")[0]["id"] == suite["id"]
    assert _suites(api, app_id="8") == []
    assert _suites(api, check_name="other") == []


def test_a_workflows_run_is_a_suite(api: httpx.Client) -> None:
    """Its jobs are the suite's check runs, and GitHub Actions reports them (C1)."""
    body = {"message": "w", "content": base64.b64encode(WORKFLOW).decode()}
    api.put(f"{REPO}/contents/.github/workflows/ci.yml", json=body)
    [run] = api.get(f"{REPO}/actions/runs").json()["workflow_runs"]
    [suite] = _suites(api)
    assert suite["id"] == run["check_suite_id"]
    assert (suite["app"]["slug"], suite["conclusion"]) == ("github-actions", "success")
    [check] = api.get(f"{REPO}/check-suites/{suite['id']}/check-runs").json()["check_runs"]
    assert (check["name"], check["conclusion"]) == ("build", "success")
    [job] = api.get(f"{REPO}/actions/runs/{run['id']}/jobs").json()["jobs"]
    assert api.get(job["check_run_url"]).json() == check
    listed = f"{REPO}/commits/main/check-runs"
    assert api.get(listed).json()["check_runs"] == [check]
    assert api.get(listed, params={"check_name": "x"}).json()["check_runs"] == []


def test_there_is_no_suite_elsewhere(api: httpx.Client) -> None:
    """An unknown suite is not found, an unknown commit is refused (C2)."""
    assert api.get(f"{REPO}/check-suites/1").status_code == 404
    assert api.get(f"{REPO}/commits/nowhere/check-suites").status_code == 422
