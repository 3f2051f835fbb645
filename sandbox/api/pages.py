"""Lists in pages, with GitHub's `Link` header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from sandbox.api.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.api.http import Call

PER_PAGE = 30
PER_PAGE_LIMIT = 100

Item = TypeVar("Item")


def number(text: str | None, default: int, limit: int) -> int:
    """Return a number from a query, at most `limit`; the default for what is none."""
    try:
        given = int(text) if text is not None else default
    except ValueError:
        return default
    return min(given, limit) if given > 0 else default


def page(
    call: Call,
    items: Sequence[Item],
    render: Callable[[Item], Any],
    envelope: str | None = None,
    *,
    per_page: int = PER_PAGE,
    limit: int = PER_PAGE_LIMIT,
) -> Response:
    """Answer with one page of a list.

    Args:
        call: The request; its `per_page` and `page` (from 1) count.
        items: The whole list. Only the page's items are rendered.
        render: Makes an item's JSON, or the bytes of it if it keeps them.
        envelope: The field that the list stands in, beside `total_count`; None for a bare list.
        per_page: Items on a page when the request says nothing.
        limit: Items on a page at most.
    """
    per_page = number(call.query.get("per_page"), per_page, limit)
    present = number(call.query.get("page"), 1, 1_000_000)
    start = (present - 1) * per_page
    shown = [render(item) for item in items[start : start + per_page]]
    last = max(1, -(-len(items) // per_page))
    links = []
    if present > 1:
        links += [(present - 1, "prev")]
    if present < last:
        links += [(present + 1, "next"), (last, "last")]
    if present > 1:
        links += [(1, "first")]
    headers = {}
    if links:
        headers["Link"] = ", ".join(
            f'<{call.api}{call.raw_path}?{urlencode({**call.query, "page": target})}>; rel="{rel}"'
            for target, rel in links
        )
    if shown and all(isinstance(each, bytes) for each in shown):
        headers["Content-Type"] = "application/json; charset=utf-8"
        return Response(200, _joined(shown, envelope, len(items)), headers)
    if envelope is None:
        return Response(200, shown, headers)
    return Response(200, {"total_count": len(items), envelope: shown}, headers)


def _joined(shown: list[bytes], envelope: str | None, total: int) -> bytes:
    """Return a page of items that are bytes already."""
    inner = b"[" + b",".join(shown) + b"]"
    if envelope is None:
        return inner
    return b'{"total_count":%d,"%s":%s}' % (total, envelope.encode(), inner)
