"""Topics of repositories."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sandbox.graphql.connections import connection
from sandbox.graphql.ordering import filtered, ordered
from sandbox.graphql.reading import constants, entry
from sandbox.graphql.rights import readable
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Table
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record

    Arguments = dict[str, Any]


def _topic(name: str) -> dict[str, str]:
    ident = base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")
    return {"id": f"TO_{ident}", "name": name}


def _by_name(call: Call, _source: object, arguments: Arguments) -> dict[str, str] | None:
    name = arguments["name"].lower()
    known = any(name in each.data["topics"] for each in call.world.repositories())
    return _topic(name) if known else None


def _topics(call: Call, repository: Record[Repository], arguments: Arguments) -> dict[str, Any]:
    found = [
        {
            "id": f"RT_{node_id('repository', repository.id)}_{name}",
            "topic": _topic(name),
            "resourcePath": f"/topics/{name}",
            "url": f"{call.host}/topics/{name}",
        }
        for name in repository.data["topics"]
    ]
    return connection(found, arguments)


def _repositories(call: Call, topic: dict[str, str], arguments: Arguments) -> dict[str, Any]:
    found = [
        each
        for each in call.world.repositories()
        if topic["name"] in each.data["topics"] and readable(call, each)
    ]
    return connection(ordered(filtered(found, arguments), arguments), arguments)


RESOLVERS: Table = {
    ("Query", "topic"): _by_name,
    ("Repository", "repositoryTopics"): _topics,
    **{("RepositoryTopic", each): entry(each) for each in ("id", "resourcePath", "topic", "url")},
    **constants("Topic", relatedTopics=[], stargazerCount=0, viewerHasStarred=False),
    ("Topic", "id"): entry("id"),
    ("Topic", "name"): entry("name"),
    ("Topic", "repositories"): _repositories,
}
