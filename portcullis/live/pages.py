"""Pages of GraphQL lists, as large as GitHub can answer.

GitHub gives a query up that takes too much, with the error `RESOURCE_LIMITS_EXCEEDED` and null in
the list's place, or with 502 after ten seconds. A smaller page of the same list is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.live.asking import TooHeavy, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Page = Mapping[str, Any]

TOO_HEAVY = Unread(0, reason="GitHub gives the query up: it takes too much")


def pages(
    ask: Callable[[str | None, int], Page | None],
    most: int,
    skip: Callable[[str | None], Page | None] | None = None,
) -> Iterator[Page | None]:
    """Yield the pages of a list; None, the last, where GitHub does not show it.

    Args:
        ask: Returns the page of a size after a cursor.
        most: The size of the largest page.
        skip: Returns one entry after a cursor, of which hardly anything is asked. It is called
            where GitHub gives up even a page of one.

    Raises:
        TooHeavy: GitHub gave up a page of one, and nothing is skipped.
    """
    after, size = None, most
    while True:
        try:
            page = ask(after, size)
            size = min(2 * size, most)
        except TooHeavy:
            if size > 1:
                size //= 2
                continue
            if skip is None:
                raise
            page = skip(after)
        yield page
        if page is None or not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def present(entries: Iterable[Mapping[str, Any] | None] | None) -> list[Mapping[str, Any]]:
    """Return the entries that GitHub shows: one is null, or its node is, where it does not."""
    return [
        each for each in entries or () if each is not None and each.get("node", each) is not None
    ]
