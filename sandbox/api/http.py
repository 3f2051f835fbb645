"""A request to a world and its answer, free of any web framework."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sandbox.api.errors import GitHubError, not_found
from sandbox.world.kinds.accounts import ORGANIZATION, Organization
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from sandbox.access.actors import Actor
    from sandbox.graphql.cost import Cost
    from sandbox.world.records import Record
    from sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came.

    Attributes:
        method: The HTTP method.
        path: The raw path, not decoded.
        query: The raw query string.
        headers: Header fields, lower-case names.
        content: The body.
        host: Scheme, host and port that the client used; below a world with the world's prefix.
        client: The client's address.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    content: bytes
    host: str
    client: str = ""

    def below(self, prefix: str) -> Request:
        """Return the request without a path prefix, which becomes part of the host."""
        return replace(
            self, path=self.path.removeprefix(prefix) or "/", host=f"{self.host}{prefix}"
        )


@dataclass(slots=True)
class Response:
    """An answer: a status, a JSON body (None: no body) and further headers."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Return the body as bytes."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json_bytes(self.body)


def json_bytes(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Return a value as JSON, without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


NO_CONTENT = Response(204)


@dataclass(slots=True)
class Call:
    """A request on its way through a world.

    Attributes:
        world: The world.
        actor: The caller.
        method: The HTTP method.
        raw_path: The path below `/api/v3`, as it was sent.
        host: Scheme, host and port that the client used, with the world's prefix.
        query: The query string's fields.
        headers: Request headers, lower-case names.
        content: The raw body.
        parameters: The route's path parameters, decoded.
        accepted_scopes: Scopes of which a classic token needs one for the route.
        cost: What a GraphQL document costs; None for REST.
        kept: What one request reads once for many things, such as an organization's teams.
    """

    world: World
    actor: Actor
    method: str
    raw_path: str
    host: str
    query: dict[str, str]
    headers: Mapping[str, str]
    content: bytes
    parameters: dict[str, str] = field(default_factory=dict)
    accepted_scopes: tuple[str, ...] = ()
    cost: Cost | None = None
    kept: dict[Hashable, Any] = field(default_factory=dict)
    _org: Record[Organization] | None = None
    _repository: Record[Repository] | None = None

    @property
    def api(self) -> str:
        """The base address of REST, without a slash at its end."""
        return f"{self.host}/api/v3"

    @property
    def org(self) -> Record[Organization]:
        """The organization of the path."""
        if self._org is None:
            raise not_found()
        return self._org

    @org.setter
    def org(self, record: Record[Organization]) -> None:
        self._org = record

    @property
    def repository(self) -> Record[Repository]:
        """The repository of the path."""
        if self._repository is None:
            raise not_found()
        return self._repository

    @repository.setter
    def repository(self, record: Record[Repository]) -> None:
        self._repository = record

    def refresh(self) -> None:
        """Read the organization and repository of the path again, after they were changed."""
        if self._org is not None:
            self._org = self.world.get(ORGANIZATION, self._org.id)
        if self._repository is not None:
            self._repository = self.world.get(REPOSITORY, self._repository.id)

    def integer(self, name: str) -> int:
        """Return a path parameter that is an id; 404 when it is not a number."""
        try:
            return int(self.parameters[name])
        except ValueError:
            raise not_found() from None

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Return the body as JSON; an empty one is an empty object."""
        if not self.content:
            return {}
        try:
            value = json.loads(self.content)
            if b"\\ud" in self.content.lower():
                # half of a surrogate pair is no text
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise GitHubError(400, "Problems parsing JSON") from None
        return value
