"""GitHub's lists, page by page, several at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from githubkit import GitHub

PAGE = 100
"""GitHub's largest page."""
AT_ONCE = 8
"""Requests at the same time; GitHub allows a hundred."""


def pages(client: GitHub[Any], path: str, key: str) -> tuple[list[Any], int]:
    """Return all items of a list, and the number of requests that it took.

    Args:
        client: a client of the organization's GitHub.
        path: the list's, without a query.
        key: the field of the answer that holds the items, beside `total_count`.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked, or says no.
    """
    items: list[Any] = []
    page = 0
    while True:
        page += 1
        answer = client.request("GET", path, params={"per_page": PAGE, "page": page}).json()
        items += answer[key]
        if not answer[key] or len(items) >= answer["total_count"]:
            return items, page
