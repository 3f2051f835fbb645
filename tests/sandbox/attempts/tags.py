"""Release tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.attempts.attempt import stopped_by
from tests.sandbox.attempts.path import REPO

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.attempts.path import Path


def tags(rule: str) -> Callable[[Path], object]:
    """Turn on a rule for release tags."""
    return lambda path: path.ruleset({"type": rule}, target="tag", include="refs/tags/v*")


@stopped_by("tags that few may create", tags("creation"))
def _(path: Path) -> bool:
    """A contributor tags a release."""
    path.ref("carl", "tags/v9")
    return path.leaked()


@stopped_by("tags that nobody moves", tags("update"))
def _(path: Path) -> bool:
    """A contributor moves a release's tag to other code."""
    path.ref("olga", "tags/v1")
    return path.move("carl", "tags/v1", path.stray("carl")).is_success


@stopped_by("tags that nobody deletes", tags("deletion"))
def _(path: Path) -> bool:
    """A contributor deletes a release's tag, to make it anew."""
    path.ref("olga", "tags/v1")
    return path.as_("carl").delete(f"{REPO}/git/refs/tags/v1").is_success
