"""Patterns of refs and repository names: fnmatch as GitHub uses it."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str, *, slashes: bool) -> re.Pattern[str]:
    """Turn a pattern into a regular expression.

    `*` and `?` do not cross slashes unless `slashes`; `**` and `**/` do (fnmatch, FNM_PATHNAME).
    """
    star = ".*" if slashes else "[^/]*"
    out, index = [], 0
    while index < len(pattern):
        char = pattern[index]
        if pattern.startswith("**/", index):
            out.append("(?:.*/)?")
            index += 3
            continue
        if pattern.startswith("**", index):
            out.append(".*")
            index += 2
            continue
        if char == "[":
            end = pattern.find("]", index + 2)
            if end > 0:
                inside = pattern[index + 1 : end].replace("\\", "\\\\")
                if inside[0] in "!^":
                    inside = "^" + inside[1:]
                out.append(f"[{inside}]")
                index = end + 1
                continue
        if char == "\\" and index + 1 < len(pattern):
            index += 1
            out.append(re.escape(pattern[index]))
        elif char in "*?":
            out.append(star if char == "*" else ("." if slashes else "[^/]"))
        else:
            out.append(re.escape(char))
        index += 1
    return re.compile("".join(out), re.DOTALL)


def matches(pattern: str, name: str, *, slashes: bool = False) -> bool:
    """Say whether a whole name fits a pattern.

    Args:
        pattern: The pattern.
        name: The name.
        slashes: Whether `*` also crosses slashes.
    """
    return _compiled(pattern, slashes=slashes).fullmatch(name) is not None


def ref_matches(pattern: str, ref: str, default_branch: str) -> bool:
    """Say whether a full ref fits a ruleset's pattern, `~ALL` and `~DEFAULT_BRANCH` included."""
    if pattern == "~ALL":
        return True
    if pattern == "~DEFAULT_BRANCH":
        return ref == f"refs/heads/{default_branch}"
    return matches(pattern, ref)


def included(condition: dict[str, Sequence[str]], test: Any) -> bool:  # noqa: ANN401 - a predicate
    """Say whether something is included, and not excluded, by a ruleset's condition."""
    return any(test(pattern) for pattern in condition.get("include", ())) and not any(
        test(pattern) for pattern in condition.get("exclude", ())
    )
