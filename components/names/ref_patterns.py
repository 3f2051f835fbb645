"""Patterns of branches and tags, as GitHub reads them: a star does not match a slash, `**/` does.

Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WILDCARDS = frozenset("*?[")
"""Characters that make a name a pattern."""


def matches(pattern: str, name: str) -> bool:
    """Return whether a pattern that the models allow matches the whole name of a ref."""
    return _matches(pattern.replace("[^", "[!").split("/"), name.split("/"))


def _matches(pattern: Sequence[str], name: Sequence[str]) -> bool:
    if not name or not pattern:
        return not name and not pattern
    if pattern[0] == "**" and len(pattern) > 1:
        deeper = not name[0].startswith(".") and _matches(pattern, name[1:])
        return deeper or _matches(pattern[1:], name)
    hidden = name[0].startswith(".") and not pattern[0].startswith(".")
    return not hidden and fnmatchcase(name[0], pattern[0]) and _matches(pattern[1:], name[1:])
