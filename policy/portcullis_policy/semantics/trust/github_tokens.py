"""Identity tokens of workflow jobs: their issuer, and which subjects conditions let in.

Source: https://docs.github.com/actions/reference/security/oidc
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from portcullis_policy.semantics.languages.automata import (
    Automaton,
    Either,
    One,
    Repeated,
    automaton,
    characters,
    literal,
    regions,
    sequence,
    without,
)
from portcullis_policy.semantics.trust import iam

ISSUER = "token.actions.githubusercontent.com"
"""Who signs the tokens on github.com."""
_ISSUERS = re.compile(r"token\.actions\.|/_services/token")
"""GitHub's issuers: github.com, data residency (`token.actions.NAME.ghe.com`), own servers."""

SUBJECT_OF_ONE = re.compile(
    r"(?=.*(^|:)(repo|repository|repository_id):[^:]+)(?=.*(^|:)environment:[^:]+)[^*?]+"
)
"""A subject that names one repository and one environment."""

_LONGEST_SHOWN = 80
_PART = One(without(characters(":/*?")))
_WORD = sequence(_PART, Repeated(_PART))
_PATH = sequence(_WORD, Repeated(sequence(*literal("/").parts, _WORD)))
_SUBJECT = sequence(_PATH, Repeated(sequence(*literal(":").parts, _PATH)))
"""What subjects look like: shortest examples are taken from these first."""
_OPERATORS = re.compile(
    r"(?:foranyvalue:)?string(?P<no>not)?(?P<how>equalsignorecase|equals|like)(?P<maybe>ifexists)?"
)
"""Operators that compare a claim. `ForAllValues` also holds for a token without the claim."""


def is_default_audience(text: str) -> bool:
    """Say whether an audience is the one of tokens that a job requests without naming any."""
    return text.lower().startswith("https://github.com/")


def is_issuer(text: str) -> bool:
    """Say whether a URL, ARN or condition key is that of GitHub's issuer."""
    return _ISSUERS.search(text.lower()) is not None


Pattern = tuple[str, bool, bool]
"""A value of a condition: its text, whether it has wildcards, and whether any case matches."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the conditions of a statement demand of one claim.

    Attributes:
        positive: groups of patterns: the claim matches one of each group.
        negative: patterns that it must not match.
        literals: the values that are written in full.
        nobody: no token can fulfil the conditions.
    """

    positive: tuple[tuple[Pattern, ...], ...]
    negative: tuple[Pattern, ...]
    literals: tuple[str, ...]
    nobody: bool = False

    @property
    def compared(self) -> bool:
        """Say whether the claim has to match anything."""
        return bool(self.positive)

    def lets_in(self, value: str) -> bool:
        """Say whether a value written in full is let in.

        Raises:
            TooComplexError: a pattern is too long.
        """
        return all(_any_of(group).accepts(value) for group in self.positive) and not (
            _any_of(self.negative).accepts(value)
        )

    def other(self, known: Iterable[str]) -> str | None:
        """Return the shortest value that is let in, beside the known ones in any case, if any.

        Raises:
            TooComplexError: the patterns are too complex.
        """
        allowed = tuple((value, False, True) for value in known)
        groups = [_any_of(group) for group in self.positive]
        taken = [_any_of(self.negative), _any_of(allowed)]
        for likely in ([_likely()], []):
            needed = [*groups, *likely]
            for accepted, value in regions([*needed, *taken], needed=len(needed)):
                if not any(accepted[len(needed) :]):
                    return value
        return None


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One comparison of a claim: it has to match one of the patterns, or none of them."""

    patterns: tuple[Pattern, ...]
    negated: bool
    optional: bool

    @property
    def fixed(self) -> tuple[Pattern, ...]:
        """Return the patterns without variables: those may be any text."""
        return tuple(each for each in self.patterns if not iam.has_variable(each[0]))


def claim(statement: iam.Statement, name: str, denials: Iterable[iam.Statement] = ()) -> Claim:
    """Return what a statement demands of a claim of GitHub's tokens.

    Args:
        statement: it allows.
        name: the claim.
        denials: statements that deny the same to everybody; those with one condition count.
    """
    positive: list[tuple[Pattern, ...]] = []
    negative: list[Pattern] = []
    nobody = False
    for operator, key, values in iam.conditions(statement):
        if not _is_about(key, name):
            continue
        nobody = nobody or (operator == "null" and values == ["true"])
        read = _comparison(operator, values)
        if read is not None and read.negated:
            negative += read.fixed
        elif read is not None and not read.optional:
            positive.append(read.patterns)
    for denial in denials:
        given = list(iam.conditions(denial))
        read = _comparison(given[0][0], given[0][2]) if len(given) == 1 else None
        if read is None or not _is_about(given[0][1], name):
            continue
        if not read.negated:
            negative += read.fixed
        elif read.fixed == read.patterns:
            positive.append(read.patterns)
    literals = [text for group in positive for text, _, _ in group if iam.is_literal(text)]
    return Claim(tuple(positive), tuple(negative), tuple(literals), nobody)


def _is_about(key: str, name: str) -> bool:
    provider, _, compared = key.rpartition(":")
    return compared == name and is_issuer(provider)


def _comparison(operator: str, values: list[str] | None) -> _Comparison | None:
    """Return a comparison of texts; None for one that restricts nothing for sure."""
    read = _OPERATORS.fullmatch(operator)
    if read is None or values is None:
        return None
    ignore, like = read["how"] == "equalsignorecase", read["how"] == "like"
    patterns = tuple((value, like or iam.has_variable(value), ignore) for value in values)
    return _Comparison(patterns, read["no"] is not None, read["maybe"] is not None)


@lru_cache(maxsize=512)
def _any_of(patterns: tuple[tuple[str, bool, bool], ...]) -> Automaton:
    """Return what one of some patterns matches: each a text, whether it is a glob, and any case."""
    return automaton(
        Either(
            tuple(
                iam.glob(text, any_case=any_case) if like else literal(text, any_case=any_case)
                for text, like, any_case in patterns
            )
        )
    )


@lru_cache(maxsize=1)
def _likely() -> Automaton:
    return automaton(_SUBJECT)


def shown(value: str, literals: Iterable[str]) -> str:
    """Return a subject for a message; what a person wrote in full is not repeated."""
    if value in set(literals) or len(value) > _LONGEST_SHOWN:
        return "a subject"
    return f"`{value}`"


@dataclass(frozen=True, slots=True)
class Identity:
    """The jobs that a trust is for, as far as it names them; names in lower case.

    Attributes:
        owner: the organization's login.
        repository: the repository's name.
        repository_id: its numeric id.
        environment: the environment's name.
    """

    owner: str | None = None
    repository: str | None = None
    repository_id: str | None = None
    environment: str | None = None


def identity(subject: str) -> Identity:
    """Return the jobs that a subject is for: by names, by names with ids, or by claims."""
    fields = dict(_fields(subject.lower()))
    full = fields.get("repo") or fields.get("repository") or ""
    owner, _, repository = full.partition("/")
    return Identity(
        owner.partition("@")[0] or fields.get("repository_owner"),
        repository.partition("@")[0] or None,
        fields.get("repository_id") or repository.partition("@")[2] or None,
        fields.get("environment"),
    )


def _fields(subject: str) -> Iterator[tuple[str, str]]:
    """Yield the claims of a subject: `name:value`, one after the other."""
    words = subject.split(":")
    yield from pairwise(words)
