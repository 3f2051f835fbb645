"""A bad day: an organization in the sandbox whose release path is to be closed, and its project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.sandbox.attempts.path import REPO, SEED, Path
from tests.support.project import STACK, Project

if TYPE_CHECKING:
    from pathlib import Path as File

    from tests.support.project import Outcome
    from tests.support.sandbox import Sandbox

DECLARED = """\
organization: guild
plan: enterprise
settings: {display_name: Guild, billing_email: billing@guild.example}
teams:
  release: {members: [ria, rolf]}
  makers: {members: [mia]}
tag_protection:
  releases: {created_by: [makers]}
repositories:
  sophia:
    visibility: public
    access: {release: push, makers: push}
    secrets:
      REGISTRY_TOKEN: {from: {config: registryToken}, stores: [dependabot, codespaces]}
    environments:
      pypi-release:
        secrets:
          PYPI_TOKEN: {from: {config: pypiToken}}
    publish:
      - python: sophia
        approvers: [release]
  docs: {visibility: private}
"""
ENVIRONMENT = f"{REPO}/environments/pypi-release"
SEEN = (
    f"{REPO}/environments",
    f"{ENVIRONMENT}/deployment-branch-policies",
    f"{REPO}/rulesets",
    f"{REPO}/actions/permissions",
    "/orgs/guild/rulesets",
    "/orgs/guild/actions/permissions",
    "/orgs/guild/actions/variables",
)
"""What a lockdown changes, as another client sees it."""


class Day:
    """A release path, and the project by which it is closed."""

    def __init__(self, path: Path, project: Project) -> None:
        """Take up both."""
        self.path = path
        self.project = project

    def run(self, *arguments: str) -> Outcome:
        """Run `portcullis lockdown`."""
        return self.project.portcullis("lockdown", *arguments)

    def incident(self, *arguments: str, keyboard: str = "") -> Outcome:
        """Run `portcullis incident`."""
        return self.project.portcullis("incident", *arguments, keyboard=keyboard)

    def seen(self) -> list[str]:
        """Return GitHub's answers, without what differs when a thing is made anew."""
        owner = self.path.as_("olga")
        return [json.dumps(_stable(owner.get(each).json()), indent=1) for each in SEEN]

    def record(self) -> str:
        """Return the text of all records."""
        folder = self.project.folder / ".portcullis"
        return "".join(each.read_text() for each in sorted(folder.glob("*/*.json")))


def _stable(answer: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(answer, dict):
        fresh = ("id", "node_id", "url", "created_at", "updated_at")
        return {key: _stable(each) for key, each in answer.items() if key not in fresh}
    return [_stable(each) for each in answer] if isinstance(answer, list) else answer


def make_day(sandbox: Sandbox, folder: File, name: str) -> Day:
    """Return an organization whose release environment admits some branches and tags."""
    path = open_path(sandbox, name)
    world = path.world
    project = Project(folder / "project", world)
    project.write(DECLARED)
    settings = f"config:\n  portcullis:organization: test\n  github:baseUrl: {world.base_url}\n"
    (project.folder / f"Pulumi.{STACK}.yaml").write_text(settings)
    return Day(path, project)


def open_path(sandbox: Sandbox, name: str) -> Path:
    """Return the release path of a world of its own."""
    path = Path(sandbox.world(name, SEED))
    path.only_refs(("branch", "main"), ("branch", "mine"), ("tag", "v*"))
    return path
