"""Patterns of refs, files and repository names, as Ruby's `File.fnmatch` reads them.

GitHub matches refs and files with the flag `FNM_PATHNAME`: `*`, `?` and `[...]` stay within one
segment, `**/` stands for any number of folders, and `**` elsewhere is no more than `*`. A period
at the beginning of a segment is matched by a literal period only.

Source: https://docs.ruby-lang.org/en/3.4/File.html#method-c-fnmatch
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class _Characters:
    """One character of a name: in one of the spans, or in none of them if `negated`."""

    spans: tuple[tuple[str, str], ...] = ()
    negated: bool = False

    def __contains__(self, char: str) -> bool:
        # the ends of a reversed span such as `z-a` count, as in Ruby; nothing lies between them
        found = any(char in (low, high) or low < char < high for low, high in self.spans)
        return found != self.negated


_ANY = _Characters(negated=True)
_NONE = _Characters()
_STAR = None
_Token = _Characters | None


@dataclass(frozen=True, slots=True)
class _Segment:
    """What stands between two slashes of a pattern.

    Attributes:
        tokens: Its characters; None is a star.
        dotted: Whether it matches a name's leading period.
        recursive: Whether `**/` stands before it: any number of folders may come before.
    """

    tokens: tuple[_Token, ...]
    dotted: bool
    recursive: bool = False


def matches(pattern: str, name: str, *, slashes: bool = False) -> bool:
    """Return whether a whole name fits a pattern.

    Args:
        pattern: The pattern.
        name: The name.
        slashes: Whether `*` also crosses slashes and matches a leading period, as for the names of
            repositories and actions.
    """
    segments = _segments(pattern, slashes=slashes)
    parts = [name] if slashes else name.split("/")
    at = part = 0
    again: tuple[int, int] | None = None
    while True:
        segment = segments[at]
        if segment.recursive:
            again = at, part
        if _fits(segment, parts[part]):
            at, part = at + 1, part + 1
            if at == len(segments) and part == len(parts):
                return True
            if at < len(segments) and part < len(parts):
                continue
        # the last `**/` takes one more folder, which may not be hidden
        if again is None or again[1] + 1 == len(parts) or parts[again[1]].startswith("."):
            return False
        at, part = again[0], again[1] + 1


def _fits(segment: _Segment, text: str) -> bool:
    """Return whether a segment fits; only the last star is tried again, so none takes long."""
    if text.startswith(".") and not segment.dotted:
        return False
    tokens = segment.tokens
    at = position = 0
    again: tuple[int, int] | None = None
    while position < len(text):
        token = tokens[at] if at < len(tokens) else _NONE
        if token is _STAR:
            at, again = at + 1, (at + 1, position)
        elif text[position] in token:
            at, position = at + 1, position + 1
        elif again is None:
            return False
        else:
            at, position = again[0], again[1] + 1
            again = at, position
    return all(token is _STAR for token in tokens[at:])


@functools.lru_cache(maxsize=4096)
def _segments(pattern: str, *, slashes: bool) -> tuple[_Segment, ...]:
    """Read a pattern: one segment if `slashes`, else one for each of its slashes and the last."""
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        pattern = pattern[:-1]  # a backslash before nothing is nothing
    found: list[_Segment] = []
    index = 0
    while True:
        recursive = False
        while not slashes and pattern.startswith("**/", index):
            recursive, index = True, index + 3
        tokens: list[_Token] = []
        dotted = slashes or pattern.startswith((".", r"\."), index)
        while index < len(pattern):
            if not slashes and pattern.startswith(("/", r"\/"), index):
                index = pattern.index("/", index) + 1
                break
            token, index = _token(pattern, index)
            tokens.append(token)
        else:
            found.append(_Segment(tuple(tokens), dotted, recursive))
            return tuple(found)
        found.append(_Segment(tuple(tokens), dotted, recursive))


def _token(pattern: str, index: int) -> tuple[_Token, int]:
    """Read one token of a pattern; return it, and where the next begins."""
    char = pattern[index]
    if char == "*":
        return _STAR, index + 1
    if char == "?":
        return _ANY, index + 1
    if char == "[":
        return _set(pattern, index + 1)
    char, index = _literal(pattern, index)
    return _Characters(((char, char),)), index


def _literal(pattern: str, index: int) -> tuple[str, int]:
    """Read a character that a backslash may stand before."""
    index += pattern[index] == "\\"
    return pattern[index], index + 1


def _set(pattern: str, index: int) -> tuple[_Characters, int]:
    """Read a set such as `[a-z]` after its bracket; one that is never closed matches nothing."""
    negated = pattern.startswith(("!", "^"), index)
    index += negated
    spans: list[tuple[str, str]] = []
    while index < len(pattern):
        if pattern[index] == "]":
            return _Characters(tuple(spans), negated), index + 1
        low, index = _literal(pattern, index)
        high = low
        if pattern.startswith("-", index) and pattern[index + 1 : index + 2] not in ("", "]"):
            high, index = _literal(pattern, index + 1)
        spans.append((low, high))
    return _NONE, len(pattern)


def ref_matches(pattern: str, ref: str, default_branch: str) -> bool:
    """Return whether a full ref fits a ruleset's pattern, `~ALL` and `~DEFAULT_BRANCH` included."""
    if pattern == "~ALL":
        return True
    if pattern == "~DEFAULT_BRANCH":
        return ref == f"refs/heads/{default_branch}"
    return matches(pattern, ref)


def included(condition: dict[str, Sequence[str]], test: Any) -> bool:  # noqa: ANN401 - a predicate
    """Return whether something is included, and not excluded, by a ruleset's condition."""
    return any(test(pattern) for pattern in condition.get("include", ())) and not any(
        test(pattern) for pattern in condition.get("exclude", ())
    )
