"""Names of branches and tags, and of the refs that they stand for."""

from __future__ import annotations

import re

_PREFIXES = ("refs/heads/", "refs/tags/")
_ILL_FORMED = re.compile(r"\.\.|//|/\.|@\{|[\x00-\x20\x7f~^:?*\[\\]|\.lock(/|$)|[./]$|^[./]|^@$")
_LONGEST = 244
"""Bytes of a name: GitHub stores full refs of up to 255 bytes."""
_SHA = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)


def short_name(ref: str) -> str:
    """Return a branch's or tag's name: its full ref without the one prefix that it has.

    What is left may look like a full ref itself: a branch can be called `refs/tags/v1`.
    """
    for prefix in _PREFIXES:
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref


def is_valid(ref: str) -> bool:
    """Return whether a full ref may be made: that of a branch or tag with a well-formed name.

    Well-formed as `git check-ref-format` has it. GitHub also refuses names that look like a
    commit's id (its error GH002).
    """
    name = short_name(ref)
    if name in (ref, "", "HEAD") or len(name.encode(errors="replace")) > _LONGEST:
        return False
    return not _ILL_FORMED.search(name) and not _SHA.fullmatch(name)
