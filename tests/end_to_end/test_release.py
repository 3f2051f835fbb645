"""The release path that Portcullis made holds: two teams let a release through, and nobody else."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import SECRETS, WEBHOOK, make_small, notify

if TYPE_CHECKING:
    from tests.support.sandbox import Sandbox, World

REPO = "/repos/acme/tool"
PEOPLE = ["owner", "ana", "ben", "kim", "lea", "zoe"]


@pytest.fixture(scope="module")
def world(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small organization after `pulumi up`, whose people now act."""
    project = make_small(sandbox, tmp_path_factory.mktemp("release"), "release")
    notify(project)
    project.make()
    return project.world


def act(
    world: World, login: str, method: str, path: str, body: object = None
) -> tuple[int, dict[str, Any]]:
    """Make a request as somebody, by a token of their own; return status and body."""
    with world.client(login) as client:
        answer = client.request(method, path, json=body)
    return answer.status_code, answer.json() if answer.content else {}


def tip(world: World) -> str:
    """Return main's commit."""
    found: str = act(world, "owner", "GET", f"{REPO}/commits/main")[1]["sha"]
    return found


def job(world: World, environment: str) -> dict[str, Any]:
    """Return the newest job at an environment."""
    return world.jobs(environment=environment)[-1]


def approve(world: World, login: str) -> int:
    """Approve what the newest release waits for; return the answer's status."""
    run = max(each["run"] for each in world.jobs(status="waiting"))
    path = f"{REPO}/actions/runs/{run}/pending_deployments"
    waiting = act(world, "owner", "GET", path)[1]
    ids = [each["environment"]["id"] for each in waiting]  # type: ignore[index]
    body = {"environment_ids": ids, "state": "approved", "comment": "ok"}
    return act(world, login, "POST", path, body)[0]


@pytest.mark.parametrize("login", PEOPLE)
def test_nobody_pushes_to_main(world: World, login: str) -> None:
    """Not the owner, not a maintainer, not a stranger (E1, E2)."""
    body = {"message": "m", "content": "eA==", "branch": "main"}
    status, answer = act(world, login, "PUT", f"{REPO}/contents/evil.py", body)
    assert status in (403, 409)
    assert status == 403 or "through a pull request" in answer["message"]


@pytest.mark.parametrize(
    ("login", "status"), [("owner", 422), ("ana", 422), ("zoe", 403), ("kim", 201)]
)
def test_only_the_first_team_makes_a_release_tag(world: World, login: str, status: int) -> None:
    """The makers tag; releasers, the owner and strangers do not (E1, R8)."""
    body = {"ref": f"refs/tags/v0.{len(login)}.{ord(login[0])}", "sha": tip(world)}
    assert act(world, login, "POST", f"{REPO}/git/refs", body)[0] == status


def test_a_release_needs_one_of_each_team(world: World) -> None:
    """Kim tags, Lea opens the first gate, Ana the second, and nobody else either (R4, R8)."""
    body = {"ref": "refs/tags/v1.0.0", "sha": tip(world)}
    assert act(world, "kim", "POST", f"{REPO}/git/refs", body)[0] == 201
    assert job(world, "release-approval")["status"] == "waiting"
    for login in ("kim", "ana", "owner", "zoe"):
        assert approve(world, login) in (403, 404)
    assert approve(world, "lea") == 200
    assert job(world, "testpypi")["conclusion"] == "success"
    assert job(world, "pypi-release")["status"] == "waiting"
    for login in ("kim", "lea", "owner", "zoe"):
        assert approve(world, login) in (403, 404)
    assert world.job(job(world, "pypi-release")["id"])["secrets"] == {}
    assert approve(world, "ana") == 200
    published = world.job(job(world, "pypi-release")["id"])
    assert published["conclusion"] == "success"
    assert SECRETS["pypiToken"] in published["secrets"].values()
    assert published["permissions"]["id-token"] == "write"


def test_only_the_job_that_notifies_has_the_address(world: World) -> None:
    """It comes from a secret of its environment, which needs no approval (A9, E3)."""
    reading = [
        each for each in world.jobs() if WEBHOOK in world.job(each["id"])["secrets"].values()
    ]
    assert {each["key"] for each in reading} == {"secrets-notification", "webhook"}
    assert {each["environment"] for each in reading} == {"release-notification"}
    assert {each["conclusion"] for each in reading} == {"success"}
    issuing = world.jobs(key="issue")[-1]
    assert world.job(issuing["id"])["permissions"]["issues"] == "write"


def test_a_workflow_on_a_branch_does_not_get_the_token(world: World) -> None:
    """A person with write access edits the workflow on a branch, and is not let in (E3, R8)."""
    ref = {"ref": "refs/heads/mine", "sha": tip(world)}
    assert act(world, "kim", "POST", f"{REPO}/git/refs", ref)[0] == 201
    text = "on: push\njobs:\n  steal: {runs-on: x, environment: pypi-release, steps: []}\n"
    content = base64.b64encode(text.encode()).decode()
    body = {"message": "m", "content": content, "branch": "mine"}
    path = f"{REPO}/contents/.github/workflows/mine.yml"
    assert act(world, "kim", "PUT", path, body)[0] == 201
    stolen = world.jobs(key="steal")[-1]
    assert "is not allowed to deploy to pypi-release" in stolen["reason"]
    assert world.job(stolen["id"])["secrets"] == {}


def test_no_job_but_the_publishing_one_sees_a_publishing_token(world: World) -> None:
    """Of all jobs so far, only those at the two package indexes saw their tokens (E3)."""
    saw = {
        each["environment"]
        for each in world.jobs()
        for value in world.job(each["id"])["secrets"].values()
        if value in (SECRETS["pypiToken"], SECRETS["testPypiToken"])
    }
    assert saw == {"testpypi", "pypi-release"}
