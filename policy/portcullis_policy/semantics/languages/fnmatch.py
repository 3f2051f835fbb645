"""GitHub's ref and name patterns, as Ruby's `File.fnmatch` with `FNM_PATHNAME` reads them."""

from collections.abc import Iterable
from functools import lru_cache

from portcullis_policy.semantics.languages.automata import (
    EMPTY,
    Automaton,
    Either,
    Expression,
    One,
    Ranges,
    Repeated,
    automaton,
    characters,
    literal,
    optional,
    sequence,
    without,
)

LONGEST = 1000
"""Characters; a longer pattern is not read."""

_SLASH, _PERIOD = characters("/"), characters(".")
_IN_SEGMENT = One(without(_SLASH))
_AT_BEGINNING = One(without((*_SLASH, *_PERIOD)))
_STAR = Repeated(_IN_SEGMENT)
_PERIOD_ITSELF = One(_PERIOD)


def _segments(pattern: str) -> list[tuple[bool, list[Expression]]]:
    """Read a pattern.

    Returns:
        Its segments, which slashes separate: whether `**/` precedes it, and its tokens.
    """
    found, at = [], 0
    while True:
        crosses = pattern.startswith("**/", at)
        while pattern.startswith("**/", at):
            at += 3
        tokens, at = _segment(pattern, at)
        found.append((crosses, tokens))
        if at >= len(pattern):
            return found
        at += 1


def _segment(pattern: str, at: int) -> tuple[list[Expression], int]:
    """Read what precedes the next slash.

    Returns:
        The tokens, and the position of the slash or of the end.
    """
    tokens: list[Expression] = []
    while at < len(pattern):
        escaped = pattern[at] == "\\"
        character = pattern[at + escaped : at + escaped + 1]
        if character == "/":
            at += escaped
            break
        if escaped or character not in "*?[":
            tokens.append(_character(character))
            at += escaped + 1
        elif character == "[":
            token, at = _set(pattern, at + 1)
            tokens.append(token)
        elif character == "?":
            tokens.append(_IN_SEGMENT)
            at += 1
        else:
            tokens.append(_STAR)
            while pattern.startswith("*", at):
                at += 1
    return tokens, at


def _character(character: str) -> Expression:
    """Return a character that stands for itself; none after a backslash at the very end."""
    if character == ".":
        return _PERIOD_ITSELF
    return One(characters(character)) if character else EMPTY


def _set(pattern: str, at: int) -> tuple[One, int]:
    """Read a set such as `[a-z]`; one that is not closed matches nothing.

    A range that runs backwards holds its two ends. `]` closes a set wherever it stands.

    Args:
        pattern: the whole pattern.
        at: the position after the opening bracket.

    Returns:
        The set, and the position after the closing bracket.
    """
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    ranges: list[tuple[int, int]] = []
    while at < len(pattern) and pattern[at] != "]":
        low, at = _member(pattern, at)
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("", "]"):
            high, at = _member(pattern, at + 1)
            pair = (ord(low), ord(high)) if high else None
            if pair is None or pair[0] > pair[1]:
                ranges += characters(low + high)
            else:
                ranges.append(pair)
        else:
            ranges += characters(low)
    if at >= len(pattern):
        return One(()), at
    if negated:
        return One(without((*ranges, *_SLASH))), at + 1
    return One(_but(ranges, "/")), at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    """Return one character of a set, which a backslash may precede, and the position after it."""
    at += pattern[at] == "\\"
    return pattern[at : at + 1], at + 1


def _but(ranges: Iterable[tuple[int, int]], character: str) -> Ranges:
    """Return a set of characters without one of them."""
    return without((*without(tuple(ranges)), *characters(character)))


def _undotted(tokens: list[Expression]) -> Expression:
    """Return a segment that does not begin with a period by a wildcard or a set."""
    if not tokens:
        return EMPTY
    first, rest = tokens[0], tokens[1:]
    if first is _STAR:
        begun = _undotted_by_all(rest)
        return Either((begun, sequence(_AT_BEGINNING, _STAR, *rest)))
    if isinstance(first, One) and first is not _PERIOD_ITSELF:
        return sequence(One(_but(first.ranges, ".")), *rest)
    return sequence(*tokens)


def _undotted_by_all(tokens: list[Expression]) -> Expression:
    """Return a segment that begins with no period at all: a star may precede it."""
    if tokens and isinstance(tokens[0], One):
        return sequence(One(_but(tokens[0].ranges, ".")), *tokens[1:])
    return sequence(*tokens)


def fnmatch(pattern: str, *, dots: bool = True) -> Expression:
    """Return what a pattern matches, as Ruby's fnmatch with FNM_PATHNAME.

    `*` and `?` stay within a segment, and `**/` crosses segments.

    Args:
        pattern: the pattern.
        dots: let wildcards match a period at the beginning of a segment; no ref has one there.
    """
    parts: list[Expression] = []
    for number, (crosses, tokens) in enumerate(_segments(pattern)):
        if number:
            parts += literal("/").parts
        if crosses:
            begun = _STAR if dots else optional(sequence(_AT_BEGINNING, _STAR))
            parts.append(Repeated(sequence(begun, *literal("/").parts)))
        parts += tokens if dots else [_undotted(tokens)]
    return sequence(*parts)


@lru_cache(maxsize=1024)
def _compiled(pattern: str, *, dots: bool) -> Automaton:
    """Return a pattern as an automaton."""
    return automaton(fnmatch(pattern, dots=dots))


@lru_cache(maxsize=1024)
def _closes_its_sets(pattern: str) -> bool:
    tokens = [token for _, segment in _segments(pattern) for token in segment]
    return not any(isinstance(token, One) and not token.ranges for token in tokens)


def is_readable(pattern: object) -> bool:
    """Say whether a pattern is known and closes its sets; where it excludes, others may match."""
    return isinstance(pattern, str) and len(pattern) <= LONGEST and _closes_its_sets(pattern)


@lru_cache(maxsize=8192)
def matches(pattern: str, name: str, *, dots: bool = False) -> bool:
    """Say whether a GitHub pattern matches a whole name; see `fnmatch`.

    Args:
        pattern: the pattern; a very long one matches nothing.
        name: the name.
        dots: let wildcards match a period at the beginning of a segment, too: for what may be
            excluded.
    """
    return len(pattern) <= LONGEST and _compiled(pattern, dots=dots).accepts(name)
