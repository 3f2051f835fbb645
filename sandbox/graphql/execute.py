"""A GraphQL request, from its body to GitHub's envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import not_found

if TYPE_CHECKING:
    from sandbox.http import Call, Response


def answer(call: Call) -> Response:
    """Execute the document in the request's body."""
    raise not_found()
