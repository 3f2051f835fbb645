"""A GitHub client that answers from memory, for what is asked before anything is changed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from githubkit import GitHub, TokenAuthStrategy

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE_URL = "https://github.invalid/"
_QUESTION = re.compile(
    r"(n\d+): (?:organization\(login: \"[^\"]*\"\) \{ )?"
    r"(repository|team|user)\([^)]*?\"([^\"]*)\"\)"
)


@dataclass
class FakeGitHub:
    """githubkit itself, with a transport that knows some names.

    Attributes:
        known: (kind, name) to numeric id, kind being repository, team or user.
        status: What each request is answered with.
        queries: The names of each GraphQL query, in order.
        viewer: Whom the client is taken for.
        requests: Method, path and body of every other request.
        errors: GraphQL errors that stand in each answer.
        answers: What the requests for a path are answered with; nothing else is known.
    """

    known: Mapping[tuple[str, str], int] = field(default_factory=dict)
    status: int = 200
    viewer: str = "ana"
    errors: list[dict[str, str]] = field(default_factory=list)
    queries: list[list[tuple[str, str]]] = field(default_factory=list)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    answers: Mapping[str, Any] = field(default_factory=dict)

    def client(self) -> GitHub[Any]:
        """A client whose requests are answered here."""
        transport = httpx.MockTransport(self._answer)
        return GitHub(
            TokenAuthStrategy("unused"), base_url=BASE_URL, transport=transport, auto_retry=False
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"null")
        if self.status != 200:
            return httpx.Response(self.status, json={"message": "no"}, request=request)
        if request.url.path != "/graphql":
            self.requests.append((request.method, request.url.path, body))
            answer = self.answers.get(request.url.path, {})
            return httpx.Response(200, json=answer, request=request)
        asked = _QUESTION.findall(body["query"])
        self.queries.append([(kind, name) for _, kind, name in asked])
        data: dict[str, Any] = {"viewer": {"login": self.viewer}}
        errors = list(self.errors)
        for alias, kind, name in asked:
            number = self.known.get((kind, name.lower()))
            node = None if number is None else {"databaseId": number}
            data[alias] = {"team": node} if kind == "team" else node
            if node is None and kind != "team":
                errors.append({"type": "NOT_FOUND", "message": f"no {kind}"})
        return httpx.Response(200, json={"data": data, "errors": errors}, request=request)
