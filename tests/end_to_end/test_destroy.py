"""What `pulumi destroy` leaves, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.conftest import make_small
from tests.end_to_end.live import Live

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.project import Project
    from tests.support.sandbox import Sandbox


def test_destroy_loses_nobodys_work(small: Project) -> None:
    """Repositories are archived, not deleted; the organization does not become weaker."""
    assert small.up().code == 0
    destroyed = small.destroy()
    assert destroyed.code == 0, destroyed.text
    live = Live(small.world, "acme")
    assert live.repositories()["tool"]["archived"] is True
    settings = live.settings()
    assert settings["billing_email"] == "billing@acme.example"
    assert settings["default_repository_permission"] == "none"
    assert live.actions()["allowed_actions"] == "selected"
    assert live.actions()["default_workflow_permissions"] == "read"
    assert live.teams() == {}


def test_protected_things_are_not_destroyed(sandbox: Sandbox, tmp_path: Path) -> None:
    """With protection on (the default), nothing goes until a person names it to Pulumi."""
    project = make_small(sandbox, tmp_path, "protected", protect=True)
    assert project.up().code == 0
    project.world.clear_journal()
    destroyed = project.destroy()
    assert destroyed.code != 0
    assert "protected" in destroyed.text
    assert project.world.writes() == []


def test_a_repository_taken_out_of_yaml_is_refused_while_protected(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A line that was lost in a merge does not take a repository's gates away."""
    project = make_small(sandbox, tmp_path, "lost-line", protect=True)
    assert project.up().code == 0
    project.world.clear_journal()
    project.edit("    environments:\n      staging:\n", "    environments:\n      stage:\n")
    changed = project.up()
    assert changed.code != 0
    assert "tool/staging" in changed.text
    assert project.world.writes() == []
