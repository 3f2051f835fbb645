"""What several patterns together say about tags: which ones are guarded, which ones are versions.

Every answer holds for all tags, not for samples, and comes with the shortest tag that shows it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from portcullis_policy.semantics.languages.automata import (
    ANYTHING,
    Automaton,
    Either,
    Expression,
    One,
    Repeated,
    TooComplexError,
    automaton,
    characters,
    literal,
    optional,
    regions,
    sequence,
    without,
)
from portcullis_policy.semantics.languages.fnmatch import LONGEST, fnmatch
from portcullis_policy.semantics.languages.regular_expressions import regular_expression
from portcullis_policy.semantics.languages.workflow_filters import workflow_filter

EVERYTHING = "~ALL"
LONGEST_SHOWN = 30
"""Characters of a tag in a message."""
_TAGS, _BRANCHES = "refs/tags/", "refs/heads/"
_WRITTEN = re.compile(r"\^?[\w/@-]*(?![*+?{\w])")
"""What an expression writes in full at its beginning."""
_WILD = re.compile(r".?[?+]|[*\[\\]", re.DOTALL)
_DIGIT = One(((ord("0"), ord("9")),))
_IN_NAME = One(without((*characters(" ~^:?*[\\/.\x7f"), (0, 31))))
_SOME = sequence(_IN_NAME, Repeated(_IN_NAME))
_SEGMENT = sequence(_SOME, Repeated(sequence(*literal(".").parts, _SOME)))
_NAME = sequence(_SEGMENT, Repeated(sequence(*literal("/").parts, _SEGMENT)))
"""Names that git accepts, and a few more: without spaces, `..`, and periods at the ends.
Source: https://git-scm.com/docs/git-check-ref-format"""
_NUMBER = sequence(_DIGIT, ANYTHING)
_SEPARATOR = One(characters(".-_"))
_DATE = sequence(*(_DIGIT,) * 6, Repeated(_DIGIT))
_LETTER = optional(One(characters("vV")))
_VERSION = sequence(_LETTER, Either((sequence(_NUMBER, _SEPARATOR, _NUMBER), _DATE)))
"""Two numbers at least, or a date: SemVer, PEP 440 and CalVer, as far as globs can say it."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The refs that one ruleset is for: patterns of full refs.

    Attributes:
        includes: what it is for.
        excludes: what it is not for.
    """

    includes: tuple[str, ...]
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """Tags that the same guards are for.

    Attributes:
        tag: the shortest of them.
        guards: positions of these guards.
    """

    tag: str
    guards: frozenset[int]


def tag_regions(pattern: str, guards: tuple[Guard, ...]) -> tuple[Region, ...] | None:
    """Return the tags that a pattern admits, by the guards that are for them.

    Args:
        pattern: of tags, as an environment admits them.
        guards: of rulesets.

    Returns:
        A region for each set of guards, the shortest tag first; None if the patterns are too
        complex, which has to be refused.
    """
    return _regions(_TAGS, pattern, guards)


def branch_regions(pattern: str, guards: tuple[Guard, ...]) -> tuple[Region, ...] | None:
    """Return the branches that a pattern admits, by the guards that are for them.

    Args:
        pattern: of branches, as an environment admits them.
        guards: of rulesets and of classic protection.

    Returns:
        As `tag_regions`: the attribute `tag` of a region is a branch.
    """
    return _regions(_BRANCHES, pattern, guards)


@lru_cache(maxsize=2048)
def _regions(kind: str, pattern: str, guards: tuple[Guard, ...]) -> tuple[Region, ...] | None:
    try:
        automata = [_admitted(pattern, kind), _valid(kind)]
        for guard in guards:
            automata += [_any_of(guard.includes), _any_of(guard.excludes)]
        found: dict[frozenset[int], str] = {}
        for accepted, ref in regions(automata, needed=2):
            included, excluded = accepted[2::2], accepted[3::2]
            held = frozenset(
                number for number, yes in enumerate(included) if yes and not excluded[number]
            )
            found.setdefault(held, ref.removeprefix(kind))
    except TooComplexError:
        return None
    return tuple(Region(tag, held) for held, tag in found.items())


@lru_cache(maxsize=2048)
def not_version(pattern: str) -> tuple[str, ...] | None:
    """Return the shortest tag that a pattern admits and that is no version, if there is one.

    A version has two numbers at least, or is a date. It follows the pattern's own prefix, or any
    prefix that `-`, `/` or `@` ends.

    Args:
        pattern: of tags, as an environment admits them.

    Returns:
        The tag, or nothing; None if the patterns are too complex, which has to be refused.
    """
    try:
        return _first_other([_admitted(pattern), _valid(), _versions(_TAGS + _prefix(pattern))])
    except TooComplexError:
        return None


@lru_cache(maxsize=2048)
def filter_not_version(wanted: str, unwanted: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Return the shortest tag that a workflow's filter admits and that is no version.

    Args:
        wanted: the filter.
        unwanted: later filters that take tags away, without `!`.

    Returns:
        As `not_version`; None if a filter cannot be read, too.
    """
    read = [workflow_filter(each) for each in (wanted, *unwanted)]
    admitted = read[0]
    if admitted is None or max(map(len, (wanted, *unwanted))) > LONGEST:
        return None
    taken = Either(tuple(_of_tags(each) for each in read[1:] if each is not None))
    try:
        versions = _versions(_TAGS + _prefix(wanted))
        automata = [automaton(_of_tags(admitted)), _valid(), versions, automaton(taken)]
        return _first_other(automata)
    except TooComplexError:
        return None


@lru_cache(maxsize=512)
def name_not_version(operator: str, pattern: str, *, negated: bool) -> tuple[str, ...] | None:
    """Return the shortest tag that a ruleset's name pattern admits and that is no version.

    Args:
        operator: `starts_with`, `ends_with`, `contains` or `regex`.
        pattern: the text or the regular expression.
        negated: the pattern is what a name must not have.

    Returns:
        As `not_version`; None if the pattern cannot be read, too.
    """
    if len(pattern) > LONGEST:
        return None
    text = literal(pattern).parts
    admitted: dict[str, Expression | None] = {
        "starts_with": sequence(*text, ANYTHING),
        "ends_with": sequence(ANYTHING, *text),
        "contains": sequence(ANYTHING, *text, ANYTHING),
        "regex": regular_expression(pattern),
    }
    wanted = admitted.get(operator)
    if wanted is None:
        return None
    fixed = _WRITTEN.match(pattern)
    prefix = fixed[0].strip("^").rstrip("0123456789.-_") if fixed else ""
    try:
        automata = [_valid(), automaton(_of_tags(wanted)), _versions(_TAGS + prefix)]
        for accepted, ref in regions(automata, needed=1 if negated else 2):
            if not accepted[2] and accepted[1] is not negated:
                return (ref.removeprefix(_TAGS),)
    except TooComplexError:
        return None
    return ()


def shown(tag: str, pattern: str) -> str:
    """Return a tag for a message; a text that a person wrote in full may be a secret."""
    return "a tag" if tag == pattern or len(tag) > LONGEST_SHOWN else f"`{tag}`"


def _first_other(automata: Sequence[Automaton]) -> tuple[str, ...]:
    """Return the shortest tag that the first two automata accept, and no other one."""
    for accepted, ref in regions(automata, needed=2):
        if not any(accepted[2:]):
            return (ref.removeprefix(_TAGS),)
    return ()


def _prefix(pattern: str) -> str:
    """Return what a pattern writes before its version."""
    wild = _WILD.search(pattern)
    return pattern[: wild.start() if wild else None].rstrip("0123456789.-_")


def _of_tags(expression: Expression, kind: str = _TAGS) -> Expression:
    return sequence(*literal(kind).parts, expression)


@lru_cache(maxsize=1024)
def _admitted(pattern: str, kind: str = _TAGS) -> Automaton:
    if len(pattern) > LONGEST:
        raise TooComplexError
    admits = ANYTHING if pattern == EVERYTHING else fnmatch(pattern)
    return automaton(_of_tags(admits, kind))


@lru_cache(maxsize=2)
def _valid(kind: str = _TAGS) -> Automaton:
    return automaton(_of_tags(_NAME, kind))


@lru_cache(maxsize=1024)
def _versions(prefix: str) -> Automaton:
    after_prefix = sequence(*literal(prefix).parts, optional(_SEPARATOR), _VERSION)
    after_any = sequence(ANYTHING, One(characters("-/@")), _VERSION)
    return automaton(Either((after_prefix, after_any)))


@lru_cache(maxsize=1024)
def _any_of(patterns: tuple[str, ...]) -> Automaton:
    """Return the refs that one of some patterns matches."""
    if sum(map(len, patterns)) > LONGEST * 10:
        raise TooComplexError
    return automaton(
        Either(tuple(ANYTHING if each == EVERYTHING else fnmatch(each) for each in patterns))
    )
