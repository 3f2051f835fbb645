"""Pages for people, made on the server, read-only."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sandbox.http import Response

if TYPE_CHECKING:
    from sandbox.worlds import Sandbox

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


def answer(sandbox: Sandbox, method: str, name: str, rest: str) -> Response:
    """Answer with the page of the sandbox, a world, or an organization."""
    return Response(404, f"<p>{escape(name)}".encode(), dict(_HEADERS))
