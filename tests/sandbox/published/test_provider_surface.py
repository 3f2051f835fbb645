"""All that the GitHub provider asks for is answered, and is what GitHub has published.

`provider_calls.txt` and `provider_documents.json` say what it asks for.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from graphql import parse, validate

from sandbox.api import lookups
from sandbox.api.dispatch import ROUTER
from sandbox.api.journal import Journal
from sandbox.graphql.execute import _RULES, schema
from sandbox.seed import apply, read
from sandbox.world.kinds.accounts import ORGANIZATION
from sandbox.world.kinds.people import TEAM
from sandbox.world.kinds.repositories import REPOSITORY
from sandbox.world.world import World as State
from tests.sandbox.conftest import ACME
from tests.sandbox.published import provider_session
from tests.sandbox.published.judge import OLD, description
from tests.sandbox.published.vendor import ALIASES, plain
from tests.sandbox.sealing import sealed
from tests.support.keys import app_keys, as_app

if TYPE_CHECKING:
    from collections.abc import Callable

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
    apply.apply(state, read.parse(ACME))
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


def test_the_session_makes_every_call() -> None:
    """Each call of the list is made in it, and no other (C1)."""
    assert {step.call for step in provider_session.steps()} == set(CALLS)


def test_every_call_works(make_world: Callable[[dict[str, Any]], World]) -> None:
    """Made, read as it was made, changed, removed: each answer is a success (C1).

    The sandbox's judge holds every request and every answer against GitHub's description.
    """
    app = {"slug": "portal", "app_id": 7, "public_key": app_keys()[1], "organizations": ["acme"]}
    world = make_world({**ACME, "apps": [app]})
    kept: dict[str, Any] = {}
    with world.client() as client:
        for step in provider_session.steps():
            answer = _ask(client, step, kept)
            assert answer.is_success, (step, answer.status_code, answer.text)
            body = answer.json() if answer.content else {}
            seen = {name: body[name] for name in step.shows}
            assert _like(seen, step.shows), (step, seen)
            kept |= {name: _at(body, key) for name, key in step.keep.items()}
    assert world.gaps() == []


def _ask(client: httpx.Client, step: provider_session.Step, kept: dict[str, Any]) -> httpx.Response:
    method, template = step.call.split(" ")
    path = template.format(**provider_session.NAMES | kept | step.names)
    body = step.body
    if isinstance(body, dict):
        body = {name: _filled(value, kept) for name, value in body.items()}
        if "sealed" in body:
            value = body.pop("sealed")
            body |= sealed(client, path.rpartition("/")[0], value)
    headers = as_app() if step.actor == "app" else {}
    return client.request(method, path, json=body, params=step.query, headers=headers)


def _filled(value: Any, kept: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_filled(each, kept) for each in value]
    return kept[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value


def _at(body: Any, key: str) -> Any:  # noqa: ANN401 - any JSON
    for part in key.split("."):
        body = body[part]
    return body


def _like(seen: Any, wanted: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether all that is wanted is there, in objects that may show more."""
    if isinstance(wanted, dict):
        return all(_like(seen[name], value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return len(seen) == len(wanted) and all(map(_like, seen, wanted))
    return bool(seen == wanted)


def test_every_route_is_published() -> None:
    """Nothing in the sandbox was made up: each operation is described, or was until lately (C1)."""
    ours = {plain(route.operation.replace("*}", "}")) for route in ROUTER.routes}
    unknown = ours - description()["operations"].keys() - ALIASES.keys() - OLD
    assert unknown == set()


@pytest.mark.parametrize("old", LEGACY)
def test_a_legacy_path_stands_for_the_described_one(old: str) -> None:
    """By id it leads to the same thing as by name (C1)."""
    state = _state()
    org = state.find(ORGANIZATION, "acme")
    assert org is not None
    team, site = state.find(TEAM, "release", org.id), state.find(REPOSITORY, "site", org.id)
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
