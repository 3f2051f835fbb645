"""Filters of workflow triggers, such as `tags: ["v[0-9]+.*"]`: what each one admits.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

from portcullis_policy.semantics.languages.automata import (
    ANYTHING,
    Expression,
    One,
    Ranges,
    Repeated,
    characters,
    literal,
    optional,
    sequence,
    without,
)

_IN_SEGMENT = Repeated(One(without(characters("/"))))
_ACROSS = optional(sequence(ANYTHING, *literal("/").parts))


def workflow_filter(pattern: str) -> Expression | None:
    """Return what a filter admits, `!` at its beginning left out; None if it cannot be read."""
    found: list[Expression] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if pattern.startswith("**/", at):
            found.append(_ACROSS)
            at += 3
        elif pattern.startswith("**", at):
            found.append(ANYTHING)
            at += 2
        elif character == "*":
            found.append(_IN_SEGMENT)
            at += 1
        elif character in "?+":
            if not found or not isinstance(found[-1], One):
                return None
            last = found.pop()
            found.append(optional(last) if character == "?" else sequence(last, Repeated(last)))
            at += 1
        elif character == "[":
            end = pattern.find("]", at + 1)
            ranges = _ranges(pattern[at + 1 : end]) if end > at + 1 else None
            if ranges is None:
                return None
            found.append(One(ranges))
            at = end + 1
        else:
            at += character == "\\"
            if at >= len(pattern):
                return None
            found += literal(pattern[at]).parts
            at += 1
    return sequence(*found)


def _ranges(body: str) -> Ranges | None:
    """Return the characters of a set; None for a form that GitHub does not document."""
    found, at = [], 0
    while at < len(body):
        low = high = body[at]
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            high = body[at + 2]
            at += 2
        if low > high or low in "\\^![":
            return None
        found.append((ord(low), ord(high)))
        at += 1
    return tuple(found)
