"""Where code lives: which package may import which, no circles, and no crowded folder."""

from __future__ import annotations

import subprocess
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "components",
    "engine",
    "github_settings",
    "portcullis",
    "portcullis_policy",
    "sandbox",
)
MAY_IMPORT = {
    "components": set(),
    "engine": set(),
    "github_settings": {"components"},
    "portcullis": {"components", "engine", "portcullis_policy"},
    "portcullis_policy": set(),
    "sandbox": set(),
}
"""Which of our packages each one may import; see docs/decisions.md."""
MOST_MODULES = 17
"""Modules that a folder may hold: more of them hide the place to change."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Return who imports whom, imports for type checkers included."""
    return grimp.build_graph(*PACKAGES)


def test_no_modules_import_each_other_in_a_circle(graph: grimp.ImportGraph) -> None:
    """Each module can be understood after those that it imports: there is no import circle."""
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_what_they_may(graph: grimp.ImportGraph, package: str) -> None:
    """The pack, the sandbox, the components and the engine stand alone; nothing imports tests."""
    imported = {
        name.partition(".")[0]
        for module in graph.modules
        if module.partition(".")[0] == package
        for name in graph.find_modules_directly_imported_by(module)
    }
    assert imported - {package} <= MAY_IMPORT[package]


def test_no_folder_is_crowded() -> None:
    """A newcomer finds a module at one look: no folder has more than a few modules."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"],  # noqa: S607 - git, wherever it is installed
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    folders = Counter(str(PurePosixPath(path).parent) for path in listed)
    assert {name: count for name, count in folders.items() if count > MOST_MODULES} == {}
