"""GitHub's ref and name patterns: what they match, and whether they admit only releases."""

import re
from collections.abc import Iterable
from functools import lru_cache

DEFAULT_BRANCHES = ("main", "master")
"""Names taken for the default branch of a repository that does not say."""

_DIGIT = r"(?:\[\d-\d\]|\d)"
_COMPONENT = rf"{_DIGIT}+\*?"
_SEMVER_GLOB = re.compile(rf"[\w./@-]*?v?{_COMPONENT}(?:\.{_COMPONENT}){{2}}(?:[-+][\w.*+-]*)?")
_TWO_COMPONENTS = re.compile(r"[\w/@-]*?\[0-9\]\*\.\[0-9\]\*")
NOT_RELEASES = (
    *(
        "v",
        "v1",
        "v1.2",
        "1",
        "1.2",
        "v-test",
        "vtest",
        "va.b.c",
        "a.b.c",
        "v1.x",
        "v1.x.y",
        "v1.2.x",
    ),
    *("test", "latest", "nightly", "main", "v1.2.", "x1", "release", "v.1.2"),
)

_NOTHING = "(?!)"
_NO_PERIOD = r"(?!\.)"


def _translate(pattern: str, *, dots: bool) -> str:
    """Translate a pattern into a regular expression; see `matches`."""
    period = "" if dots else _NO_PERIOD
    out, at = "", 0
    while True:
        if pattern.startswith("**/", at):
            out += f"(?:{period}[^/]*/)*"
        while pattern.startswith("**/", at):
            at += 3
        first = pattern[at + pattern.startswith("\\", at) :][:1]
        segment, at = _segment(pattern, at)
        out += segment if first in (".", "/", "") else period + segment
        if at >= len(pattern):
            return out
        out, at = out + "/", at + 1


def _segment(pattern: str, at: int) -> tuple[str, int]:
    """Translate what stands before the next slash.

    Between two stars the first match is taken for good: a later one could match no more, and trying
    all of them takes time without end.

    Returns:
        The regular expression, and the position of the slash or of the end.
    """
    pieces = [""]
    while at < len(pattern):
        escaped = pattern[at] == "\\"
        character = pattern[at + escaped : at + escaped + 1]
        if character == "/":
            at += escaped
            break
        if escaped or character not in "*?[":
            pieces[-1] += re.escape(character)
            at += escaped + 1
        elif character == "[":
            translated, at = _set(pattern, at + 1)
            pieces[-1] += translated
        elif character == "?":
            pieces[-1] += "[^/]"
            at += 1
        else:
            pieces.append("")
            while pattern.startswith("*", at):
                at += 1
    first, *between = pieces
    last = f"[^/]*{between.pop()}" if between else ""
    return first + "".join(f"(?>[^/]*?{piece})" for piece in between) + last, at


def _set(pattern: str, at: int) -> tuple[str, int]:
    """Translate a set such as `[a-z]`; one that is not closed matches nothing.

    A range that runs backwards holds its two ends. `]` closes a set wherever it stands.

    Args:
        pattern: the whole pattern.
        at: the position after the opening bracket.

    Returns:
        The regular expression, and the position after the closing bracket.
    """
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    body = ""
    while at < len(pattern) and pattern[at] != "]":
        low, at = _member(pattern, at)
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("", "]"):
            high, at = _member(pattern, at + 1)
            ends = f"{re.escape(low)}-{re.escape(high)}" if low <= high else re.escape(low + high)
            body += ends
        else:
            body += re.escape(low)
    if at >= len(pattern):
        return _NOTHING, at
    if negated:
        return (f"(?!/)[^{body}]" if body else "[^/]"), at + 1
    return (f"(?!/)[{body}]" if body else _NOTHING), at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    """Return one character of a set, which a backslash may precede, and the position after it."""
    at += pattern[at] == "\\"
    return pattern[at : at + 1], at + 1


@lru_cache(maxsize=1024)
def _compiled(pattern: str, *, dots: bool) -> re.Pattern[str]:
    """Return a pattern as a regular expression."""
    return re.compile(_translate(pattern, dots=dots), re.DOTALL)


def is_readable(pattern: object) -> bool:
    """Say whether a pattern is known and closes its sets; where it excludes, others may match."""
    return isinstance(pattern, str) and _NOTHING not in _translate(pattern, dots=True)


def matches(pattern: str, name: str, *, dots: bool = False) -> bool:
    """Say whether a GitHub pattern matches a whole name, as Ruby's fnmatch with FNM_PATHNAME.

    `*` and `?` stay within a segment, `**/` crosses segments, and a period at the beginning of a
    segment has to be written.

    Args:
        pattern: the pattern.
        name: the name.
        dots: let wildcards match such a period, too: for what may be excluded.
    """
    return _compiled(pattern, dots=dots).fullmatch(name) is not None


def is_wildcard(pattern: str) -> bool:
    """Say whether a pattern can match more than one name."""
    return any(character in pattern for character in "*?[{~\\")


def admits_only_semver(pattern: str) -> bool:
    """Say whether a glob admits only tags shaped like `v1.2.3`, as far as globs can say it.

    Three numeric components are needed, each beginning with a digit; a literal prefix
    (`sdk-v1.2.3`) and a pre-release or build suffix are fine.
    """
    return _SEMVER_GLOB.fullmatch(pattern) is not None


def admits_pep440(pattern: str) -> bool:
    """Say whether a glob is the narrowest one for versions as PEP 440 writes them.

    Those have two numbers at least, and perhaps letters. No glob distinguishes `v1.2rc1` from
    `v1.2-test`: rulesets have to forbid the second one. See `not_pep440`.
    """
    return _TWO_COMPONENTS.fullmatch(pattern) is not None


def not_pep440(pattern: str) -> tuple[str, ...]:
    """Return tags that such a glob matches, and that are no versions."""
    prefix = pattern.removesuffix("[0-9]*.[0-9]*")
    return tuple(
        f"{prefix}{tag}"
        for tag in (
            *("1.2-test", "1x.2", "1.2x", "1.2.x", "1.2.", "1..2", "1.2test", "1.2a", "1.2.post"),
            *("01.2", "1.02", "1.2.3.4", "1.2rc1a1", "1.2.dev1.post1", "1.2_3", "1.2+local"),
        )
    )


def regex_admits_only_semver(pattern: str) -> bool:
    """Say whether a regular expression refuses what is no release tag, tried on examples."""
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return not any(compiled.search(name) for name in NOT_RELEASES)


def sample(pattern: str) -> tuple[str, str]:
    """Return two names that a glob matches, to ask whether other patterns guard them."""
    digits = re.sub(r"\[[^\]]*\]", "1", pattern)
    return digits.replace("*", "0").replace("?", "0"), digits.replace("*", "x").replace("?", "x")


def covers_default(includes: Iterable[object], default: str | None) -> bool:
    """Say whether ref patterns surely match the default branch.

    Args:
        includes: patterns of a ruleset; entries that are not text (UNKNOWN) do not count.
        default: its name, None when the stack does not say.
    """
    names = (default,) if default else DEFAULT_BRANCHES
    return any(
        isinstance(pattern, str)
        and (
            pattern in ("~DEFAULT_BRANCH", "~ALL")
            or any(matches(pattern, f"refs/heads/{name}") for name in names)
        )
        for pattern in includes
    )
