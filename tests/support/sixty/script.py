"""Requests to GitHub's REST API, as a person's script makes them; each change is noted."""

from __future__ import annotations

import base64
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from nacl.public import PublicKey, SealedBox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

ORG = "Orbit-Works"
"""The organization's login; a capital letter and a dash are usual."""
OWNER = "olga"


@dataclass(frozen=True)
class Change:
    """A request that changed something."""

    method: str
    path: str
    body: Any
    answer: Any


@dataclass
class Script:
    """A conversation with GitHub as an owner, and as others where only they can act."""

    client: Callable[[str], httpx.Client]
    """Returns a client of the REST API with the credentials of a login."""
    changes: list[Change] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    """Numeric ids by path, such as ``/users/ben``."""
    _open: dict[str, httpx.Client] = field(default_factory=dict, repr=False)
    _keys: dict[str, Any] = field(default_factory=dict, repr=False)
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close all connections."""
        self._stack.close()

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, login: str = OWNER
    ) -> Any:  # noqa: ANN401 - any JSON
        """Make one request, which has to succeed."""
        if login not in self._open:
            self._open[login] = self._stack.enter_context(self.client(login))
        answer = self._open[login].request(method, path, json=body)
        assert answer.is_success, (method, path, body, answer.text)
        found = answer.json() if answer.content else None
        if method != "GET":
            self.changes.append(Change(method, path, body, found))
        return found

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return an answer."""
        return self.ask("GET", path)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Make something."""
        return self.ask("POST", path, body)

    def put(self, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Set something."""
        return self.ask("PUT", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """Change something."""
        return self.ask("PATCH", path, body)

    def graphql(self, document: str, given: dict[str, Any]) -> None:
        """Make a mutation of GraphQL, for what REST lacks."""
        address = str(self._open[OWNER].base_url).replace("/api/v3/", "/api/graphql")
        answer = self.post(address, {"query": document, "variables": {"input": given}})
        assert "errors" not in answer, answer

    def id(self, path: str) -> int:
        """Return the numeric id of what is at a path."""
        if path not in self.ids:
            self.ids[path] = int(self.get(path)["id"])
        return self.ids[path]

    def user(self, login: str) -> int:
        """Return a person's id."""
        return self.id(f"/users/{login}")

    def team(self, slug: str) -> int:
        """Return a team's id."""
        return self.id(f"/orgs/{ORG}/teams/{slug}")

    def repository(self, name: str) -> int:
        """Return a repository's id."""
        return self.id(f"/repos/{ORG}/{name}")

    def secret(self, base: str, name: str, **more: object) -> None:
        """Set a secret, encrypted for where it belongs."""
        if base not in self._keys:
            self._keys[base] = self.get(f"{base}/public-key")
        key = self._keys[base]
        box = SealedBox(PublicKey(base64.b64decode(key["key"])))
        sealed = base64.b64encode(box.encrypt(b"canary-secret-of-sixty")).decode()
        self.put(f"{base}/{name}", {"encrypted_value": sealed, "key_id": key["key_id"], **more})

    def file(self, repository: str, path: str, text: str, branch: str | None = None) -> None:
        """Commit a file."""
        body = {
            "message": f"Add {path}",
            "content": base64.b64encode(text.encode()).decode(),
            **({"branch": branch} if branch else {}),
        }
        self.put(f"/repos/{ORG}/{repository}/contents/{path}", body)
