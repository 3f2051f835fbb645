"""Edits of the sound file that break its release path, and the look whether that is reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.components.declaration.sound import SOUND, mistakes, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

Edit = tuple[str, str]

TWO = replaced(("approvers: [devs]", "approvers: [security, devs]"))
"""The sound file with two approvals: security starts a release, devs give the last."""

DEVS = "  devs: {members: [ana, ben]}"
SECURITY = "  security: {members: [ines]}"
CREATORS = "{created_by: [security]}"
ACCESS = "{devs: maintain, security: push}"
ENVIRONMENTS = "    environments: {}"
PUBLISH = "    publish: ["
WEB = "  web: {}"


@dataclass(frozen=True)
class Case:
    """Edits of ``text``, one of which holds a mark where the one mistake is."""

    id: str
    edits: tuple[Edit, ...]
    what: str
    allowed: str = ""
    text: str = SOUND


def broken(id_: str, *edits: Edit, what: str, allowed: str = "", text: str = SOUND) -> Case:
    """A case of several edits."""
    return Case(id_, edits, what, allowed, text)


def in_two(id_: str, edits: tuple[Edit, ...], what: str, allowed: str) -> Case:
    """A case of the file with two approvals."""
    return Case(id_, edits, what, allowed, TWO)


def reported(case: Case, root: Path) -> None:
    """Look whether the one mistake is reported, at its mark, with what is allowed instead."""
    text, marked = places(replaced(*case.edits, text=case.text))
    (mistake,) = mistakes(written(root, text))
    assert [str(mistake.place)] == marked
    assert (mistake.what, mistake.allowed) == (case.what, case.allowed)


def is_sound(root: Path, edits: tuple[Edit, ...], text: str = SOUND) -> bool:
    """Whether nothing is reported after the edits."""
    return mistakes(written(root, replaced(*edits, text=text))) == []
