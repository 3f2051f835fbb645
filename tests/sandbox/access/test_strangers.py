"""What somebody finds out, and changes, who has nothing to do with an organization."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sandbox.access.actors import ALL_SCOPES
from sandbox.api import dispatch
from sandbox.api.http import Request
from sandbox.seed import apply, read
from sandbox.world.kinds.accounts import USER, User
from sandbox.world.worlds import Sandbox
from tests.sandbox.conftest import ACME

if TYPE_CHECKING:
    from sandbox.api.routing import Route
    from sandbox.world.records import Record
    from sandbox.world.world import World

PUBLIC = {
    "GET /orgs/{org}",
    "GET /orgs/{org}/members",
    "GET /orgs/{org}/public_members",
    "GET /orgs/{org}/repos",
}
"""What an organization shows everybody: its name, public members, public repositories."""
FILLED = {
    "owner": "acme",
    "repo": "widget",
    "org": "acme",
    "team_slug": "release",
    "username": "ana",
}
ROUTES = [
    each
    for each in dispatch.ROUTER.routes
    if each.template.startswith(("/repos/{owner}/{repo}", "/orgs/{org}")) and each.needs != "app"
]
"""Those of an App itself ask for its JWT before anything else."""


@pytest.fixture(scope="module")
def acme() -> World:
    """A world without a server."""
    made = Sandbox().create("acme")
    apply.apply(made, read.parse(ACME))
    apply.new_token(made, _zoe(made), list(ALL_SCOPES), "zoe")
    made.commit()
    return made


def _zoe(world: World) -> Record[User]:
    found = world.find(USER, "zoe")
    assert found is not None
    return found


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_a_stranger_finds_nothing_and_changes_nothing(acme: World, route: Route) -> None:
    """404 at every route of a private repository, and of an organization but for four (C2)."""
    path = re.sub(r"\{(\w+)\*?\}", lambda found: FILLED.get(found[1], "1"), route.template)
    headers = {"authorization": "Bearer zoe"}
    before = list(acme.tables)
    request = Request(route.method, f"/api/v3{path}", "", headers, b"", "http://127.0.0.1/acme")
    answer = dispatch.answer(acme, request)
    assert answer.status == (200 if route.operation in PUBLIC else 404)
    assert list(acme.tables) == before
    assert b"widget" not in answer.body
