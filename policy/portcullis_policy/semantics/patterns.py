"""GitHub's ref patterns: wildcards, the default branch, and what is no version."""

import re
from collections.abc import Iterable

from portcullis_policy.semantics.languages.fnmatch import matches

DEFAULT_BRANCHES = ("main", "master")
"""Names taken for the default branch of a repository that does not say."""

_ONE_CHARACTER = re.compile(r"\[([^\[\]!^\\-])\]")
NOT_RELEASES = (
    *("v", "v1", "v1.2", "1", "1.2", "v-test", "vtest", "va.b.c", "a.b.c", "v1.x", "v1.x.y"),
    *("v1.2.x", "test", "latest", "nightly", "main", "v1.2.", "x1", "release", "v.1.2"),
)


def only_name(pattern: str) -> str | None:
    """Return the one name that a pattern matches, such as `main` for `[m]ain`; None if several."""
    written = _ONE_CHARACTER.sub(r"\1", pattern)
    return None if any(character in written for character in "*?[{~\\") else written


def regex_admits_only_semver(pattern: str) -> bool:
    """Say whether a regular expression refuses what is no release tag, tried on examples."""
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return not any(compiled.search(name) for name in NOT_RELEASES)


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
