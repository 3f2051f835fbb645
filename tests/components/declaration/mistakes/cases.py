"""One mistake a case, and the look whether it is reported as the case says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.components.declaration.sound import SOUND, mistakes, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

    from components.declaration import Mistake


@dataclass(frozen=True)
class Case:
    """``old`` of the sound file becomes ``new``, in which a mark stands before the mistake."""

    id: str
    old: str
    new: str
    what: str
    allowed: str = ""
    also: tuple[tuple[str, str], ...] = ()
    """Other edits, which are sound."""


PLAN = "plan: enterprise"
SETTINGS = "  display_name: Acme"
EMAIL = "billing_email: billing@acme.example"
ACTIONS = "actions: {}"
DEVS = "  devs: {members: [ana, ben]}"
MAIN = "  main: {}"
TAGS = "{created_by: [security]}"
TOKEN = "{from: {config: token}, visible_to: [app]}"
LEVEL = "{value: info, visible_to: all}"
WEB = "  web: {}"
ENVIRONMENTS = "    environments: {}"
PUBLISH = "    publish: [{python: app, approvers: [devs]}]"
OWNERS = """\
    access: {devs: maintain, security: push}
    ecosystems: [pip]
    code_owners: {"*": [devs]}"""
EXEMPTION = "{rule: BR012, resource: repositories.web, reason: one maintainer for now, expires: "


def reported(case: Case, root: Path, text: str = SOUND) -> Mistake:
    """The first mistake of a case: those that are marked are reported, and no others."""
    broken, marked = places(replaced((case.old, case.new), *case.also, text=text))
    found = mistakes(written(root, broken))
    assert marked, "the case has to mark where its mistake is"
    assert [str(mistake.place) for mistake in found] == marked, found
    assert case.what in found[0].what
    assert case.allowed in found[0].allowed
    return found[0]
