"""Rules for the names of secrets and variables, as GitHub's documentation gives them."""

from __future__ import annotations

import re

from sandbox.api.errors import invalid

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def checked(name: str, what: str) -> str:
    """Return the name as GitHub keeps it: in upper case.

    Args:
        name: The name that was asked for.
        what: `Secret` or `Variable`, for the message.

    Raises:
        GitHubError: 422, it is not allowed.
    """
    if not _NAME.fullmatch(name):
        raise invalid(
            f"{what} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or "
            "underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or "
            "underscores (_)."
        )
    if name.upper().startswith("GITHUB_"):
        raise invalid(f"{what} names must not start with GITHUB_.")
    return name.upper()
