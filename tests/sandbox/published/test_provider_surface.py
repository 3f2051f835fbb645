"""All that the GitHub provider asks for is answered, and is what GitHub has published.

`provider_calls.txt` and `provider_documents.json` say what it asks for.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from graphql import parse, validate

from sandbox import lookups, planting, seed
from sandbox.actors import Actor
from sandbox.dispatch import ROUTER, answer
from sandbox.graphql.execute import _RULES, schema
from sandbox.http import Request
from sandbox.journal import Journal
from sandbox.world import World as State
from tests.sandbox.conftest import ACME
from tests.sandbox.published.judge import ALIASES, description
from tests.sandbox.published.vendor import plain

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

HERE = Path(__file__).parent
CALLS = [
    line
    for line in (HERE / "provider_calls.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
DOCUMENTS: list[dict[str, Any]] = json.loads(
    (HERE / "provider_documents.json").read_text(encoding="utf-8")
)
LEGACY = {
    "/organizations/{org_id}/team/{team_id}": (
        "/orgs/{org}/teams/{team_slug}",
        "a team by its ids: GitHub answers it for old clients, and describes the form by names",
    ),
    "/repositories/{repository_id}": (
        "/repos/{owner}/{repo}",
        "a repository by its id, which outlives renames; described is the form by names",
    ),
}
"""Beginnings of paths that are not described: what stands for them there, and why."""


def described(call: str) -> str:
    """Return a call in the form that GitHub describes."""
    for old, (new, _) in LEGACY.items():
        call = call.replace(f" {old}", f" {new}")
    return call


def _state() -> State:
    state = State("surface", Journal())
    planting.apply(state, seed.parse(ACME))
    state.commit()
    return state


def test_the_lists_name_each_thing_once() -> None:
    """No call stands there twice, and there are at least the 158 that the reference counts (C1)."""
    assert len(CALLS) == len(set(CALLS)) >= 158
    assert len({each["name"] for each in DOCUMENTS}) == len(DOCUMENTS) >= 10


@pytest.mark.parametrize("call", CALLS)
def test_a_call_has_a_route_and_is_published(call: str) -> None:
    """The router has it, and so has GitHub's description (C1)."""
    key = plain(described(call))
    assert key in {plain(route.operation.replace("*}", "}")) for route in ROUTER.routes}
    assert key in description()["operations"]


def test_a_call_is_answered_and_no_gap() -> None:
    """Each is asked for as the owner: whatever it says, it is not unknown (C1)."""
    state = _state()
    ana = Actor(user=state.find("user", "ana"))
    names = {"org": "acme", "owner": "acme", "repo": "site", "username": "ben"}
    names |= {"team_slug": "release", "branch": "main", "ref": "main", "path": "README.md"}
    # what removes the things that others ask about comes last
    for call in sorted(CALLS, key=lambda each: (each.startswith("DELETE "), -len(each))):
        method, template = call.split(" ", 1)
        org = state.find("organization", "acme")
        site = None if org is None else state.find("repository", "site", org.id)
        team = None if org is None else state.find("team", "release", org.id)
        ids = {"org_id": org, "team_id": team, "repository_id": site}
        found = names | {name: str(each.id) for name, each in ids.items() if each is not None}
        path = template
        for name in re.findall(r"\{(\w+)\}", template):
            path = path.replace(f"{{{name}}}", found.get(name, "1"))
        request = Request(method, f"/api/v3{path}", "", {}, b"{}", "http://h/surface")
        done = answer(state, request, ana)
        assert done.status < 500, call
    assert state.gaps == {}


def test_every_route_is_published() -> None:
    """Nothing in the sandbox was made up: each operation is described (C1)."""
    ours = {plain(route.operation.replace("*}", "}")) for route in ROUTER.routes}
    unknown = ours - description()["operations"].keys() - ALIASES.keys()
    assert unknown == set()


@pytest.mark.parametrize("old", LEGACY)
def test_a_legacy_path_stands_for_the_described_one(old: str) -> None:
    """By id it leads to the same thing as by name (C1)."""
    state = _state()
    org = state.find("organization", "acme")
    assert org is not None
    team, site = state.find("team", "release", org.id), state.find("repository", "site", org.id)
    assert team is not None
    assert site is not None
    path = old.format(org_id=org.id, team_id=team.id, repository_id=site.id)
    new = LEGACY[old][0].format(org="acme", team_slug="release", owner="acme", repo="site")
    assert lookups.legacy_path(state, f"{path}/x") == f"{new}/x"


@pytest.mark.parametrize("document", DOCUMENTS, ids=[each["name"] for each in DOCUMENTS])
def test_a_document_is_valid(document: dict[str, Any]) -> None:
    """The published part of GitHub's schema takes it (C1)."""
    assert validate(schema(), parse(document["query"]), _RULES) == []


def test_documents_are_answered_without_a_gap(world: World, api: httpx.Client) -> None:
    """One after the other, with what the one before made: data, and no error (C1)."""
    known = {
        "REPOSITORY": api.get("/repos/acme/widget").json()["node_id"],
        "TEAM": api.get("/orgs/acme/teams/release").json()["node_id"],
    }
    for document in DOCUMENTS:
        text = json.dumps(document["variables"])
        for name, value in known.items():
            text = text.replace(f'"{name}"', f'"{value}"')
        body = {"query": document["query"], "variables": json.loads(text)}
        said = api.post(f"{world.base_url}api/graphql", json=body).json()
        assert "errors" not in said, (document["name"], said)
        if document["name"] == "create rule":
            made = said["data"]["createBranchProtectionRule"]
            known["RULE"] = made["branchProtectionRule"]["id"]
    assert world.gaps() == []
