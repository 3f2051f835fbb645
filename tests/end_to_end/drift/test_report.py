"""`portcullis report` on a deployed organization: what GitHub has counts, and not only the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import CANARY
from tests.sandbox.sealing import seal
from tests.support.extent import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.project import Outcome, Project
    from tests.support.sandbox import Sandbox, World

TOOL = "/repos/acme/tool"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGuSZ0Vb0m9QxF0m9YQkZbY0s0yV0d0y0u0Z0p0q0r0s"
OPENED = {
    "reviewers": [],
    "prevent_self_review": False,
    "can_admins_bypass": False,
    "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
}


@pytest.fixture(scope="module")
def opened(sandbox: Sandbox, made: Project) -> Iterator[World]:
    """A copy of the deployed organization, in which somebody opened doors by hand."""
    world = sandbox.copy(made.world, "report")
    secrets = f"{TOOL}/actions/secrets"
    value = seal(world.request("GET", f"{secrets}/public-key")["body"], CANARY)
    for method, path, body in (
        ("PUT", f"{TOOL}/environments/pypi-release", OPENED),
        ("POST", f"{TOOL}/keys", {"title": "theirs", "key": KEY, "read_only": False}),
        ("PUT", f"{secrets}/LEFT_OVER", value),
    ):
        answer = world.request(method, path, body)
        assert answer["status"] < 300, (path, answer)
    yield world
    sandbox.delete(world.name)


def run(made: Project, world: World, *arguments: str, token: str = "") -> Outcome:
    """Run the command on another world than the project's own."""
    kept = dict(made.environment)
    made.environment["GITHUB_BASE_URL"] = world.base_url
    if token:
        made.environment["GITHUB_TOKEN"] = token
    try:
        return made.portcullis("report", *arguments)
    finally:
        made.environment = kept


@pytest.fixture(scope="module")
def facts(made: Project, opened: World) -> dict[str, Any]:
    """The report on the opened organization, as JSON."""
    done = run(made, opened, "--format", "json")
    assert done.code == 0, done.text
    assert CANARY not in done.text
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def answer(facts: dict[str, Any], item: str) -> dict[str, Any]:
    """The answer to an item of a checklist."""
    answers = [each for one in facts["checklists"] for each in one["answers"]]
    found: dict[str, Any] = next(each for each in answers if each["id"] == item)
    return found


def test_a_gate_that_is_open_on_github_breaks_the_path(facts: dict[str, Any]) -> None:
    """E8: the path is broken where GitHub is, whatever the file says, and the number falls."""
    (package,) = facts["packages"]
    assert (package["broken"], package["fewest"]) == (True, 1)
    broken = {each["title"]: each["broken"] for each in package["path"] if each["broken"]}
    assert set(broken) == {"Environment pypi-release", "Registry"}
    assert broken["Environment pypi-release"][0].startswith("EN001")


def test_drift_comes_first_by_danger(facts: dict[str, Any]) -> None:
    """E8: drift and undeclared doors are listed, the dangerous ones first."""
    (drift,) = facts["drift"]
    assert (drift["name"], drift["dangerous"]) == ("tool/pypi-release", True)
    doors = {each["name"]: each["noun"] for each in facts["undeclared"]}
    assert next(iter(doors)) == "tool/theirs"
    assert doors["tool/actions/LEFT_OVER"] == "Actions secret"


def test_secrets_have_age_and_use(facts: dict[str, Any]) -> None:
    """E8, S15: each secret has the age that GitHub tells, and the jobs that use it."""
    secrets = {(each["target"], each["name"]): each for each in facts["secrets"]}
    assert all(each["age_days"] is not None for each in secrets.values())
    token = secrets["tool/pypi-release", "PYPI_API_TOKEN"]
    assert "environment pypi-release" in token["used_by"][0]
    assert not secrets["tool", "LEFT_OVER"]["declared"]


def test_the_second_factor_is_known(facts: dict[str, Any]) -> None:
    """R15: whether members need a second factor comes from GitHub's settings."""
    assert facts["two_factor"] is False
    assert answer(facts, "OSPS-AC-01.01")["state"] == "not met"


def test_answers_come_from_github(facts: dict[str, Any]) -> None:
    """E8, R14: items that the file meets are not met where GitHub differs."""
    for item in ("E8.4", "E8.6", "monthly.1", "monthly.2", "quarterly.1", "yearly.1"):
        assert answer(facts, item)["state"] == "not met", item
    (evidence,) = answer(facts, "E8.6")["evidence"]
    assert evidence["where"] == "GitHub: tool/pypi-release"


def test_an_expired_token_says_what_to_do(made: Project, opened: World, tmp_path: Path) -> None:
    """E8: with a token that GitHub refuses nothing is written, and the message helps."""
    page = tmp_path / "report.html"
    done = run(made, opened, "--output", str(page), token="ghp_expired")
    assert done.code == 1
    assert "check that the token is right and has not expired" in done.stderr
    assert "Traceback" not in done.text
    assert not page.exists()


@pytest.mark.parametrize("path", cases(["/orgs/acme/actions/secrets"], "/graphql"))
def test_an_answer_that_is_cut_off(made: Project, opened: World, path: str) -> None:
    """E8: an answer that ends in the middle, again and again, is no report and no traceback."""
    opened.fault(path=path, drop="half", count=None)
    try:
        done = run(made, opened)
    finally:
        opened.clear_faults()
    assert done.code == 1
    assert "GitHub could not be reached" in done.stderr
    assert "--no-live" in done.stderr
    assert "Traceback" not in done.text
    assert not done.stdout
