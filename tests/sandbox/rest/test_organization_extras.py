"""Blocked users, runner groups and search behave as documented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

GROUPS = "/orgs/acme/actions/runner-groups"


def test_users_are_blocked_and_unblocked(api: httpx.Client) -> None:
    """Strangers only; what was blocked is listed until it is taken back (C2)."""
    assert api.get("/orgs/acme/blocks/zoe").status_code == 404
    assert api.put("/orgs/acme/blocks/zoe").status_code == 204
    assert api.put("/orgs/acme/blocks/zoe").status_code == 204
    assert [each["login"] for each in api.get("/orgs/acme/blocks").json()] == ["zoe"]
    assert api.get("/orgs/acme/blocks/zoe").status_code == 204
    assert api.put("/orgs/acme/blocks/ben").status_code == 422
    assert api.delete("/orgs/acme/blocks/zoe").status_code == 204
    assert api.get("/orgs/acme/blocks").json() == []


def test_runner_groups(api: httpx.Client) -> None:
    """One by default that stays; others for selected repositories and workflows (C2)."""
    [default] = api.get(GROUPS).json()["runner_groups"]
    assert default["default"] is True
    assert api.delete(f"{GROUPS}/{default['id']}").status_code == 403
    ident = api.get("/repos/acme/widget").json()["id"]
    body = {"name": "release", "visibility": "selected", "selected_repository_ids": [ident]}
    made = api.post(GROUPS, json=body).json()
    one = f"{GROUPS}/{made['id']}"
    assert api.post(GROUPS, json=body).status_code == 422
    assert made["allows_public_repositories"] is False
    workflow = "acme/widget/.github/workflows/release.yml@main"
    change = {"name": "release", "restricted_to_workflows": True, "selected_workflows": [workflow]}
    assert api.patch(one, json=change).json()["selected_workflows"] == [workflow]
    listed = api.get(f"{one}/repositories").json()["repositories"]
    assert [each["name"] for each in listed] == ["widget"]
    site = api.get("/repos/acme/site").json()["id"]
    assert api.put(f"{one}/repositories/{site}").status_code == 204
    assert api.delete(f"{one}/repositories/{ident}").status_code == 204
    assert api.get(f"{one}/repositories").json()["total_count"] == 1
    assert api.put(f"{one}/repositories", json={"selected_repository_ids": []}).status_code == 204
    assert api.get(f"{one}/runners").json()["total_count"] == 0
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


@pytest.mark.parametrize(
    ("login", "query", "found"),
    [
        ("ana", "org:acme", {"widget", "site"}),
        ("zoe", "org:acme", {"site"}),
        ("ana", "wid in:name org:acme", {"widget"}),
        ("ana", "org:acme is:private", {"widget"}),
        ("ana", "org:acme archived:true", set()),
        ("ana", "repo:acme/site", {"site"}),
        ("ana", "org:nobody", set()),
    ],
)
def test_search(world: World, login: str, query: str, found: set[str]) -> None:
    """All words and qualifiers together, over what the caller may see (C2)."""
    with world.client(login) as client:
        answer = client.get("/search/repositories", params={"q": query}).json()
    assert {each["name"] for each in answer["items"]} == found
    assert answer["total_count"] == len(found)


def test_a_search_for_nothing_is_refused(api: httpx.Client) -> None:
    """`q` has to be given (C2)."""
    assert api.get("/search/repositories").status_code == 422
