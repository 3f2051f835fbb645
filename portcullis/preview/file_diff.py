"""What an update overwrites in a file: a unified diff without the secrets in it."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LINES = 400
"""Lines of a diff that are shown: the file itself is on GitHub."""

HIDDEN = "(looks like a secret, not shown)"

_ASSIGNED = re.compile(r"""^(\W*(?:export\s+)?)(["']?)([\w.-]+)\2(\s*[:=]\s*)(?!["']?\$)(\S.*)$""")
"""A name and its value, which is no reference to a variable."""
_PERMISSIONS = frozenset({"read", "write", "none", "true", "false", "inherit"})
"""Values of names such as `id-token` in a workflow."""
_DASHES = re.compile(r"[.-]")
_KEY_BEGINS, _KEY_ENDS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), re.compile(r"-----END ")


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
        return ["the difference is in what looks like a secret, or in the ends of lines"]
    more = len(lines) - MOST_LINES
    return lines[:MOST_LINES] + ([f"and {more} more lines"] if more > 0 else [])


def masked(text: str) -> list[str]:
    """Return the lines of ``text``; what looks like a secret is hidden in them."""
    return list(_masked(text))


def _masked(text: str) -> Iterator[str]:
    # imported when a file differs: most previews show none
    from portcullis_policy.rules.secrets.shapes import looks_secret, sounds_secret  # noqa: PLC0415 - see above

    inside = False
    for line in text.splitlines():
        inside = inside or _KEY_BEGINS.search(line) is not None
        found = _ASSIGNED.match(line)
        if inside or looks_secret(line):
            yield HIDDEN
        elif found and found[5] not in _PERMISSIONS and sounds_secret(_DASHES.sub("_", found[3])):
            yield f"{found[1]}{found[2]}{found[3]}{found[2]}{found[4]}{HIDDEN}"
        else:
            yield line
        inside = inside and _KEY_ENDS.search(line) is None
