"""An App that only reads previews what the App of deployments would do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.end_to_end.configuration.repository import reading_permissions
from tests.end_to_end.conftest import PEOPLE, SECRETS, SMALL, seed
from tests.support.extent import EVERY
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox

GATE = "/repos/acme/tool/environments/staging"


def preview(project: Project, app: str) -> dict[str, Any]:
    """Return the plan of a preview as an App."""
    project.environment["GITHUB_TOKEN"] = project.world.tokens[f"{app}[bot]"]
    path = project.folder / "plan.json"
    outcome = project.portcullis("preview", "--json", str(path))
    assert outcome.code == 0, outcome.text
    plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return plan


if EVERY:  # seven runs of the engine

    def test_both_apps_see_the_same_plan(sandbox: Sandbox, tmp_path: Path) -> None:
        """C5: a new organization, a change, and drift; with managed files and secrets."""
        world_seed: Any = seed("acme", PEOPLE)
        (app,) = world_seed["apps"]
        reader = {"slug": "reader", "app_id": 1002, "permissions": reading_permissions()}
        world_seed["apps"].append({**app, **reader})
        world_seed["tokens"].append({"app": "reader"})
        world = sandbox.world("reading-app", world_seed)
        project = Project(tmp_path / "project", world)
        project.write(SMALL.read_text(encoding="utf-8"))
        project.create(SECRETS)
        assert preview(project, "reader")["digest"] == preview(project, "portcullis")["digest"]
        project.make()
        project.edit("description: A tool", "description: The tool")
        assert preview(project, "reader")["digest"] == preview(project, "portcullis")["digest"]
        world.request("PUT", GATE, {"wait_timer": 0, "reviewers": []})
        first, second = preview(project, "reader"), preview(project, "portcullis")
        assert (first["digest"], first["drift"]) == (second["digest"], second["drift"])
        assert first["drift"]
