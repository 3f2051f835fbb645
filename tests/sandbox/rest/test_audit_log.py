"""The audit log: who changed what, under GitHub's names; never a secret's value."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.audit import tables
from sandbox.enforcement.classic_model import NEW
from sandbox.repositories.defaults import NEW_ORGANIZATION
from tests.sandbox.conftest import ACME
from tests.sandbox.sealing import sealed

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.support.sandbox import World

LOG = "/orgs/acme/audit-log"
ORG, REPO = "/orgs/acme", "/repos/acme/widget"
ENVIRONMENT = f"{REPO}/environments/prod"
RULESET = {"name": "r", "enforcement": "active", "target": "branch", "rules": []}
EVERYWHERE = {
    **RULESET,
    "conditions": {
        "ref_name": {"include": ["~ALL"], "exclude": []},
        "repository_name": {"include": ["~ALL"], "exclude": []},
    },
}
HOOK = {"name": "web", "config": {"url": "https://example.com/h", "secret": "canary"}}
DAY = 24 * 3600
WORKFLOW = b"""on: push
jobs:
  ship: {runs-on: x, environment: prod, steps: [{run: echo}]}
"""


def actions(api: httpx.Client, phrase: str = "", **query: str) -> list[str]:
    """Return the actions in the log, oldest first."""
    asked: dict[str, str | int] = {"phrase": phrase, "order": "asc", "per_page": 100, **query}
    return [each["action"] for each in api.get(LOG, params=asked).json()]


def _steps(api: httpx.Client, steps: list[tuple[str, str, Any]]) -> list[str]:
    """Make requests; return the actions of the last one."""
    seen = 0
    for method, path, body in steps:
        seen = len(actions(api))
        answer = api.request(method, path, json=body)
        assert answer.is_success, answer.text
    return actions(api)[seen:]


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([("POST", f"{ORG}/repos", {"name": "new"})], ["repo.create"]),
        ([("PATCH", REPO, {"name": "gadget"})], ["repo.rename"]),
        ([("PATCH", REPO, {"visibility": "public"})], ["repo.access"]),
        ([("PATCH", REPO, {"archived": True})], ["repo.archived"]),
        ([("PATCH", REPO, {"allow_rebase_merge": False})], ["repo.change_merge_setting"]),
        ([("PUT", f"{REPO}/topics", {"names": ["a"]})], ["repo.add_topic"]),
        (
            [("PUT", f"{REPO}/vulnerability-alerts", None)],
            ["repository_vulnerability_alerts.enable"],
        ),
        ([("DELETE", REPO, None)], ["team.remove_repository", "repo.destroy"]),
        ([("PATCH", REPO, {"description": "x"})], []),
        ([("POST", f"{ORG}/rulesets", EVERYWHERE)], ["repository_ruleset.create"]),
        ([("POST", f"{REPO}/rulesets", RULESET)], ["repository_ruleset.create"]),
        ([("PUT", ENVIRONMENT, {})], []),
        ([("PUT", ENVIRONMENT, {"wait_timer": 5})], ["environment.add_protection_rule"]),
        (
            [("PUT", ENVIRONMENT, {"wait_timer": 5}), ("PUT", ENVIRONMENT, {"wait_timer": 6})],
            ["environment.update_protection_rule"],
        ),
        (
            [("PUT", ENVIRONMENT, {"wait_timer": 5}), ("PUT", ENVIRONMENT, {})],
            ["environment.remove_protection_rule"],
        ),
        (
            [("PUT", ENVIRONMENT, {"wait_timer": 5}), ("DELETE", ENVIRONMENT, None)],
            ["environment.delete"],
        ),
        ([("PUT", f"{ORG}/memberships/zoe", {"role": "member"})], ["org.invite_member"]),
        ([("PUT", f"{ORG}/memberships/ben", {"role": "admin"})], ["org.update_member"]),
        (
            [("DELETE", f"{ORG}/memberships/ben", None)],
            ["team.remove_member", "org.remove_member"],
        ),
        ([("POST", f"{ORG}/teams", {"name": "x"})], ["team.create", "team.add_member"]),
        ([("DELETE", f"{ORG}/teams/release", None)], ["team.destroy"]),
        (
            [("PUT", f"{ORG}/teams/release/memberships/ben", {"role": "maintainer"})],
            ["team.promote_maintainer"],
        ),
        (
            [("PUT", f"{ORG}/teams/release/repos/acme/site", {"permission": "push"})],
            ["team.add_repository"],
        ),
        (
            [("PUT", f"{ORG}/teams/release/repos/acme/widget", {"permission": "admin"})],
            ["team.update_repository_permission"],
        ),
        ([("PUT", f"{REPO}/collaborators/ben", {"permission": "push"})], ["repo.add_member"]),
        (
            [("PUT", f"{REPO}/collaborators/zoe", {"permission": "push"})],
            ["repository_invitation.create"],
        ),
        ([("POST", f"{REPO}/hooks", HOOK)], ["hook.create"]),
        ([("POST", f"{ORG}/hooks", HOOK)], ["hook.create"]),
        (
            [("PATCH", ORG, {"default_repository_permission": "read"})],
            ["org.update_default_repository_permission"],
        ),
        (
            [("PUT", f"{ORG}/actions/permissions", {"enabled_repositories": "all"})],
            ["org.update_actions_settings"],
        ),
        (
            [
                (
                    "PUT",
                    f"{ORG}/actions/permissions/workflow",
                    {"default_workflow_permissions": "write"},
                )
            ],
            ["org.set_default_workflow_permissions"],
        ),
        (
            [("POST", f"{REPO}/actions/variables", {"name": "A", "value": "canary"})],
            ["repo.create_actions_variable"],
        ),
        (
            [("PUT", f"{ORG}/properties/schema/tier", {"value_type": "string"})],
            ["custom_property_definition.create"],
        ),
        (
            [
                ("PUT", f"{ORG}/properties/schema/tier", {"value_type": "string"}),
                (
                    "PATCH",
                    f"{REPO}/properties/values",
                    {"properties": [{"property_name": "tier", "value": "gold"}]},
                ),
            ],
            ["custom_property_value.create"],
        ),
        (
            [("POST", f"{REPO}/keys", {"title": "k", "key": "ssh-ed25519 AAAAC3Nz"})],
            ["public_key.create"],
        ),
    ],
)
def test_changes_have_githubs_names(
    api: httpx.Client, steps: list[tuple[str, str, Any]], found: list[str]
) -> None:
    """Each change is one event, or several; what is below the thing is not recorded (C1)."""
    assert _steps(api, steps) == found


@pytest.mark.parametrize(
    ("base", "more", "name"),
    [
        (f"{ORG}/actions/secrets", {"visibility": "all"}, "org.{}_actions_secret"),
        (f"{REPO}/actions/secrets", {}, "repo.{}_actions_secret"),
        (f"{ENVIRONMENT}/secrets", {}, "environment.{}_actions_secret"),
        (f"{ORG}/dependabot/secrets", {"visibility": "all"}, "org.{}_integration_secret"),
        (f"{REPO}/codespaces/secrets", {}, "repo.{}_integration_secret"),
    ],
)
def test_a_secret_is_reported_of_by_its_name(
    api: httpx.Client, base: str, more: dict[str, str], name: str
) -> None:
    """Created, updated, removed: its name and who did it, no value, sealed or not (S1)."""
    api.put(ENVIRONMENT, json={})
    boxes = []
    for value in ("canary-one", "canary-two"):
        body = {**sealed(api, base, value), **more}
        boxes.append(body["encrypted_value"])
        api.put(f"{base}/PYPI", json=body)
    api.delete(f"{base}/PYPI")
    assert actions(api) == [name.format(verb) for verb in ("create", "update", "remove")]
    log = api.get(LOG)
    assert {(each["key"], each["actor"]) for each in log.json()} == {("PYPI", "ana")}
    assert not any(each in log.text for each in ("canary", *boxes))


def test_a_hooks_secret_is_not_shown(api: httpx.Client) -> None:
    """Neither at its creation nor at its change (S1)."""
    made = api.post(f"{REPO}/hooks", json=HOOK).json()
    config = {"url": "https://example.com/i", "secret": "canary-two"}
    api.patch(f"{REPO}/hooks/{made['id']}", json={"config": config, "active": False})
    assert actions(api) == ["hook.create", "hook.active_changed", "hook.config_changed"]
    assert "canary" not in api.get(LOG).text


def test_a_classic_protection_is_reported_of_by_setting(world: World, api: httpx.Client) -> None:
    """GitHub has an action for each setting that changes (C1)."""
    node = api.get(REPO).json()["node_id"]
    ask = "mutation($i:{0}!){{{1}(input:$i){{branchProtectionRule{{id}}}}}}"

    def mutate(name: str, given: dict[str, Any]) -> dict[str, Any]:
        kind = f"{name[0].upper()}{name[1:]}Input"
        query = ask.format(kind, name)
        body = {"query": query, "variables": {"i": given}}
        answer = api.post(f"{world.base_url}api/graphql", json=body).json()
        found: dict[str, Any] = answer["data"][name]["branchProtectionRule"]
        return found

    rule = mutate("createBranchProtectionRule", {"repositoryId": node, "pattern": "main"})
    given = {
        "branchProtectionRuleId": rule["id"],
        "isAdminEnforced": True,
        "requiredStatusCheckContexts": ["ci"],
    }
    mutate("updateBranchProtectionRule", given)
    assert actions(api) == [
        "protected_branch.create",
        "protected_branch.update_admin_enforced",
        "required_status_check.create",
    ]


@pytest.mark.parametrize(
    ("login", "state", "found"),
    [
        ("kim", "approved", ["workflows.approve_workflow_job"]),
        ("kim", "rejected", ["workflows.reject_workflow_job"]),
        (
            "ana",
            "approved",
            ["workflows.bypass_protection_rules", "workflows.approve_workflow_job"],
        ),
    ],
)
def test_reviews_of_deployments_are_reported_of(
    world: World, api: httpx.Client, login: str, state: str, found: list[str]
) -> None:
    """Who let a job through its environment, who did not, and who went around the rules (C1)."""
    kim = api.get("/users/kim").json()["id"]
    gate = api.put(ENVIRONMENT, json={"reviewers": [{"type": "User", "id": kim}]}).json()
    content = base64.b64encode(WORKFLOW).decode()
    body = {"message": "w", "content": content}
    api.put(f"{REPO}/contents/.github/workflows/w.yml", json=body)
    [run] = api.get(f"{REPO}/actions/runs").json()["workflow_runs"]
    review = {"environment_ids": [gate["id"]], "state": state, "comment": "c"}
    with world.client(login) as client:
        path = f"{REPO}/actions/runs/{run['id']}/pending_deployments"
        assert client.post(path, json=review).status_code == 200
    assert actions(api, f"action:workflows actor:{login}")[-len(found) - 1 :] == [
        *found,
        "workflows.completed_workflow_run",
    ]
    [event] = api.get(LOG, params={"phrase": f"action:{found[-1]}"}).json()
    assert event["workflow_run_id"] == run["id"]


def test_an_event_says_who_did_what_where(api: httpx.Client) -> None:
    """Actor, organization, repository, the old visibility; in milliseconds (C1)."""
    api.patch("/repos/acme/site", json={"visibility": "private"})
    [event] = api.get(LOG).json()
    assert (event["actor"], event["org"], event["repo"]) == ("ana", "acme", "acme/site")
    assert (event["previous_visibility"], event["visibility"]) == ("public", "private")
    assert event["@timestamp"] == event["created_at"] > 10**12
    assert event["operation_type"] == "modify"


def test_reading_and_refusals_leave_nothing(world: World, api: httpx.Client) -> None:
    """What changed nothing is no event (C2)."""
    api.get(f"{ORG}/actions/runner-groups")
    with world.client("ben") as ben:
        assert ben.patch(ORG, json={"name": "x"}).status_code == 403
    assert api.patch(REPO, json={"visibility": "private"}).status_code == 422
    assert actions(api) == []


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("", ["repo.create", "team.create", "team.add_member"]),
        ("action:repo", ["repo.create"]),
        ("action:team.create", ["team.create"]),
        ("-action:team", ["repo.create"]),
        ("actor:BEN", ["team.create", "team.add_member"]),
        ("actor:ana action:team", []),
        ("repo:acme/new", ["repo.create"]),
        ("user:ben", ["team.add_member"]),
        ("operation:remove", []),
        ("created:2030-01-02", ["team.create", "team.add_member"]),
        ("created:<2030-01-02", ["repo.create"]),
        ("created:>=2030-01-02", ["team.create", "team.add_member"]),
        ("created:>2030-01-02", []),
        ("created:2030-01-01..2030-01-02", ["repo.create", "team.create", "team.add_member"]),
        ("created:*..2030-01-01", ["repo.create"]),
        ("nonsense", []),
    ],
)
def test_a_phrase_selects(world: World, api: httpx.Client, phrase: str, found: list[str]) -> None:
    """By action or its category, actor, repository, person and time; each may be negated (C1)."""
    world.control("PUT", "clock", {"set": "2030-01-01T12:00:00Z", "stopped": True})
    api.post(f"{ORG}/repos", json={"name": "new"})
    world.control("PUT", "clock", {"advance": DAY})
    with world.client("ben") as ben:
        assert ben.post(f"{ORG}/teams", json={"name": "x"}).status_code == 201
    assert actions(api, phrase) == found


def test_pages_by_cursor(api: httpx.Client) -> None:
    """`Link` leads forwards and backwards; newest first unless asked otherwise (C1)."""
    for number in range(5):
        api.post(f"{ORG}/repos", json={"name": f"r{number}"})
    names = []
    answer = api.get(LOG, params={"per_page": 2})
    while True:
        names += [each["repo"] for each in answer.json()]
        if "next" not in answer.links:
            break
        answer = api.get(answer.links["next"]["url"])
    assert names == [f"acme/r{number}" for number in (4, 3, 2, 1, 0)]
    back = api.get(answer.links["prev"]["url"]).json()
    assert [each["repo"] for each in back] == ["acme/r2", "acme/r1"]
    assert actions(api, include="git") == []
    assert len(actions(api, include="all")) == 5


def test_only_owners_read_it(world: World) -> None:
    """A member is refused, a stranger does not know of it (C2)."""
    for login, status in (("ana", 200), ("ben", 403), ("zoe", 404)):
        with world.client(login) as client:
            assert client.get(LOG).status_code == status


def test_only_enterprise_has_it(make_world: Callable[[dict[str, Any]], World]) -> None:
    """Below, the API has no audit log, as on GitHub (C2)."""
    seed = json.loads(json.dumps(ACME))
    seed["organizations"][0]["plan"] = "team"
    with make_world(seed).client() as api:
        assert api.get(LOG).status_code == 404


def test_the_tables_name_fields_that_there_are() -> None:
    """A misspelt field would never be noticed (C2)."""
    known = {
        "branch_protection": {*NEW, "name"},
        "organization": NEW_ORGANIZATION.keys(),
        "repository": {"name", "default_branch", "visibility", "archived", "vulnerability_alerts"},
        "hook": {"active", "config", "events"},
        "team": {"name", "parent_team", "privacy"},
        "member": {"role"},
        "team_member": {"role"},
        "deployment": {"forced"},
        "workflow": {"state"},
    }
    asked = {(kind, name) for kind, names in tables.FIELDS.items() for name in names}
    for place, *_ in tables.SWITCHES:
        kind, _, name = place.partition(".")
        asked.add((kind, name))
    assert {(kind, name) for kind, name in asked if name not in known[kind]} == set()
