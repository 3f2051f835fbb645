"""CODEOWNERS: whose review a path needs.

Source: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = ".github/CODEOWNERS"

PLACES = (PATH, "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for the file: the first that is there counts."""


def render(owners: Mapping[str, list[str]], organization: str) -> str:
    """Return the text of CODEOWNERS, in the order of ``owners``: a later line wins."""
    lines = [
        " ".join([pattern, *(f"@{organization}/{team}" for team in teams)])
        for pattern, teams in owners.items()
    ]
    return "\n".join(lines) + "\n"
