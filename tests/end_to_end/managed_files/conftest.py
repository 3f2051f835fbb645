"""One small organization in a world of its own, and what people do to its files."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import seed
from tests.support.project import Project

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import Sandbox, World

ORGANIZATION = """\
organization: acme
plan: team
settings:
  display_name: Acme
  billing_email: billing@acme.example
automation: {app_id: 1001}
protection:
  main: {required_checks: [tests]}
teams:
  makers: {members: [ana, ben]}
repositories:
  locked:
    workflows: false
    access: {makers: push}
    # way
    files:
      kept.md: {content: "kept\\n"}
      rules.md: {content: "be kind\\n"}
      left.md: {content: "left\\n"}
  bare:
    workflows: false
    access: {makers: push}
  tool:
    workflows: false
    access: {makers: push}
    code_owners: {"*": [makers]}
    files:
"""
STANDARD_FILES = """\
standard_files:
  security_contact: security@acme.example
  workflow_owners: [makers]
  pre_commit: true
  ignore_secret_files: true
  ignored_files: [local.cfg]
"""


def organization(**files: str) -> str:
    """Return the YAML, with these managed files; their names are without the extension."""
    entries = [f"      {name}.md: {{content: {text!r}}}\n" for name, text in files.items()]
    return ORGANIZATION + "".join(entries).replace("'", '"')


@pytest.fixture(scope="module")
def project(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose organization has nobody's repositories yet."""
    world = sandbox.world("managed-files", seed("acme", ["ana", "ben"]))
    project = Project(tmp_path_factory.mktemp("files") / "project", world)
    project.write(ORGANIZATION)
    project.create({})
    return project


def by_pull_request(text: str) -> str:
    """Return the YAML with pull requests for `locked`, with other files than before."""
    text = text.replace("# way", "file_changes: pull-request")
    return text.replace("be kind", "be kinder").replace('      left.md: {content: "left\\n"}\n', "")


class Files:
    """The files of a repository, as people read and write them on GitHub."""

    def __init__(self, world: World, repository: str) -> None:
        """Take the full name of the repository."""
        self.world = world
        self.repository = repository

    def read(self, path: str, ref: str = "main") -> str | None:
        """Return a file's text; None where there is none."""
        answer = self._request("GET", f"{path}?ref={ref}")
        if answer.status_code == 404:
            return None
        return base64.b64decode(answer.json()["content"]).decode()

    def write(self, path: str, text: str) -> None:
        """Commit a file to the default branch."""
        content = base64.b64encode(text.encode()).decode()
        self._change("PUT", path, {"message": "by hand", "content": content})

    def delete(self, path: str) -> None:
        """Delete a file on the default branch."""
        self._change("DELETE", path, {"message": "by hand"})

    def _change(self, method: str, path: str, body: dict[str, Any]) -> None:
        known = self._request("GET", path)
        if known.status_code == 200:
            body["sha"] = known.json()["sha"]
        self._request(method, path, body).raise_for_status()

    def _request(self, method: str, path: str, body: object = None) -> httpx.Response:
        # rulesets let the automation's App pass
        with self.world.client("portcullis[bot]") as client:
            return client.request(method, f"/repos/{self.repository}/contents/{path}", json=body)
