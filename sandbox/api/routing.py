"""Routes: from a method and a raw path to the function that answers.

Segments are split before they are decoded, so that `prod%2Feu` stays one segment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sandbox.api.http import Call, Response

    Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation.

    Attributes:
        method: The HTTP method.
        template: The path as GitHub's documentation writes it; a parameter that ends in `*` takes
            the rest of the path, slashes included.
        handler: The function that answers.
        needs: What the actor must be: see `permissions.require`.
    """

    method: str
    template: str
    handler: Handler
    needs: str

    @property
    def operation(self) -> str:
        """Method and template: the name of the operation in the journal."""
        return f"{self.method} {self.template}"


class Routes:
    """The routes of one family of endpoints, collected by decorators."""

    def __init__(self) -> None:
        """Start without routes."""
        self.routes: list[Route] = []

    def add(self, method: str, template: str, needs: str) -> Callable[[Handler], Handler]:
        """Return a decorator that registers a function for a method and path."""

        def register(handler: Handler) -> Handler:
            self.routes.append(Route(method, template, handler, needs))
            return handler

        return register

    def get(self, template: str, needs: str) -> Callable[[Handler], Handler]:
        """Register a GET."""
        return self.add("GET", template, needs)

    def post(self, template: str, needs: str) -> Callable[[Handler], Handler]:
        """Register a POST."""
        return self.add("POST", template, needs)

    def put(self, template: str, needs: str) -> Callable[[Handler], Handler]:
        """Register a PUT."""
        return self.add("PUT", template, needs)

    def patch(self, template: str, needs: str) -> Callable[[Handler], Handler]:
        """Register a PATCH."""
        return self.add("PATCH", template, needs)

    def delete(self, template: str, needs: str) -> Callable[[Handler], Handler]:
        """Register a DELETE."""
        return self.add("DELETE", template, needs)


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    rest: dict[str, Route] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)


class Router:
    """A tree of path segments; a literal segment wins over a parameter."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Build the tree.

        Raises:
            ValueError: Two routes have the same method and path.
        """
        self.routes = list(routes)
        self._root = _Node()
        for route in self.routes:
            node, final = self._root, None
            for segment in route.template.strip("/").split("/"):
                if segment.endswith("*}"):
                    final = node.rest
                elif segment.startswith("{"):
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
                else:
                    node = node.literal.setdefault(segment, _Node())
            table = node.routes if final is None else final
            if route.method in table:
                raise ValueError(f"two routes for {route.operation}")
            table[route.method] = route

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route for a method and raw path, with decoded parameters, or None.

        A slash at the end counts: only the rest of a path (`{path*}`) may be empty.
        """
        segments = raw_path.removeprefix("/").split("/")
        route = self._find(self._root, segments, 0, method)
        if route is None:
            return None
        parameters = {}
        for index, name in enumerate(route.template.strip("/").split("/")):
            if name.endswith("*}"):
                parameters[name[1:-2]] = unquote("/".join(segments[index:]))
            elif name.startswith("{"):
                parameters[name[1:-1]] = unquote(segments[index])
        return route, parameters

    def _find(self, node: _Node, segments: list[str], index: int, method: str) -> Route | None:
        if index == len(segments):
            return node.routes.get(method) or node.rest.get(method)
        segment = segments[index]
        child = node.literal.get(segment)
        if child is not None:
            found = self._find(child, segments, index + 1, method)
            if found is not None:
                return found
        if node.parameter is not None and segment:
            found = self._find(node.parameter, segments, index + 1, method)
            if found is not None:
                return found
        return node.rest.get(method)
