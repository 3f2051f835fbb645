"""An organization whose secrets come from every source and go to every target."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.end_to_end.conftest import seed
from tests.end_to_end.sources.places import SOURCES, TOO_LARGE, VALUES
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.sources.places import Places
    from tests.support.sandbox import Sandbox

WORKFLOW = """\
name: look
on: {workflow_dispatch: {}}
permissions: {}
concurrency: {group: look, cancel-in-progress: false}
jobs:
  look:
    name: look
    runs-on: ubuntu-24.04
    environment: gate
    steps: []
"""

ORGANIZATION = """\
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
automation: {app_id: 1001}
teams: {makers: {members: [kim]}}
protection: {main: {required_checks: [ci]}}
exemptions: EXEMPTIONS
SOURCES
secrets: ORGANIZATION_SECRETS
repositories:
  tool:
    visibility: public
    access: {makers: push}
    secrets: REPOSITORY_SECRETS
    environments:
      gate:
        secrets: ENVIRONMENT_SECRETS
    files:
      .github/workflows/look.yml:
        content: WORKFLOW
"""


def names(target: str) -> dict[str, tuple[str, str]]:
    """The secrets of a target, each with its source and the name of its value.

    Every value goes to the environment; one with several lines goes everywhere.
    """
    return {
        f"{target}_{source}_{value}": (source, value)
        for source in SOURCES
        for value in VALUES
        if (target == "E" or value == "LINES") and (source, value) not in TOO_LARGE
    }


def secrets(target: str, **fields: object) -> str:
    """The secrets of a target in YAML (JSON is a part of it)."""
    return json.dumps(
        {
            name: {"from": SOURCES[source].reference(value), **fields}
            for name, (source, value) in names(target).items()
        }
    )


def declare(places: Places, sandbox: Sandbox, folder: Path, name: str) -> Project:
    """A project of the organization in a world of its own, and every value in its source."""
    world = sandbox.world(f"sources-{abs(hash(name))}", seed("acme", ["kim"]))
    project = Project(folder / "project", world)
    text = ORGANIZATION
    for word, each in {
        "ORGANIZATION_SECRETS": secrets("O", visible_to=["tool"]),
        "REPOSITORY_SECRETS": secrets("R"),
        "ENVIRONMENT_SECRETS": secrets("E"),
        "EXEMPTIONS": "[]",
        "SOURCES": places.sources(),
        "WORKFLOW": json.dumps(WORKFLOW),
    }.items():
        text = text.replace(word, each, 1)
    project.write(text)
    project.create({})
    places.attach(project)
    for source in SOURCES:
        for value_name, value in VALUES.items():
            if (source, value_name) not in TOO_LARGE:
                places.put(source, value_name, value)
    return project


def seen(project: Project) -> dict[str, str]:
    """What a job behind the gate sees."""
    world = project.world
    world.request("POST", "/repos/acme/tool/actions/workflows/look.yml/dispatches", {"ref": "main"})
    job: dict[str, Any] = world.job(world.jobs(key="look")[-1]["id"])
    assert job["conclusion"] == "success", job
    found: dict[str, str] = job["secrets"]
    return found
