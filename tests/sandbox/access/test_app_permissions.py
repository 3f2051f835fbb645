"""An App's token does what its permissions allow, in the repositories that it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.access.app_permissions import needed
from sandbox.api.dispatch import ROUTER
from tests.sandbox.conftest import ACME
from tests.support.keys import app_keys, as_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.sandbox import World

WIDGET, SITE = "/repos/acme/widget", "/repos/acme/site"


@pytest.fixture
def app_token(
    make_world: Callable[[dict[str, Any]], World],
) -> Callable[..., tuple[str, dict[str, str]]]:
    """Make a world whose App has these permissions; return its address and the App's header."""

    def make(permissions: dict[str, str] | None) -> tuple[str, dict[str, str]]:
        app = {"slug": "portal", "app_id": 7, "public_key": app_keys()[1]}
        app |= {"organizations": ["acme"], "permissions": permissions}
        world = make_world({**ACME, "apps": [app], "tokens": [{"app": "portal"}]})
        return world.rest_url, {"Authorization": f"Bearer {world.tokens['portal[bot]']}"}

    return make


@pytest.mark.parametrize(
    ("permissions", "method", "path", "status"),
    [
        ({}, "GET", WIDGET, 200),
        ({}, "GET", f"{WIDGET}/contents/README.md", 403),
        ({"contents": "read"}, "GET", f"{WIDGET}/contents/README.md", 200),
        ({"contents": "read"}, "PUT", f"{WIDGET}/contents/x", 403),
        ({"contents": "write"}, "PUT", f"{WIDGET}/contents/x", 201),
        ({"contents": "write"}, "GET", f"{WIDGET}/actions/secrets", 403),
        ({"secrets": "read"}, "GET", f"{WIDGET}/actions/secrets", 200),
        ({"contents": "write"}, "PUT", f"{WIDGET}/environments/prod", 403),
        ({"administration": "write"}, "PUT", f"{WIDGET}/environments/prod", 200),
        ({"administration": "write"}, "GET", "/orgs/acme/actions/secrets", 403),
        ({"organization_secrets": "read"}, "GET", "/orgs/acme/actions/secrets", 200),
        ({"secrets": "read"}, "GET", f"{WIDGET}/codespaces/secrets", 403),
        ({"codespaces_secrets": "read"}, "GET", f"{WIDGET}/codespaces/secrets", 200),
        ({"organization_secrets": "read"}, "GET", "/orgs/acme/codespaces/secrets", 403),
        ({"organization_codespaces_secrets": "read"}, "GET", "/orgs/acme/codespaces/secrets", 200),
        ({"contents": "write"}, "GET", f"{WIDGET}/labels", 403),
        ({"issues": "read"}, "GET", f"{WIDGET}/labels", 200),
        ({"issues": "write"}, "GET", f"{WIDGET}/releases", 403),
        ({"contents": "read"}, "GET", f"{WIDGET}/releases", 200),
        ({"contents": "read"}, "GET", f"{WIDGET}/commits/main/check-suites", 403),
        ({"checks": "read"}, "GET", f"{WIDGET}/commits/main/check-suites", 200),
        ({"members": "read"}, "GET", "/orgs/acme/audit-log", 403),
        ({"organization_administration": "read"}, "GET", "/orgs/acme/audit-log", 200),
        ({"members": "read"}, "GET", "/orgs/acme/teams", 200),
        ({"members": "read"}, "PATCH", "/orgs/acme/teams/release", 403),
    ],
)
def test_permissions(
    app_token: Callable[..., tuple[str, dict[str, str]]],
    permissions: dict[str, str],
    method: str,
    path: str,
    status: int,
) -> None:
    """Reading needs `read`, changing `write`, of the permission that the place has (C2)."""
    url, headers = app_token(permissions)
    body = {"message": "m", "content": "eA=="} if "/contents/" in path else {}
    answer = httpx.request(
        method, f"{url}{path}", headers=headers, json=None if method == "GET" else body
    )
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["message"] == "Resource not accessible by integration"
        assert "=" in answer.headers["x-accepted-github-permissions"]


@pytest.fixture
def world(make_world: Callable[[dict[str, Any]], World]) -> World:
    """A world with an App that may read contents and write issues."""
    app = {"slug": "portal", "app_id": 7, "public_key": app_keys()[1], "organizations": ["acme"]}
    may = {"contents": "read", "issues": "write"}
    return make_world({**ACME, "apps": [{**app, "permissions": may}]})


def _token(world: World, **body: object) -> httpx.Response:
    installation = httpx.get(f"{world.rest_url}/orgs/acme/installation", headers=as_app())
    path = f"/app/installations/{installation.json()['id']}/access_tokens"
    return httpx.post(f"{world.rest_url}{path}", headers=as_app(), json=body)


def test_a_token_is_held_to_repositories(world: World) -> None:
    """Beyond the chosen ones it reads only what is public (C2)."""
    made = _token(world, repositories=["site"])
    assert made.json()["repository_selection"] == "selected"
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    readme = "contents/README.md"
    assert httpx.get(f"{world.rest_url}{SITE}/{readme}", headers=headers).status_code == 200
    assert httpx.get(f"{world.rest_url}{WIDGET}/{readme}", headers=headers).status_code == 404
    listed = httpx.get(f"{world.rest_url}/installation/repositories", headers=headers).json()
    assert [each["name"] for each in listed["repositories"]] == ["site"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"permissions": {"contents": "read"}}, 201),
        ({"permissions": {"contents": "write"}}, 422),
        ({"permissions": {"secrets": "read"}}, 422),
        ({"repositories": ["nowhere"]}, 422),
        ({"repository_ids": [1]}, 422),
    ],
)
def test_a_token_can_only_be_narrower(world: World, body: dict[str, Any], status: int) -> None:
    """Never more than its App has, nor elsewhere (C2)."""
    assert _token(world, **body).status_code == status


def test_every_route_of_an_organization_or_repository_has_a_permission() -> None:
    """No operation is open to Apps because somebody forgot it (C2)."""
    free = {
        route.operation
        for route in ROUTER.routes
        if route.template.startswith(("/orgs/{org}", "/repos/{owner}/{repo}"))
        and needed(route) is None
    }
    assert free == set()
