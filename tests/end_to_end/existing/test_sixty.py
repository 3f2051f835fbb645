"""An organization of 60 repositories that a script made: imported, previewed, and left as it is."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.end_to_end.test_interrupted import kill_after
from tests.support import sixty
from tests.support.extent import EVERY
from tests.support.project import Project
from tests.support.sandbox import Sandbox
from tests.support.sixty.script import ORG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.project import Outcome
    from tests.support.sandbox import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The organization."""
    with Sandbox(judged=False) as sandbox:
        made = sandbox.world("sixty", sixty.SEED)
        sixty.make(made)
        yield made


@pytest.fixture(scope="module")
def project(world: World, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with an empty stack of the organization."""
    made = Project(tmp_path_factory.mktemp("sixty") / "project", world)
    made.create({}, name=ORG)
    return made


def records(world: World) -> list[dict[str, Any]]:
    """Return everything in a world, but for the group that GitHub makes when somebody asks."""
    return [each for each in world.state() if each["kind"] != "runner_group"]


def written(project: Project) -> dict[Path, bytes]:
    """Return the files of the import."""
    folder = project.folder / "orgs" / ORG
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def without_secrets(project: Project) -> None:
    """Take secrets out of the files: their values are not known."""
    yaml = YAML()
    for path in written(project):
        if path.suffix != ".yaml":
            continue
        data = yaml.load(path)
        _strip(data)
        with path.open("wb") as file:
            yaml.dump(data, file)


def _strip(data: Any) -> None:  # noqa: ANN401 - any YAML
    if isinstance(data, dict):
        data.pop("secrets", None)
        for each in data.values():
            _strip(each)


def test_an_import_and_the_update_after_it_change_nothing(world: World, project: Project) -> None:
    """Promise: import, preview, up: nothing to do, and every record of GitHub stays as it was.

    An import that is killed leaves no files, and the next one writes the same bytes.
    """
    before = records(world)
    world.clear_journal()
    done = project.portcullis("import", ORG)
    assert done.code == 0, done.text
    assert "differs" not in done.text
    first = written(project)
    assert sum(path.parent.name == "repositories" for path in first) > 50
    without_secrets(project)
    updated = project.portcullis("up")
    assert updated.code == 0, updated.text
    assert [(e["method"], e["path"], e["body"]) for e in world.writes()] == [], updated.text
    assert records(world) == before
    if EVERY:  # the update has had a preview of its own
        settled = project.preview("--expect-no-changes")
        assert settled.code == 0, settled.text
    shutil.rmtree(project.folder / "orgs" / ORG)
    world.clear_journal()
    assert kill_after(project, 150, project.portcullis_command("import", ORG), requests=True)
    assert not written(project)
    again = project.portcullis("import", ORG)
    assert again.code == 0, again.text
    assert written(project) == first


def items(outcome: Outcome) -> object:
    """Return what a run of drift found."""
    return json.loads(outcome.stdout)["items"]


if EVERY:

    @pytest.mark.parametrize("requests", [5, 100, 300])
    def test_a_killed_drift_changes_nothing(world: World, project: Project, requests: int) -> None:
        """Promise: `kill -9` in the middle of drift changes nothing; the next finds the same."""
        without_secrets(project)
        quiet = project.portcullis("drift", "--format", "json")
        assert quiet.code == 1, quiet.text
        before, state = records(world), project.state()
        world.clear_journal()
        assert kill_after(project, requests, project.portcullis_command("drift"), requests=True)
        assert (records(world), project.state()) == (before, state)
        again = project.portcullis("drift", "--format", "json")
        assert (again.code, items(again)) == (quiet.code, items(quiet))
