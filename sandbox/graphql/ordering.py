"""Lists of repositories and teams: what their arguments leave out, and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record

    Arguments = dict[str, Any]
    Repositories = Sequence[Record[Repository]]

_KEYS: dict[str, Callable[[Record[Repository]], Any]] = {
    "CREATED_AT": lambda it: it.created_at,
    "NAME": lambda it: it.name.casefold(),
    "PUSHED_AT": lambda it: it.data["pushed_at"] or "",
    "STARGAZERS": lambda _it: 0,
    "UPDATED_AT": lambda it: it.updated_at,
}
_HOLDS: dict[str, Callable[[Record[Repository], Any], bool]] = {
    "hasIssuesEnabled": lambda it, wanted: it.data["has_issues"] == wanted,
    "isArchived": lambda it, wanted: it.data["archived"] == wanted,
    "isFork": lambda it, wanted: bool(it.data.get("fork_of")) == wanted,
    "isLocked": lambda _it, wanted: not wanted,
    "privacy": lambda it, wanted: (it.data["visibility"] == "public") == (wanted == "PUBLIC"),
    "visibility": lambda it, wanted: it.data["visibility"].upper() == wanted,
}
"""Arguments that leave repositories out, and the test of each."""


def filtered(found: Repositories, arguments: Arguments) -> Repositories:
    """Return the repositories that the arguments ask for."""
    for name, holds in _HOLDS.items():
        wanted = arguments.get(name)
        if wanted is not None:
            found = [each for each in found if holds(each, wanted)]
    return found


def ordered(found: Repositories, arguments: Arguments) -> Repositories:
    """Return the repositories in the order that `orderBy` asks for; oldest first without it."""
    order = arguments.get("orderBy")
    if not order:
        return found
    key = _KEYS[order["field"]]
    backwards = order["direction"] == "DESC"
    return sorted(found, key=lambda it: (key(it), it.id), reverse=backwards)
