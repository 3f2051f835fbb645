"""What an update overwrites in a file: a unified diff without the secrets in it."""

from __future__ import annotations

import difflib

from portcullis.preview.hiding import HIDDEN, masked

__all__ = ["HIDDEN", "MOST_LINES", "ONLY_SECRETS", "masked", "unified"]

MOST_LINES = 400
"""Lines of a diff that are shown: the file itself is on GitHub."""

ONLY_SECRETS = "the difference is in what looks like a secret, or in the ends of lines"


def unified(old: str, new: str | None, name: str) -> list[str]:
    """Return the lines of a unified diff, headed by ``name``.

    Args:
        old: The text on GitHub.
        new: The declared text; None for a file that is deleted.
        name: The file's name.
    """
    lines = list(
        difflib.unified_diff(
            masked(old),
            masked(new or ""),
            f"{name} on GitHub",
            f"{name} as declared" if new is not None else f"{name} deleted",
            lineterm="",
        )
    )
    if not lines:
        return [ONLY_SECRETS]
    more = len(lines) - MOST_LINES
    return lines[:MOST_LINES] + ([f"and {more} more lines"] if more > 0 else [])
