"""Search for repositories, by the qualifiers that administrators use.

Source: https://docs.github.com/rest/search/search and
https://docs.github.com/search-github/searching-on-github/searching-for-repositories
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.permissions import owner, visible_repositories
from sandbox.api.errors import invalid
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.repositories import minimal_repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record

ROUTES = Routes()
_QUALIFIERS = ("org", "user", "repo", "in", "is", "archived", "topic", "visibility", "fork")


@ROUTES.get("/search/repositories", needs="user")
def repositories(call: Call) -> Response:
    """Return the repositories that fit all words and qualifiers, and that the caller may see."""
    query = call.query.get("q", "").strip()
    if not query:
        raise invalid("Validation Failed", {"resource": "Search", "field": "q", "code": "missing"})
    found = [
        repository
        for account in call.world.accounts()
        for repository in visible_repositories(call.world, account, call.actor)
        if all(_fits(call, repository, word) for word in query.split())
    ]
    listed = page(call, found, lambda each: {**minimal_repository(call, each), "score": 1.0})
    body = {"total_count": len(found), "incomplete_results": False, "items": listed.body}
    return Response(200, body, listed.headers)


def _fits(call: Call, repository: Record[Repository], word: str) -> bool:
    name, _, value = word.partition(":")
    account = owner(call.world, repository).name.lower()
    if not value or name not in _QUALIFIERS:
        text = f"{repository.name} {repository.data['description'] or ''}".lower()
        return word.lower() in text
    value = value.lower()
    is_fork = bool(repository.data.get("fork_of"))
    fits = {
        "org": value == account,
        "user": value == account,
        "repo": value == f"{account}/{repository.name.lower()}",
        "in": True,
        "is": value == repository.data["visibility"],
        "visibility": value == repository.data["visibility"],
        "archived": (value == "true") == repository.data["archived"],
        "topic": value in repository.data["topics"],
        "fork": value == "true" or (value == "only") == is_fork,
    }
    return bool(fits[name])
