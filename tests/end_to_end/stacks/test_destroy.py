"""What `pulumi destroy` leaves, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.conftest import make_small
from tests.end_to_end.live import Live

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.project import Project
    from tests.support.sandbox import Sandbox


def protected(project: Project) -> int:
    """How many resources of the state Pulumi would refuse to delete."""
    return sum(bool(each.get("protect")) for each in project.state()["resources"])


def test_protected_things_are_not_destroyed_until_protection_is_off(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The recipe of docs/destroy.md: refused; protection off by `up` alone; then nothing is lost.

    Repositories are archived, not deleted; the organization does not become weaker.
    """
    project = make_small(sandbox, tmp_path, "protected", protect=True)
    project.make()
    project.world.clear_journal()
    destroyed = project.destroy()
    assert destroyed.code != 0
    assert "protected" in destroyed.text
    project.pulumi("config", "set", "portcullis:protect", "false", check=True)
    off = project.portcullis("up")
    assert off.code == 0, off.text
    assert "resources may be deleted from now on:" in off.stdout
    assert "             Repository: tool\n" in off.stdout
    assert protected(project) == 0
    assert project.world.writes() == []
    destroyed = project.destroy()
    assert destroyed.code == 0, destroyed.text
    live = Live(project.world, "acme")
    assert live.repositories()["tool"]["archived"] is True
    settings = live.settings()
    assert settings["billing_email"] == "billing@acme.example"
    assert settings["default_repository_permission"] == "none"
    assert live.actions()["allowed_actions"] == "selected"
    assert live.actions()["default_workflow_permissions"] == "read"
    assert live.teams() == {}


def test_what_is_protected_afterwards_is_refused_as_well(small: Project) -> None:
    """Protection switched on arrives by `up` alone; a line that a merge lost then takes no gate."""
    small.make()
    assert protected(small) == 0
    small.pulumi("config", "set", "portcullis:protect", "true", check=True)
    preview = small.portcullis("preview")
    assert "resources cannot be deleted from now on:" in preview.stdout, preview.text
    assert protected(small) == 0
    on = small.portcullis("up")
    assert on.code == 0, on.text
    assert protected(small) > 0
    again = small.portcullis("up")
    assert "deleted from now on" not in again.stdout
    small.world.clear_journal()
    small.edit("    environments:\n      staging:\n", "    environments:\n      stage:\n")
    changed = small.up()
    assert changed.code != 0
    assert "tool/staging" in changed.text
    assert small.world.writes() == []
