"""Pages of GraphQL's lists: connections, their edges and cursors."""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from sandbox.graphql.cost import PAGE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _cursor(index: int) -> str:
    return base64.b64encode(f"cursor:v2:{index}".encode()).decode()


def _index(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("cursor:v2:"))
    except (binascii.Error, ValueError):
        message = f"`{cursor}` does not appear to be a valid cursor."
        raise GraphQLError(message, extensions={"type": "INVALID_CURSOR_ARGUMENTS"}) from None


def connection(
    items: Sequence[Any], arguments: dict[str, Any], **edge: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return a page of a connection.

    Args:
        items: The whole list.
        arguments: The field's: `first` and `after`, or `last` and `before`.
        edge: Further fields of an edge, made from its item when they are asked for.

    Raises:
        GraphQLError: No page size, or one above 100.
    """
    size = arguments.get("first")
    if size is None:
        size = arguments.get("last")
    if size is None:
        raise GraphQLError(
            "You must provide a `first` or `last` value to properly paginate the connection.",
            extensions={"type": "MISSING_PAGINATION_BOUNDARIES"},
        )
    if not 0 <= size <= PAGE_LIMIT:
        raise GraphQLError(
            f"Requesting {size} records on the connection exceeds the `first` limit of "
            f"{PAGE_LIMIT} records.",
            extensions={"type": "EXCESSIVE_PAGINATION"},
        )
    start, end = 0, len(items)
    if arguments.get("after"):
        start = _index(arguments["after"])
    if arguments.get("before"):
        end = _index(arguments["before"]) - 1
    if arguments.get("first") is not None:
        end = min(end, start + size)
    else:
        start = max(start, end - size)
    shown = list(items[start:end])

    def edges() -> list[dict[str, Any]]:
        return [
            {
                "cursor": _cursor(start + offset + 1),
                "node": item,
                **{name: partial(make, item) for name, make in edge.items()},
            }
            for offset, item in enumerate(shown)
        ]

    return {
        "nodes": shown,
        "edges": edges,
        "totalCount": len(items),
        "pageInfo": {
            "startCursor": _cursor(start + 1) if shown else None,
            "endCursor": _cursor(start + len(shown)) if shown else None,
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
        },
    }
