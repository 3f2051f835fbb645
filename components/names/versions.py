"""Release tags: a prefix and a version. Everything that recognizes one takes its patterns here.

GitHub recognizes tags in three languages. Rulesets and deployment policies take fnmatch patterns,
where `*` is any text and `+` a plus. A workflow's filter takes `+` for "one or more". The release
workflow's script takes a regular expression. GitHub's own rule for regular expressions on tag names
needs Enterprise, so the rulesets describe a scheme by the patterns that they admit, less the
patterns that they forbid. Together these are exact.

Sources:
    https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
    https://packaging.python.org/specifications/version-specifiers/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Scheme = Literal["semver", "calver", "pep440"]
"""How versions are written: `1.2.3`, `2026.7.1`, or as Python's own tools write them."""


@dataclass(frozen=True)
class _Grammar:
    """The versions of a scheme, in each language. All patterns follow a prefix."""

    admitted: tuple[str, ...]
    """fnmatch patterns: a version matches one of these."""
    forbidden: tuple[str, ...]
    """fnmatch patterns: a version matches none of these."""
    filters: tuple[str, ...]
    """A workflow's filter patterns: a version matches one of these."""
    expression: str
    """An extended regular expression, as bash reads it. Its groups are used by `normalized`."""
    normalized: str
    """The version of the packages, as text of bash with the groups of `expression`."""
    examples: tuple[str, ...]
    described: str
    same: str | None = None
    """An expression of bash for versions that have two spellings; registries know one of them."""
    spellings: tuple[str, str] = ("", "")
    """Both, as text of bash with the groups of `same`."""


_NUMBER = "(0|[1-9][0-9]*)"
_LETTERS = "abcdeoprstv"
"""The letters of a, b, rc, post and dev."""

_GRAMMARS: Mapping[Scheme, _Grammar] = {
    "semver": _Grammar(
        admitted=("[0-9]*.[0-9]*.[0-9]*",),
        forbidden=(
            "*[^0-9.]*",
            "*.*.*.*",  # a fourth number
            "0[0-9]*",  # a leading zero
            "*.0[0-9]*",
        ),
        filters=("[0-9]+.[0-9]+.[0-9]+",),
        expression=rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}",
        normalized="${BASH_REMATCH[1]}.${BASH_REMATCH[2]}.${BASH_REMATCH[3]}",
        examples=("1.2.3",),
        described="MAJOR.MINOR.PATCH without leading zeros",
    ),
    "calver": _Grammar(
        admitted=(
            "2[0-9][0-9][0-9].[1-9].[0-9]*",
            "2[0-9][0-9][0-9].0[1-9].[0-9]*",
            "2[0-9][0-9][0-9].1[0-2].[0-9]*",
        ),
        forbidden=(
            "*[^0-9.]*",
            "*.*.*.*",
            "*.*.0[0-9]*",
        ),
        filters=("2[0-9][0-9][0-9].[0-9]+.[0-9]+",),
        expression=rf"(2[0-9][0-9][0-9])\.(0?[1-9]|1[0-2])\.{_NUMBER}",
        # packages have no leading zeros: 2026.07.1 is 2026.7.1 for every registry
        normalized="${BASH_REMATCH[1]}.${BASH_REMATCH[2]#0}.${BASH_REMATCH[3]}",
        examples=("2026.7.1", "2026.07.1"),
        described="YYYY.M.MICRO, the month with or without a leading zero",
        same=r"([0-9]+)\.0?([1-9])\.([0-9]+)",
        spellings=(
            "${BASH_REMATCH[1]}.${BASH_REMATCH[2]}.${BASH_REMATCH[3]}",
            "${BASH_REMATCH[1]}.0${BASH_REMATCH[2]}.${BASH_REMATCH[3]}",
        ),
    ),
    "pep440": _Grammar(
        admitted=("[0-9]*.[0-9]*",),
        forbidden=(
            f"*[^0-9.{_LETTERS}]*",
            # which character may follow which one
            "*[abctv][^0-9]*",
            "*r[^c]*",
            "*p[^o]*",
            "*o[^s]*",
            "*s[^t]*",
            "*d[^e]*",
            "*e[^v]*",
            "*.[^0-9pd]*",
            "*[0-9][^0-9.abr]*",
            "*[^0-9]",
            # leading zeros
            "0[0-9]*",
            "*[^0-9]0[0-9]*",
            # at most three numbers; then a, b or rc; then .post; then .dev; each once
            "*.[0-9]*.[0-9]*.[0-9]*",
            "*[abrpd]*.[0-9]*",
            "*[abrpd]*[abr]*",
            "*[pd]*p*",
            "*d*d*",
        ),
        filters=("[0-9]+.[0-9]+", f"[0-9]+.[0-9]+[.abr][0-9.{_LETTERS}]+"),
        expression=(
            rf"({_NUMBER}\.{_NUMBER}(\.{_NUMBER})?"
            rf"((a|b|rc){_NUMBER})?(\.post{_NUMBER})?(\.dev{_NUMBER})?)"
        ),
        normalized="${BASH_REMATCH[1]}",
        examples=("1.2", "1.2.3", "1.2.3rc1", "1.2.3.post1", "1.2.3.dev4"),
        same=r"([0-9]+\.[0-9]+)(\.0)?([abr].*|\.[pd].*)?",
        spellings=(
            "${BASH_REMATCH[1]}${BASH_REMATCH[3]}",
            "${BASH_REMATCH[1]}.0${BASH_REMATCH[3]}",
        ),
        described="N.N or N.N.N, then aN, bN or rcN, .postN and .devN, as PEP 440 writes them",
    ),
}


@dataclass(frozen=True)
class ReleaseTags:
    """The tags of a series of releases: a prefix, and versions of a scheme."""

    prefix: str = "v"
    scheme: Scheme = "semver"

    @property
    def admitted(self) -> tuple[str, ...]:
        """Return the fnmatch patterns of the tags, for rulesets and deployment policies.

        They also match some tags that are no versions: those match `forbidden`.
        """
        return self._after_prefix(_GRAMMARS[self.scheme].admitted)

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Return the fnmatch patterns of tags that match `admitted` and are no versions."""
        return self._after_prefix(_GRAMMARS[self.scheme].forbidden)

    @property
    def everything(self) -> tuple[str, ...]:
        """Return the fnmatch patterns of all tags with the prefix, versions or not."""
        return self._after_prefix(("*", "*/**/*"))  # a star does not match a slash

    @property
    def filters(self) -> tuple[str, ...]:
        """Return the patterns of a workflow's filter `on.push.tags`."""
        return self._after_prefix(_GRAMMARS[self.scheme].filters)

    @property
    def expression(self) -> str:
        """Return the regular expression of a whole tag, as bash and Python read it."""
        return self.prefix + _GRAMMARS[self.scheme].expression

    @property
    def normalized(self) -> str:
        """Return the version of the packages, as text of bash after a match of `expression`."""
        return _GRAMMARS[self.scheme].normalized

    @property
    def same(self) -> str | None:
        """Return an expression of bash for versions with two spellings, such as 1.2 and 1.2.0."""
        return _GRAMMARS[self.scheme].same

    @property
    def spellings(self) -> tuple[str, str]:
        """Return both spellings, as text of bash after a match of `same`."""
        return _GRAMMARS[self.scheme].spellings

    @property
    def example(self) -> str:
        """Return a version such as `1.2.3`."""
        return _GRAMMARS[self.scheme].examples[0]

    @property
    def examples(self) -> tuple[str, ...]:
        """Return a tag of each form that the scheme has."""
        return self._after_prefix(_GRAMMARS[self.scheme].examples)

    @property
    def described(self) -> str:
        """Return the form of the tags in words."""
        return f"{self.prefix} and {_GRAMMARS[self.scheme].described}"

    def _after_prefix(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{self.prefix}{each}" for each in patterns)
