"""Who passes by a ruleset: Apps, workflows' tokens, custom roles; and what is kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.sandbox.bodies import pull_request
from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from tests.sandbox.enforcement.acting import Acting

PULL = pull_request()
SUITES = f"{REPO}/rulesets/rule-suites"


def _bypass(kind: str, ident: int | None, mode: str = "always") -> list[dict[str, Any]]:
    return [{"actor_type": kind, "actor_id": ident, "bypass_mode": mode}]


def test_an_app_that_is_listed(acting: Acting) -> None:
    """The App by its public number, and no person, not even the owner (E1)."""
    acting.ruleset(PULL, bypass=_bypass("Integration", 7))
    assert acting.write("ana").status_code == 409
    assert acting.write("portal[bot]").status_code == 201


def test_an_app_is_neither_owner_nor_role(acting: Acting) -> None:
    """Lists of owners and of administrators hold people only (E1)."""
    acting.ruleset(PULL, bypass=_bypass("OrganizationAdmin", None))
    acting.ruleset({"type": "update"}, bypass=_bypass("RepositoryRole", 5))
    assert acting.write("portal[bot]").status_code == 409
    assert acting.write("ana").status_code == 201


@pytest.mark.parametrize(("app", "status"), [(None, 409), (15_368, 201)])
def test_a_workflow_s_token_is_github_actions(acting: Acting, app: int | None, status: int) -> None:
    """GITHUB_TOKEN is stopped like anybody, unless the App GitHub Actions is listed (E1, E3)."""
    text = "on: push\npermissions: {contents: write}\njobs: {push: {runs-on: x, steps: []}}\n"
    acting.world.plan("acme/widget", "push", "hold")
    assert acting.write("ben", path=".github/workflows/x.yml", text=text).status_code == 201
    job = acting.world.job(acting.world.jobs(key="push")[0]["id"])
    acting.ruleset(PULL, bypass=[] if app is None else _bypass("Integration", app))
    answer = httpx.put(
        f"{acting.world.rest_url}{REPO}/contents/made.txt",
        json={"message": "made", "content": "eA==", "branch": "main"},
        headers={"Authorization": f"Bearer {job['github_token']}"},
        timeout=30,
    )
    assert answer.status_code == status, answer.text


def test_a_custom_role_that_is_listed(acting: Acting) -> None:
    """Who has the role, and nobody with its base role (E1)."""
    roles = acting.as_("ana").get("/orgs/acme/custom-repository-roles").json()["custom_roles"]
    ident = next(each["id"] for each in roles if each["name"] == "pia-role")
    acting.ruleset(PULL, bypass=_bypass("RepositoryRole", ident))
    assert acting.write("ben").status_code == 409
    assert acting.write("bo").status_code == 409
    assert acting.write("pia").status_code == 201


def test_a_custom_role_of_no_organization_is_refused(acting: Acting) -> None:
    """A ruleset lists only roles that there are (E1)."""
    body = {
        "name": "main",
        "enforcement": "active",
        "bypass_actors": _bypass("RepositoryRole", 99_999),
    }
    assert acting.as_("ana").post(f"{REPO}/rulesets", json=body).status_code == 422


def test_deploy_keys_let_nobody_else_pass(acting: Acting) -> None:
    """They push over SSH, which is not spoken here: a list of them stops all others (E1)."""
    acting.ruleset(PULL, bypass=_bypass("DeployKey", None))
    assert [acting.write(login).status_code for login in ("ana", "ben", "portal[bot]")] == [409] * 3


@pytest.mark.parametrize(
    ("mode", "results"), [("always", ["bypass"]), ("exempt", [])], ids=["always", "exempt"]
)
def test_a_bypass_is_recorded_unless_exempt(acting: Acting, mode: str, results: list[str]) -> None:
    """A rule suite tells who passed by what; the exempt leave none (E1)."""
    acting.ruleset(PULL, bypass=_bypass("OrganizationAdmin", None, mode))
    assert acting.write("ana").status_code == 201
    suites = acting.as_("ana").get(SUITES).json()
    assert [each["result"] for each in suites] == results
    if suites:
        assert suites[0]["actor_name"] == "ana"
        assert suites[0]["after_sha"] == acting.tip()
        suite = acting.as_("ana").get(f"{SUITES}/{suites[0]['id']}").json()
        assert [(e["rule_type"], e["result"]) for e in suite["rule_evaluations"]] == [
            ("pull_request", "fail")
        ]
        org = acting.as_("ana").get("/orgs/acme/rulesets/rule-suites").json()
        assert [each["id"] for each in org] == [suite["id"]]


def test_evaluate_tells_what_it_would_have_stopped(acting: Acting) -> None:
    """The push passes; the suite says that it would have failed (E1)."""
    acting.ruleset(PULL, enforcement="evaluate")
    assert acting.write("ben").status_code == 201
    suite = acting.as_("ana").get(SUITES).json()[0]
    assert (suite["result"], suite["evaluation_result"]) == ("pass", "fail")


def test_looking_at_a_pull_request_records_nothing(acting: Acting) -> None:
    """`mergeable_state` tries the rules without a trace (E1)."""
    acting.ruleset(PULL, bypass=_bypass("OrganizationAdmin", None))
    number = acting.pull("ben")
    assert acting.state(number) == "clean"
    assert acting.as_("ana").get(SUITES, params={"ref": "refs/heads/main"}).json() == []
