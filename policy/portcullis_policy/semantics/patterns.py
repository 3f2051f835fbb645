"""GitHub's ref patterns: wildcards, and the default branch."""

import re
from collections.abc import Iterable

from portcullis_policy.semantics.languages.fnmatch import matches

DEFAULT_BRANCHES = ("main", "master")
"""Names taken for the default branch of a repository that does not say."""

_ONE_CHARACTER = re.compile(r"\[([^\[\]!^\\-])\]")


def only_name(pattern: str) -> str | None:
    """Return the one name that a pattern matches, such as `main` for `[m]ain`; None if several."""
    written = _ONE_CHARACTER.sub(r"\1", pattern)
    return None if any(character in written for character in "*?[{~\\") else written


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
