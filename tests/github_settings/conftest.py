"""A plain Pulumi project that uses the provider of GitHub's settings, without Portcullis."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import PEOPLE, seed
from tests.support.project import ROOT, Outcome, Project
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = f"""
import json, pathlib, sys
sys.path.insert(0, {str(ROOT)!r})
import pulumi
from components.github_access import github_access
from github_settings.resource import Setting, provider

opts = pulumi.ResourceOptions(provider=provider(github_access("acme"), "acme"))
for kind, name, fields in json.loads(pathlib.Path("settings.json").read_text()):
    Setting(kind, name, fields, opts)
"""


class PlainProject(Project):
    """A project with settings alone."""

    def declare(self, *settings: tuple[str, str, dict[str, Any]]) -> None:
        """Declare resources by type, name and fields."""
        (self.folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")

    def pulumi(self, *arguments: str, check: bool = False, stdin: str | None = None) -> Outcome:
        """Run the real `pulumi`, which may not print the token."""
        outcome = super().pulumi(*arguments, check=check, stdin=stdin)
        assert self.world.token not in outcome.text
        return outcome


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainProject]:
    """An organization with two repositories, and a stack without resources."""
    with Sandbox() as sandbox:
        given: dict[str, Any] = seed("acme", PEOPLE)
        repositories = {name: {"visibility": "private"} for name in ("tool", "site")}
        given["organizations"][0]["repositories"] = repositories
        project = PlainProject(tmp_path_factory.mktemp("plain") / "p", sandbox.world("w", given))
        project.environment |= {
            "PULUMI_OPTION_POLICY_PACK": "",
            "GITHUB_TOKEN": project.world.token,
        }
        _replace(project.folder / "__main__.py", PROGRAM)
        plugin = {"name": "github-settings", "path": str(ROOT / "github_settings")}
        described = {
            "name": "portcullis",
            "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}},
            "plugins": {"providers": [plugin]},
        }
        _replace(project.folder / "Pulumi.yaml", json.dumps(described))
        project.create({})
        yield project


def _replace(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text, encoding="utf-8")
