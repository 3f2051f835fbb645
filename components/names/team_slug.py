"""The slug of a team, which GitHub makes from its name."""

from __future__ import annotations

import re

_OTHERS = re.compile(r"[^a-z0-9_]+")


def slug_of(name: str) -> str:
    """Return the slug that GitHub makes from a team's name, such as `security-team`."""
    return _OTHERS.sub("-", name.lower()).strip("-")
