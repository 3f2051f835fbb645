"""Filter patterns of workflow triggers: branches, tags and paths.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

from __future__ import annotations

import functools
import re


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**/", at):
            out.append("(?:.*/)?")
            at += 3
            continue
        if pattern.startswith("**", at):
            out.append(".*")
            at += 2
            continue
        if char == "*":
            out.append("[^/]*")
        elif char in "?+" and out:
            out.append(char)  # of the character before it
        elif char == "[" and pattern.find("]", at + 2) > 0:
            end = pattern.find("]", at + 2)
            out.append("[" + pattern[at + 1 : end].replace("\\", "\\\\").replace("[", "\\[") + "]")
            at = end
        elif char == "\\" and at + 1 < len(pattern):
            at += 1
            out.append(re.escape(pattern[at]))
        else:
            out.append(re.escape(char))
        at += 1
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        # such as `[z-a]`: it fits nothing but itself
        return re.compile(re.escape(pattern))


def selected(patterns: list[str], name: str) -> bool:
    """Return whether patterns select a name: the last that fits counts, `!` takes away."""
    found = False
    for pattern in patterns:
        if _compiled(pattern.removeprefix("!")).fullmatch(name):
            found = not pattern.startswith("!")
    return found


def passes(name: str, wanted: list[str] | None, ignored: list[str] | None) -> bool:
    """Return whether a name passes `branches` and `branches-ignore`, or their like."""
    if wanted is not None and not selected(wanted, name):
        return False
    return ignored is None or not selected(ignored, name)


def any_passes(names: set[str], wanted: list[str] | None, ignored: list[str] | None) -> bool:
    """Return whether one of the changed files passes `paths` and `paths-ignore`."""
    return any(passes(name, wanted, ignored) for name in names)
