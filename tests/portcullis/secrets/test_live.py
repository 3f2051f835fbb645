"""What GitHub says about secrets: asked in few requests, and refusals reported in words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from githubkit import GitHub, TokenAuthStrategy

from portcullis.project import UserError
from portcullis.secrets.live import LiveRepository, look
from tests.components.declaration.resolved import resolved
from tests.portcullis.secrets.cases import NAMING, organization, secret
from tests.support.github_client import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Collection

    from components.organization import OrganizationConfig
    from components.secrets.secret import Store
    from portcullis.secrets.live import Live

DATES = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-02-01T00:00:00Z"}
_ALIAS = re.compile(r'(n\d+): repository\(owner: "acme", name: "([^"]+)"\)')


@dataclass
class Answers:
    """A GitHub in memory.

    Attributes:
        repositories: Name to GraphQL node.
        lists: REST path to the items of the list there; empty lists for others.
        status: What every request of REST is answered with.
        errors: GraphQL errors that stand in each answer.
        asked: REST paths with their queries, and `graphql`, in order.
    """

    repositories: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    status: int = 200
    errors: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def look(
        self,
        config: OrganizationConfig,
        declared: Collection[tuple[Store, str]] = (),
        stores: Collection[Store] = ("actions", "dependabot"),
    ) -> Live:
        """Look at it by githubkit itself."""
        client: GitHub[Any] = GitHub(
            TokenAuthStrategy("unused"),
            base_url=BASE_URL,
            transport=httpx.MockTransport(self._answer),
            auto_retry=False,
            http_cache=False,
        )
        return look(client, resolved(config), declared=declared, stores=stores)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/graphql":
            self.asked.append("graphql")
            asked = _ALIAS.findall(json.loads(request.content)["query"])
            data = {alias: self.repositories.get(name) for alias, name in asked}
            errors = [*self.errors]
            errors += [
                {"type": "NOT_FOUND", "message": "no"} for found in data.values() if not found
            ]
            return httpx.Response(200, json={"data": data, "errors": errors}, request=request)
        path = request.url.path
        self.asked.append(f"{path}?{request.url.query.decode()}")
        items = self.lists.get(path, [])
        start = (int(request.url.params["page"]) - 1) * 100
        key = "repositories" if path.endswith("/repositories") else "secrets"
        body = {"total_count": len(items), key: items[start : start + 100]}
        return httpx.Response(self.status, json=body, request=request)


def node(name: str, *environments: str, **files: str | None) -> dict[str, Any]:
    """A repository with workflows, as GraphQL has it; None is a file that is too long."""
    entries = [
        {"name": f"{key}.yml", "object": {"text": text, "isTruncated": text is None}}
        for key, text in files.items()
    ]
    return {
        "name": name,
        "environments": {"nodes": [{"name": each} for each in environments]},
        # a folder, too: it has no object that is a file
        "workflows": {"entries": [*entries, {"name": "old", "object": {}}]} if files else None,
        "d0": {"text": "version: 2", "isTruncated": False},
        "d1": None,
    }


def test_one_query_for_twenty_repositories_and_one_request_for_each_list() -> None:
    """Requests are counted: 2 queries, 2 stores of the organization, 2 of each repository."""
    names = [f"r{n}" for n in range(21)]
    github = Answers(repositories={name: node(name) for name in names})
    live = github.look(organization({name: {} for name in names}))
    assert live.requests == len(github.asked) == 2 + 2 + 2 * 21
    assert github.asked[:2] == ["graphql", "graphql"]


def test_files_and_environments_come_with_the_query() -> None:
    """Workflows, Dependabot's file, and environments that nobody declares: their secrets too."""
    github = Answers(repositories={"app": node("app", "a b/c", ci=NAMING, long=None)})
    path = "/repos/acme/app/environments/a b/c/secrets"
    github.lists[path] = [{"name": "TOKEN", **DATES}]
    live = github.look(organization({"app": {}}))
    assert live.repositories["app"] == LiveRepository(
        ("a b/c",),
        {
            ".github/workflows/ci.yml": NAMING,
            ".github/workflows/long.yml": None,
            ".github/dependabot.yml": "version: 2",
        },
    )
    (found,) = live.secrets
    assert (found.scope, found.repositories, found.environment) == (
        "environment",
        ("app",),
        "a b/c",
    )
    assert found.updated.isoformat() == "2026-02-01T00:00:00+00:00"


def test_repositories_that_are_not_there_are_not_asked_for() -> None:
    """New ones, archived ones, and one that only answers to its old name."""
    github = Answers(repositories={"moved": node("elsewhere")})
    config = organization({"new": {}, "moved": {}, "old": {"archived": True}})
    live = github.look(config)
    assert live.repositories == {}
    assert [each.split("?")[0] for each in github.asked[1:]] == [
        "/orgs/acme/actions/secrets",
        "/orgs/acme/dependabot/secrets",
    ]


def test_long_lists_come_in_pages() -> None:
    """A hundred a page, until all are there."""
    path = "/orgs/acme/actions/secrets"
    many = [{"name": f"S{n}", "visibility": "all", **DATES} for n in range(201)]
    github = Answers(lists={path: many})
    live = github.look(organization({}), stores=["actions"])
    assert [each.name for each in live.secrets] == [f"S{n}" for n in range(201)]
    assert github.asked == [f"{path}?per_page=100&page={n}" for n in (1, 2, 3)]
    assert live.requests == 3


def test_who_sees_a_secret_that_is_not_declared() -> None:
    """By GitHub's word, or by its list; of a declared one the declaration says it."""
    path = "/orgs/acme/actions/secrets"
    github = Answers(
        lists={
            path: [
                {"name": "KNOWN", "visibility": "selected", **DATES},
                {"name": "SOME", "visibility": "selected", **DATES},
                {"name": "PRIVATE", "visibility": "private", **DATES},
            ],
            f"{path}/SOME/repositories": [{"name": "App"}, {"name": "unknown"}],
        }
    )
    config = organization(
        {"app": {}, "site": {"visibility": "public"}}, KNOWN=secret(visible_to="all")
    )
    live = github.look(config, {("actions", "KNOWN")}, ["actions"])
    assert {each.name: each.repositories for each in live.secrets} == {
        "KNOWN": (),
        "SOME": ("app",),
        "PRIVATE": ("app",),
    }


def test_codespaces_are_looked_at_where_they_are_used() -> None:
    """Reading them is a permission of its own."""
    github = Answers()
    github.look(organization({}), stores=["codespaces"])
    assert github.asked == ["/orgs/acme/codespaces/secrets?per_page=100&page=1"]


def test_a_refusal_is_reported_in_words() -> None:
    """Which request, and how it was answered; no token in it."""
    with pytest.raises(UserError, match=r"GET .*/orgs/acme/actions/secrets.* answered with 403"):
        Answers(status=403).look(organization({}))


def test_an_error_of_graphql_is_reported_in_words() -> None:
    """Where it is not only that a repository is new."""
    github = Answers(errors=[{"type": "FORBIDDEN", "message": "Resource not accessible"}])
    with pytest.raises(UserError, match="Resource not accessible"):
        github.look(organization({"app": {}}))
