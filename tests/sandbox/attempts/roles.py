"""Roles, and repositories that are archived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.attempts.attempt import stopped_by
from tests.sandbox.attempts.path import REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path


def _reader(path: Path) -> None:
    path.put(f"{REPO}/collaborators/carl", {"permission": "triage"})


@stopped_by("no right to write", _reader)
def _(path: Path) -> bool:
    """Somebody who only triages starts the release."""
    path.dispatch("carl")
    return path.leaked()


@stopped_by(
    "an archived repository", lambda path: path.as_("olga").patch(REPO, json={"archived": True})
)
def _(path: Path) -> bool:
    """A contributor publishes from a repository that was given up."""
    path.ref("carl", "tags/v9")
    return path.leaked()
