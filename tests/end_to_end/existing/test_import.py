"""`portcullis import` on the real engine: what follows has nothing to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.existing.test_state_from_live import emptied
from tests.portcullis.live import rich
from tests.support.extent import cases
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox

TRAPS: dict[str, Any] = {
    ".github": {"visibility": "public", "files": {"README.md": "x"}},
    "1.0": {"files": {"README.md": "x"}},
    "null": {"visibility": "public", "default_branch": "trunk", "files": {"README.md": "x"}},
}
"""Repositories whose names YAML or load() could take for something else."""


def seed() -> dict[str, Any]:
    """The organization of the reader's tests, and the traps."""
    (acme,) = rich.SEED["organizations"]
    repositories = {**acme["repositories"], **TRAPS}
    return {**rich.SEED, "organizations": [{**acme, "repositories": repositories}]}


@pytest.mark.parametrize("steps", cases(["preview"], "update"))
def test_the_preview_after_an_import_is_empty(sandbox: Sandbox, tmp_path: Path, steps: str) -> None:
    """Promise: after an import, only secrets are left to be set, and GitHub was not changed (16).

    The pack passes by the exemptions, and a second import writes the same bytes.
    """
    world = sandbox.world(f"import-{steps}", seed())
    rich.make(world)
    project = Project(tmp_path / "project", world)
    project.create({"blank": "a-value-that-is-long-enough"}, name="acme")
    world.clear_journal()
    done = project.portcullis("import", "acme")
    assert done.code == 0, done.text
    assert world.writes() == []
    folder = project.folder / "orgs" / "acme"
    first = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path.stem for path in (folder / "repositories").iterdir()} == {
        *("tool", "empty", "old", "1.0", "null")
    }
    assert b'\n  ".github":\n' in first[folder / "organization.yaml"]
    refused = project.portcullis("check")
    assert f"{len(secrets(first))} mistakes" in refused.text
    for path, text in first.items():
        path.write_bytes(text.replace(b"from: TODO", b"from: {config: blank}"))
    planned = project.preview()
    assert planned.code == 0, planned.text
    operations = planned.operations()
    # the policy pack's facts on the secrets, whose sources were filled in
    assert operations.pop("portcullis:index:Organization acme") == "update"
    assert set(operations.values()) == {"create"}, operations
    assert all("Secret " in name for name in operations), operations
    assert len(operations) == len(secrets(first))
    if steps == "preview":
        return
    assert project.portcullis("up").code == 0
    assert project.preview().operations() == {}
    emptied(project)
    for path in first:
        path.rename(project.folder / f"moved-{path.name}")
    for path in (folder / "repositories", folder):
        path.rmdir()
    assert project.portcullis("import", "acme").code == 0
    assert {path: path.read_bytes() for path in first} == first


def secrets(files: dict[Path, bytes]) -> list[bytes]:
    """The blanks in an import's files."""
    return [b"" for text in files.values() for _ in range(text.count(b"from: TODO"))]
