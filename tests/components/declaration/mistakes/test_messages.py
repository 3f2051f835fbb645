"""How mistakes read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration.mistakes import nearest
from tests.components.declaration.mistakes.cases import WEB
from tests.components.declaration.sound import SOUND, mistakes, outcome, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path


def test_the_sound_file_has_no_mistake(tmp_path: Path) -> None:
    """The file that the cases break is right, so each case's mistake is its own."""
    assert mistakes(written(tmp_path, SOUND)) == []


def test_a_message_reads_as_lines_for_a_terminal(tmp_path: Path) -> None:
    """Place first, then what, then what is allowed, then that nothing was changed."""
    text, _ = places(replaced((WEB, "  web: {»visibilty: public}")))
    lines = str(outcome(written(tmp_path, text))).splitlines()
    assert lines[0] == "error  orgs/acme.yaml:28:9  repositories.web.visibilty"
    assert (
        lines[1] == "      `visibilty` is not a field of a repository; did you mean `visibility`?"
    )
    assert lines[2].startswith("      allowed: access, archived, ")
    assert lines[3:] == ["1 mistake; nothing was changed"]


def test_no_security_setting_stands_for_another() -> None:
    """A name that is near by its letters alone is not suggested."""
    assert nearest("push_protection", ["protection", "visibility"]) == ""
    assert nearest("branch_protection", ["tag_protection", "protection"]) == ""
    assert nearest("dependabot_alerts", ["dependabot_security_updates"]) == ""
    assert nearest("release-manager", ["release-managers"]).endswith("`release-managers`?")
