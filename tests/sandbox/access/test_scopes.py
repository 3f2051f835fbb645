"""A classic token does what its scopes allow, never more than its person may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.access.actors import ALL_SCOPES
from sandbox.access.token_scopes import granted

if TYPE_CHECKING:
    from tests.support.sandbox import World

PRIVATE, PUBLIC = "/repos/acme/widget", "/repos/acme/site"


def ask(world: World, scopes: list[str], method: str, path: str) -> httpx.Response:
    """Ask as ana, the owner, by a token with these scopes."""
    made = world.control("POST", "tokens", {"login": "ana", "scopes": scopes})
    headers = {"Authorization": f"Bearer {made['token']}"}
    bodies: dict[str, Any] = {"PATCH": {"description": "x"}, "PUT": {"names": ["a"]}}
    body = bodies.get(method)
    return httpx.request(method, f"{world.rest_url}{path}", headers=headers, json=body)


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        ([], "GET", PUBLIC, 200),
        ([], "GET", PRIVATE, 404),
        (["public_repo"], "GET", PRIVATE, 404),
        (["repo"], "GET", PRIVATE, 200),
        ([], "PUT", f"{PUBLIC}/topics", 403),
        (["public_repo"], "PUT", f"{PUBLIC}/topics", 200),
        (["public_repo"], "GET", f"{PUBLIC}/actions/secrets", 403),
        (["repo"], "GET", f"{PUBLIC}/actions/secrets", 200),
        (["public_repo"], "GET", f"{PUBLIC}/codespaces/secrets", 403),
        (["repo"], "GET", f"{PUBLIC}/codespaces/secrets", 200),
        ([], "GET", f"{PUBLIC}/labels", 200),
        ([], "GET", f"{PUBLIC}/releases", 200),
        ([], "GET", f"{PRIVATE}/releases", 404),
        (["repo"], "GET", f"{PRIVATE}/commits/main/check-suites", 200),
        (["repo"], "DELETE", PUBLIC, 403),
        (["delete_repo"], "DELETE", PUBLIC, 204),
        ([], "GET", "/orgs/acme", 200),
        ([], "GET", "/orgs/acme/teams", 403),
        (["read:org"], "GET", "/orgs/acme/teams", 200),
        (["read:org"], "PATCH", "/orgs/acme/teams/release", 403),
        (["admin:org"], "PATCH", "/orgs/acme/teams/release", 200),
        (["read:org"], "GET", "/orgs/acme/actions/secrets", 403),
        (["read:org"], "GET", "/orgs/acme/codespaces/secrets", 403),
        (["admin:org"], "GET", "/orgs/acme/codespaces/secrets", 200),
        (["admin:org"], "GET", "/orgs/acme/audit-log", 403),
        (["read:audit_log"], "GET", "/orgs/acme/audit-log", 200),
        (["repo", "admin:org"], "GET", "/orgs/acme/hooks", 403),
        (["admin:org_hook"], "GET", "/orgs/acme/hooks", 200),
        (["read:repo_hook"], "GET", f"{PUBLIC}/hooks", 200),
    ],
)
def test_scopes(world: World, scopes: list[str], method: str, path: str, status: int) -> None:
    """Each kind of route asks for its scope; private things are not even shown (C2)."""
    answer = ask(world, scopes, method, path)
    assert answer.status_code == status
    assert answer.headers["x-oauth-scopes"] == ", ".join(scopes)
    if status == 403:
        assert answer.headers["x-accepted-oauth-scopes"] in answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "scopes", "status"),
    [
        (".github/workflows/x.yml", ["repo"], 403),
        (".github/workflows/x.yml", ["repo", "workflow"], 201),
        ("src/x.py", ["repo"], 201),
    ],
)
def test_workflow_files_need_their_own_scope(
    world: World, path: str, scopes: list[str], status: int
) -> None:
    """A token without `workflow` changes everything but workflow files (C2, E1)."""
    made = world.control("POST", "tokens", {"login": "ana", "scopes": scopes})
    headers = {"Authorization": f"Bearer {made['token']}"}
    url = f"{world.rest_url}{PRIVATE}/contents/{path}"
    body = {"message": "m", "content": "eA=="}
    answer = httpx.put(url, headers=headers, json=body)
    assert answer.status_code == status
    assert status == 201 or "without `workflow` scope" in answer.json()["message"]


def test_a_scope_gives_no_right(world: World) -> None:
    """All scopes in the hands of a member are still a member's (C2)."""
    made = world.control("POST", "tokens", {"login": "kim", "scopes": list(ALL_SCOPES)})
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert httpx.get(f"{world.rest_url}{PRIVATE}", headers=headers).status_code == 200
    refused = httpx.patch(f"{world.rest_url}/orgs/acme", headers=headers, json={"name": "x"})
    assert refused.status_code == 403


@given(st.lists(st.sampled_from([*ALL_SCOPES, "read:org", "public_repo", "nonsense"])))
def test_a_token_has_at_least_its_own_scopes(scopes: list[str]) -> None:
    """What a scope includes comes with it, and nothing gets lost (C2)."""
    found = granted(tuple(scopes))
    assert set(scopes) <= found
    assert granted(tuple(found)) == found


def _ask(world: World, scopes: list[str], query: str) -> dict[str, Any]:
    """Ask GraphQL as ana, the owner, by a token with these scopes."""
    made = world.control("POST", "tokens", {"login": "ana", "scopes": scopes})
    headers = {"Authorization": f"Bearer {made['token']}"}
    answer = httpx.post(f"{world.base_url}api/graphql", headers=headers, json={"query": query})
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("field", "needed"),
    [
        ('team(slug: "release") { slug }', "read:org"),
        ("teams(first: 1) { nodes { name } }", "read:org"),
        ("membersWithRole(first: 1) { totalCount }", "read:org"),
        ("pendingMembers(first: 1) { totalCount }", "read:org"),
        ("rulesets(first: 1) { totalCount }", "admin:org"),
    ],
)
def test_graphql_needs_scopes_for_people_and_teams(world: World, field: str, needed: str) -> None:
    """The document is refused as a whole, with GitHub's type and the scopes in words (C2)."""
    query = f'{{ organization(login: "acme") {{ {field} }} }}'
    refused = _ask(world, ["repo"], query)
    assert "data" not in refused
    (error,) = refused["errors"]
    assert (error["type"], needed in error["message"]) == ("INSUFFICIENT_SCOPES", True)
    assert "['repo'] scopes" in error["message"]
    assert "errors" not in _ask(world, ["repo", needed], query)


def test_private_repositories_are_not_shown_without_repo(world: World) -> None:
    """Neither in lists nor by name, by GraphQL or by REST; nothing can be changed (C2)."""
    query = """{ repository(owner: "acme", name: "widget") { id }
        organization(login: "acme") { repositories(first: 9) { nodes { name } } } }"""
    shown = {}
    for scopes in (["read:org"], ["repo"]):
        answer = _ask(world, scopes, query)
        nodes = answer["data"]["organization"]["repositories"]["nodes"]
        listed = ask(world, scopes, "GET", "/orgs/acme/repos").json()
        assert [each["name"] for each in nodes] == [each["name"] for each in listed]
        shown[scopes[0]] = {each["name"] for each in nodes}
        assert ("errors" in answer) == (scopes != ["repo"])
    assert shown == {"read:org": {"site"}, "repo": {"widget", "site"}}
    for name, kind in (("widget", "NOT_FOUND"), ("site", "FORBIDDEN")):
        ident = ask(world, ["repo"], "GET", f"/repos/acme/{name}").json()["node_id"]
        mutation = f"""mutation {{ archiveRepository(input: {{repositoryId: "{ident}"}}) {{
            repository {{ isArchived }} }} }}"""
        (error,) = _ask(world, ["read:org"], mutation)["errors"]
        assert error["type"] == kind
