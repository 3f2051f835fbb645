"""HTTP as clients use it: HEAD, ETags, slashes, and the answer to a miss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.sandbox.conftest import ACME

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.sandbox import World

RENAMED = {"name": "gadget"}


@pytest.mark.parametrize(
    ("path", "status"),
    [("/repos/acme/widget", 200), ("/repos/acme/nothing", 404), ("/orgs/acme/repos", 200)],
)
def test_head_is_get_without_a_body(api: httpx.Client, path: str, status: int) -> None:
    """HEAD has the status and the headers of GET, and no body."""
    head, get = api.head(path), api.get(path)
    assert (head.status_code, get.status_code) == (status, status)
    assert head.content == b""
    same = ("content-type", "content-length", "link", "x-oauth-scopes")
    assert [head.headers.get(name) for name in same] == [get.headers.get(name) for name in same]


def test_head_follows_a_rename_as_get_does(api: httpx.Client) -> None:
    """A renamed repository redirects a read by 301, and a change by 307."""
    assert api.patch("/repos/acme/widget", json=RENAMED).status_code == 200
    assert api.head("/repos/acme/widget").status_code == 301
    assert api.patch("/repos/acme/widget", json={}).status_code == 307


def test_answers_have_etags_whatever_the_method(
    make_world: Callable[[dict[str, object]], World],
) -> None:
    """What was made or changed has an ETag, too; only reads are answered by 304."""
    world = make_world({**ACME, "settings": {"etags": True}})
    with world.client() as client:
        made = client.post("/orgs/acme/repos", json={"name": "new"})
        changed = client.patch("/repos/acme/new", json={"description": "x"})
        read = client.get("/repos/acme/new")
        assert made.headers["etag"]
        assert changed.headers["etag"] == read.headers["etag"] != made.headers["etag"]
        tag = {"If-None-Match": read.headers["etag"]}
        assert client.get("/repos/acme/new", headers=tag).status_code == 304
        assert client.head("/repos/acme/new", headers=tag).status_code == 304
        same = client.patch("/repos/acme/new", json={"description": "x"}, headers=tag)
        assert same.status_code == 200
        assert "etag" not in client.put("/repos/acme/new/vulnerability-alerts").headers


@pytest.mark.parametrize("path", ["/orgs/acme/", "/orgs/acme/teams/", "/repos/acme/widget/"])
def test_a_slash_at_the_end_is_another_path(
    make_world: Callable[[dict[str, object]], World], path: str
) -> None:
    """An empty name at the end of a path is nothing: 404, as on GitHub, not the list above it."""
    world = make_world(ACME)
    with world.client() as client:
        assert client.get(path.rstrip("/")).status_code == 200 or path == "/orgs/acme/teams/"
        assert client.get(path).status_code == 404
    world.control("DELETE", "gaps")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "repos/acme/widget"),
        ("GET", "graphql"),
        ("POST", "orgs/acme/repos"),
        ("PATCH", "repos/acme/widget"),
        ("DELETE", "repos/acme/widget"),
    ],
)
def test_a_program_that_misses_the_api_is_shown_the_way(
    make_world: Callable[[dict[str, object]], World], method: str, path: str
) -> None:
    """Below a world: JSON that names the API's address, and a gap for the test that asked."""
    world = make_world(ACME)
    answer = httpx.request(method, f"{world.base_url}{path}", json={} if method != "GET" else None)
    assert answer.status_code == 404
    assert f"{world.base_url}api/v3" in answer.json()["message"]
    assert f"{world.base_url}api/graphql" in answer.json()["message"]
    assert [(gap["method"], gap["path"]) for gap in world.gaps()] == [
        (method, f"/{world.name}/{path}")
    ]
    world.control("DELETE", "gaps")


def test_a_miss_without_a_world_is_shown_the_way(world: World) -> None:
    """A client with the bare address learns that a world's name comes first."""
    answer = httpx.get(f"{world.sandbox.url}/api/v3/user")
    assert answer.status_code == 404
    assert "/WORLD/api/v3" in answer.json()["message"]


def test_a_browser_is_shown_a_page(world: World) -> None:
    """Who asks for HTML gets a page, also for what is not there; that is no gap."""
    html = {"Accept": "text/html,application/xhtml+xml"}
    answer = httpx.get(f"{world.base_url}nothing", headers=html)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert world.gaps() == []
