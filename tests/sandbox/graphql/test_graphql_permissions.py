"""GraphQL shows each person and each App what they may see, as REST does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.sandbox.conftest import ACME
from tests.sandbox.graphql.crawl import ORGANIZATION, REPOSITORIES
from tests.support.app_permissions import documented
from tests.support.keys import app_keys
from tests.support.keys import as_app as by_its_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.sandbox import World

WIDGET = "/repos/acme/widget"


def _made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body


def _answers(world: World, login: str, query: str, **variables: object) -> dict[str, Any]:
    with world.client(login) as client:
        body = {"query": query, "variables": variables}
        answer: dict[str, Any] = client.post(f"{world.base_url}api/graphql", json=body).json()
    return answer


HIDDEN = """{ repository(owner: "acme", name: "widget") {
    deployKeys(first: 5) { totalCount } branchProtectionRules(first: 5) { totalCount }
    rulesets(first: 5) { nodes { name bypassActors(first: 5) { totalCount } } }
    collaborators(first: 5) { totalCount } } }"""


def test_people_see_what_their_permission_shows(world: World, api: httpx.Client) -> None:
    """Keys, classic rules and bypass actors are an administrator's, collaborators a writer's."""
    key = {"key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA", "title": "deploy"}
    _made(api.post(f"{WIDGET}/keys", json=key))
    rule = {
        "required_status_checks": None,
        "enforce_admins": True,
        "required_pull_request_reviews": None,
        "restrictions": None,
    }
    _made(api.put(f"{WIDGET}/branches/main/protection", json=rule))
    _made(api.post(f"{WIDGET}/rulesets", json={"name": "one", "enforcement": "active"}))
    _made(api.put(f"{WIDGET}/collaborators/kim", json={"permission": "pull"}))
    api.delete("/orgs/acme/teams/release/memberships/kim")

    def seen(login: str) -> list[Any]:
        answer = _answers(world, login, HIDDEN)
        found = answer["data"]["repository"]
        bypass = found["rulesets"]["nodes"][0]["bypassActors"]
        errors = [(each["type"], each["path"][-1]) for each in answer.get("errors", [])]
        counts = [found[name]["totalCount"] for name in ("deployKeys", "branchProtectionRules")]
        return [*counts, bypass is not None, found["collaborators"] is not None, errors]

    assert seen("ana") == [1, 1, True, True, []]
    assert seen("ben") == [0, 0, False, True, []]
    assert seen("kim") == [0, 0, False, False, [("FORBIDDEN", "collaborators")]]
    for login, shown in (("ana", True), ("ben", False)):
        with world.client(login) as client:
            (ruleset,) = client.get(f"{WIDGET}/rulesets").json()
            one = client.get(f"{WIDGET}/rulesets/{ruleset['id']}").json()
        assert ("bypass_actors" in one) is shown
    assert _answers(world, "zoe", HIDDEN)["errors"][0]["type"] == "NOT_FOUND"


def test_members_do_not_see_what_owners_see(world: World, api: httpx.Client) -> None:
    """Invitations, second factors and the organization's rulesets are for its owners."""
    _made(api.put("/orgs/acme/memberships/zoe", json={"role": "member"}))
    answer = _answers(world, "ben", ORGANIZATION, org="acme")
    shown = answer["data"]["organization"]
    assert [(each["type"], each["path"][-1]) for each in answer["errors"]] == [
        ("FORBIDDEN", "rulesets")
    ]
    assert (shown["rulesets"], shown["requiresTwoFactorAuthentication"]) == (None, None)
    assert shown["pendingMembers"]["totalCount"] == 0
    assert {each["hasTwoFactorEnabled"] for each in shown["membersWithRole"]["edges"]} == {None}
    strangers = _answers(world, "zoe", ORGANIZATION, org="acme")["data"]["organization"]
    assert (strangers["membersWithRole"]["totalCount"], strangers["teams"]["totalCount"]) == (0, 0)


@pytest.fixture
def as_app(
    make_world: Callable[[dict[str, Any]], World],
) -> Callable[..., dict[str, Any]]:
    """Ask a document as an App whose token has these permissions."""

    def ask(permissions: dict[str, str], query: str, **variables: object) -> dict[str, Any]:
        app = {"slug": "portal", "app_id": 7, "public_key": app_keys()[1]}
        app |= {"organizations": ["acme"], "permissions": permissions}
        world = make_world({**ACME, "apps": [app], "tokens": [{"app": "portal"}]})
        answer: dict[str, Any] = httpx.post(
            f"{world.base_url}api/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {world.tokens['portal[bot]']}"},
        ).json()
        return answer

    return ask


@pytest.mark.parametrize(
    ("field", "name", "level"),
    [
        ("deployKeys(first: 1) { totalCount }", "administration", "read"),
        ("branchProtectionRules(first: 1) { totalCount }", "administration", "read"),
        ("environments(first: 1) { totalCount }", "actions", "read"),
        ("defaultBranchRef { name }", "contents", "read"),
        ('object(expression: "HEAD:") { oid }', "contents", "read"),
    ],
)
def test_apps_need_a_permission_for_each_family(
    as_app: Callable[..., dict[str, Any]], field: str, name: str, level: str
) -> None:
    """Without it GitHub answers FORBIDDEN; where a field cannot be null, its repository is."""
    query = f'{{ repository(owner: "acme", name: "widget") {{ name {field} }} }}'
    refused = as_app({}, query)
    (error,) = refused["errors"]
    assert (error["type"], error["message"]) == (
        "FORBIDDEN",
        "Resource not accessible by integration",
    )
    assert error["path"] == ["repository", field.partition("(")[0].partition(" ")[0]]
    assert not (refused["data"]["repository"] or {}).get(error["path"][-1])
    assert "errors" not in as_app({name: level}, query)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("membersWithRole(first: 1) { totalCount }", "members"),
        ("teams(first: 1) { totalCount }", "members"),
        ('team(slug: "release") { slug }', "members"),
        ("pendingMembers(first: 1) { totalCount }", "members"),
        ("rulesets(first: 1) { totalCount }", "organization_administration"),
    ],
)
def test_apps_need_a_permission_for_people_and_rulesets(
    as_app: Callable[..., dict[str, Any]], field: str, name: str
) -> None:
    """People and teams need `members`, the organization's rulesets its administration."""
    query = f'{{ organization(login: "acme") {{ {field} }} }}'
    assert [each["type"] for each in as_app({"contents": "read"}, query)["errors"]] == ["FORBIDDEN"]
    assert "errors" not in as_app({name: "read"}, query)


def test_the_documented_permissions_of_the_app_read_everything(
    as_app: Callable[..., dict[str, Any]],
) -> None:
    """An App with the permissions that the documentation lists reads a whole organization."""
    permissions = documented()
    for query in (ORGANIZATION, REPOSITORIES):
        answer = as_app(permissions, query, org="acme")
        assert "errors" not in answer, answer["errors"]
        assert answer["data"]["organization"]


def test_an_app_lists_the_repositories_that_its_token_reaches(
    make_world: Callable[[dict[str, Any]], World],
) -> None:
    """A token for one repository does not show the other private ones, in lists or by name."""
    app = {"slug": "portal", "app_id": 7, "public_key": app_keys()[1], "organizations": ["acme"]}
    world = make_world({**ACME, "apps": [app]})
    with world.client("ana") as api:
        for name in ("near", "far"):
            _made(api.post("/orgs/acme/repos", json={"name": name, "private": True}))
        (installation,) = api.get("/orgs/acme/installations").json()["installations"]
    made = httpx.post(
        f"{world.rest_url}/app/installations/{installation['id']}/access_tokens",
        headers=by_its_key(7),
        json={"repositories": ["near"], "permissions": {"metadata": "read"}},
    )
    headers = {"Authorization": f"Bearer {_made(made)['token']}"}
    query = """{ near: repository(owner: "acme", name: "near") { name }
        far: repository(owner: "acme", name: "far") { name }
        organization(login: "acme") { repositories(first: 9) { nodes { name } } } }"""
    body = {"query": query}
    answer = httpx.post(f"{world.base_url}api/graphql", headers=headers, json=body).json()
    assert (answer["data"]["near"], answer["data"]["far"]) == ({"name": "near"}, None)
    by_rest = httpx.get(f"{world.rest_url}/orgs/acme/repos", headers=headers).json()
    by_graphql = answer["data"]["organization"]["repositories"]["nodes"]
    for listed in (by_rest, by_graphql):
        assert {each["name"] for each in listed} == {"near", "site"}
