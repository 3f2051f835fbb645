"""GitHub's ref and name patterns: what they match, and whether they admit only releases."""

import re
from collections.abc import Iterable
from functools import lru_cache

DEFAULT_BRANCHES = ("main", "master")
"""Names taken for the default branch of a repository that does not say."""

_COMPONENT = r"(?:\[0-9\]|\[1-9\]|\d)(?:\[0-9\]|\d)*\*?"
_SEMVER_GLOB = re.compile(rf"[\w./@-]*?v?{_COMPONENT}(?:\.{_COMPONENT}){{2}}(?:[-+][\w.*+-]*)?")
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


_NOTHING = re.compile(r"(?!)")


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    """Translate a pattern as Ruby's fnmatch with FNM_PATHNAME: `*` stays within a segment."""
    out, rest = "", pattern
    while rest:
        if rest.startswith("**/"):
            out, rest = out + "(?:.*/)?", rest[3:]
        elif rest.startswith("**"):
            out, rest = out + ".*", rest[2:]
        elif rest[0] == "*":
            out, rest = out + "[^/]*", rest[1:]
        elif rest[0] == "?":
            out, rest = out + "[^/]", rest[1:]
        elif group := re.match(r"\[[!^]?[^\]\[\\]+\]", rest):
            text = group.group()
            # `--`, `&&`, `~~` and `||` are kept for set operations by Python's re
            body = re.sub(r"([&~|\\]|(?<=-)-)", r"\\\1", text[1:-1].lstrip("!^"))
            out += f"[{'^' if text[1] in '!^' else ''}{body}]"
            rest = rest[len(text) :]
        else:
            rest = rest[1:] if rest[0] == "\\" and len(rest) > 1 else rest
            out, rest = out + re.escape(rest[0]), rest[1:]
    try:
        return re.compile(out, re.DOTALL)
    except re.error:
        return _NOTHING


def is_readable(pattern: object) -> bool:
    """Say whether a pattern is known and can be read; where it excludes, any other may match."""
    return isinstance(pattern, str) and _glob(pattern) is not _NOTHING


def matches(pattern: str, name: str) -> bool:
    """Say whether a GitHub pattern matches a whole name."""
    return _glob(pattern).fullmatch(name) is not None


def is_wildcard(pattern: str) -> bool:
    """Say whether a pattern can match more than one name."""
    return any(character in pattern for character in "*?[{~\\")


def admits_only_semver(pattern: str) -> bool:
    """Say whether a glob admits only tags shaped like `v1.2.3`, as far as globs can say it.

    Three numeric components are needed, each beginning with a digit; a literal prefix
    (`sdk-v1.2.3`) and a pre-release or build suffix are fine.
    """
    return _SEMVER_GLOB.fullmatch(pattern) is not None


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
