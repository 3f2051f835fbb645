"""Portcullis runs as a GitHub App, as Pulumi.prod.yaml has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.keys import app_keys

if TYPE_CHECKING:
    from tests.support.project import Project


def as_app(project: Project) -> None:
    """Give the stack the App's key and no token."""
    del project.environment["GITHUB_TOKEN"]
    [installation] = project.world.state("installation")
    for field, value in (("id", "1001"), ("installationId", str(installation["id"]))):
        path = f"portcullis:githubApp.{field}"
        project.pulumi("config", "set", "--path", "--plaintext", path, value, check=True)
    key = app_keys()[0]
    project.pulumi("config", "set", "--secret", "portcullis:githubAppKey", check=True, stdin=key)


def test_the_whole_organization_by_an_app(small: Project) -> None:
    """With an App instead of a token all is made, and nothing of the key is in the state."""
    as_app(small)
    outcome = small.up()
    assert outcome.code == 0, outcome.text
    actors = {entry["actor"] for entry in small.world.journal() if entry["path"] != "/"}
    assert "owner" not in actors
    key = app_keys()[0].splitlines()[1]
    assert key not in small.pulumi("stack", "export", check=True).stdout
    assert key not in outcome.text
    settled = small.preview("--expect-no-changes")
    assert settled.code == 0, settled.text
