"""A whole organization is read quickly: many repositories with everything, in a few requests."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from sandbox.access.actors import Actor
from sandbox.api import dispatch
from sandbox.api.http import Request
from sandbox.api.journal import Journal
from sandbox.seed import apply, models
from sandbox.world.kinds.accounts import USER
from sandbox.world.world import World
from tests.sandbox.graphql.crawl import REPOSITORIES, RULESET
from tests.support.extent import cases

_PEOPLE = [f"p{number}" for number in range(60)]
_STATUS = {
    "required_status_checks": [{"context": "ci"}],
    "strict_required_status_checks_policy": True,
}
_REVIEW = {
    "dismiss_stale_reviews_on_push": True,
    "require_code_owner_review": True,
    "require_last_push_approval": True,
    "required_approving_review_count": 1,
    "required_review_thread_resolution": True,
}
_SETTINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", "environments/prod", {"wait_timer": 5}),
    ("PUT", "environments/test", {}),
    ("PUT", "topics", {"names": ["cli", "python"]}),
    (
        "POST",
        "rulesets",
        {
            "name": "main",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
            "rules": [
                {"type": "deletion"},
                {"type": "pull_request", "parameters": _REVIEW},
                {"type": "required_status_checks", "parameters": _STATUS},
            ],
            "bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole"}],
        },
    ),
    (
        "PUT",
        "branches/main/protection",
        {
            "required_status_checks": {"strict": True, "contexts": ["ci"]},
            "enforce_admins": True,
            "required_pull_request_reviews": {},
            "restrictions": {"users": ["ana"], "teams": [], "apps": []},
        },
    ),
]
"""What each repository is given: method, path and body."""


class Big:
    """A world whose organization has so many repositories, asked without a server."""

    def __init__(self, repositories: int) -> None:
        """Make the world."""
        self.world = World("big", Journal())
        seed = {
            "users": ["zoe"],
            "organizations": [
                {
                    "login": "acme",
                    "plan": "enterprise",
                    "owners": ["ana"],
                    "members": _PEOPLE,
                    "settings": {"default_repository_permission": "none"},
                    "teams": {f"t{n}": {"members": _PEOPLE[n : n + 6]} for n in range(25)},
                    "repositories": {f"r{n:04}": _repository(n) for n in range(repositories)},
                }
            ],
        }
        apply.apply(self.world, models.Seed.model_validate(seed))
        self.actor = Actor(user=self.world.find(USER, "ana"))
        for number in range(repositories):
            for method, path, body in _SETTINGS:
                self.ask(method, f"/api/v3/repos/acme/r{number:04}/{path}", body)

    def ask(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a request as ana."""
        content = json.dumps(body).encode()
        request = Request(method, path, "", {}, content, "http://sandbox")
        answer = dispatch.answer(self.world, request, self.actor, journal=False)
        assert answer.status in (200, 201), answer.body
        found: dict[str, Any] = json.loads(answer.body)
        return found

    def query(self, query: str, **variables: object) -> dict[str, Any]:
        """Ask by GraphQL; errors fail the test."""
        answer = self.ask("POST", "/api/graphql", {"query": query, "variables": variables})
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data


def _repository(number: int) -> dict[str, Any]:
    return {
        "visibility": "private",
        "files": {"README.md": "x", ".github/workflows/ci.yml": f"name: ci{number}\n"},
        "teams": {f"t{number % 25}": "push", f"t{(number + 3) % 25}": "admin"},
        "collaborators": {"zoe": "pull"},
    }


def _crawl(big: Big) -> list[dict[str, Any]]:
    """Return all repositories, page by page."""
    found: list[dict[str, Any]] = []
    after, more = None, True
    while more:
        page = big.query(REPOSITORIES, org="acme", after=after)["organization"]["repositories"]
        found += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found


@pytest.mark.parametrize(("count", "limit"), cases([(100, 1.0)], (1_000, 5.0)))
def test_an_organization_is_read_in_seconds(count: int, limit: float) -> None:
    """100 repositories with everything take one request and less than a second of the processor.

    1,000 take ten requests and less than five seconds: no field asks about all others.
    """
    big = Big(count)
    best, found = limit, []
    for _ in range(2):
        started = time.process_time()
        found = _crawl(big)
        best = min(best, time.process_time() - started)
    assert [each["name"] for each in found] == [f"r{number:04}" for number in range(count)]
    assert all(each["object"]["entries"][0]["object"]["text"] for each in found)
    assert best < limit


def test_many_repositories_are_asked_for_by_name_and_by_id() -> None:
    """A hundred aliases, or a list of node ids, are one request; missing ones are null."""
    big = Big(3)
    names = [*(f"r{number:04}" for number in range(3)), "gone"]
    asked = " ".join(
        f'r{place}: repository(owner: "acme", name: "{name}") {{ id name '
        "rulesets(first: 5) { nodes { ...ruleset } } }"
        for place, name in enumerate(names)
    )
    body = {"query": f"{{ {asked} }} {RULESET}"}
    answer = big.ask("POST", "/api/graphql", body)
    assert [(each["type"], each["path"]) for each in answer["errors"]] == [("NOT_FOUND", ["r3"])]
    by_name = [each for each in answer["data"].values() if each is not None]
    assert [each["rulesets"]["nodes"][0]["name"] for each in by_name] == ["main"] * 3
    ids = [each["id"] for each in by_name]
    ids += [each["rulesets"]["nodes"][0]["id"] for each in by_name]
    query = (
        "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Repository { name } ... on "
        "RepositoryRuleset { enforcement source { ... on Repository { name } } } } }"
    )
    nodes = big.query(query, ids=ids)["nodes"]
    assert [each["id"] for each in nodes] == ids
    assert [each["name"] for each in nodes[:3]] == names[:3]
    assert [each["source"]["name"] for each in nodes[3:]] == names[:3]
