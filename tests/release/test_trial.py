"""Packages tried before each approval: with the real uv, from real indexes (R6, R10)."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.components.workflow_cases.scripts import fake, run
from tests.components.workflow_cases.variants import load, plan, python, release_text
from tests.release.harness.registries.index import index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.release.harness.registries.index import Index

UV = Path(sys.executable).with_name("uv")
PACKAGES = "/simp" + "le"
"""In two parts: no file of the project names the address of a package registry."""
SLEEP = '#!/bin/sh\necho "slept for $1 seconds"\n'


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Index]]:
    """PyPI and TestPyPI, each with a package `toolbox`; the newer one is somebody else's."""
    folder = tmp_path_factory.mktemp("indexes")
    with index("pypi", folder / "pypi") as pypi, index("testpypi", folder / "testpypi") as testpypi:
        wheel(pypi.folder, "toolbox", "1.0.0", {"toolbox/__init__.py": ""})
        wheel(testpypi.folder, "toolbox", "9.9.9", {"toolbox/__init__.py": "raise SystemExit(9)"})
        yield pypi, testpypi


def riveter(folder: Path, files: dict[str, str], **information: str) -> str:
    """Write the wheel of riveter; return its SHA-256."""
    return wheel(folder, "riveter", "1.2.3", files, **information)


def wheel(
    folder: Path,
    name: str,
    version: str,
    files: dict[str, str],
    *,
    needs: str = "",
    program: str = "",
) -> str:
    """Write a wheel; return its SHA-256."""
    information = f"{name}-{version}.dist-info"
    whole = {
        **files,
        f"{information}/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=3.11\n"
            f"{f'Requires-Dist: {needs}' if needs else ''}\n\nRequires-Python: 2, says its text\n"
        ),
        f"{information}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if program:
        whole[f"{information}/entry_points.txt"] = f"[console_scripts]\n{name} = {program}\n"
    whole[f"{information}/RECORD"] = "".join(f"{path},,\n" for path in whole)
    file = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for path, text in whole.items():
            archive.writestr(path, text)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tried(
    folder: Path, indexes: tuple[Index, Index], digest: str, smoke_test: str | None = None
) -> tuple[bool, str]:
    """Run the steps of `trial` for riveter 1.2.3; return whether all pass, and what they write."""
    pypi, testpypi = indexes
    package = python(name="riveter", smoke_test=smoke_test)
    job = load(release_text(plan(package)))["jobs"]["trial"]
    fake(folder, "sleep", SLEEP)
    fake(folder, "uv", f'#!/bin/sh\nexec {UV} "$@"\n')
    written = ""
    for step in job["steps"][1:]:
        done = run(
            step,
            folder,
            HASHES=f"{'0' * 64}  npm-web/package.tgz\n{digest}  python-riveter/riveter.whl",
            INSTALLED=str(folder / "installed"),
            RUNNER_TEMP=str(folder),
            SUPPORTED=">=3.11",
            TEST_INDEX=testpypi.address + PACKAGES,
            UV_CACHE_DIR=str(folder / "cache"),
            UV_DEFAULT_INDEX=pypi.address + PACKAGES,
            VERSION="1.2.3",
        )
        written += done.stdout + done.stderr
        if done.returncode:
            return False, written
    return True, written


def test_only_the_package_comes_from_the_registry_for_trials(
    tmp_path: Path, indexes: tuple[Index, Index]
) -> None:
    """Its dependency is PyPI's, though TestPyPI has a newer package of the name (R6).

    Everybody may upload there what a dependency is called: its code must not run, nor decide.
    """
    files = {"riveter/__init__.py": "import toolbox\n\ndef main(): ...\n"}
    files |= {"riveter/optional.py": "import not_installed\n"}
    digest = riveter(indexes[1].folder, files, needs="toolbox", program="riveter:main")
    passes, written = tried(tmp_path, indexes, digest)
    assert passes, written
    assert "import riveter\nload riveter\n" in written
    assert [each.name for each in (tmp_path / "installed").rglob("toolbox-*")] == [
        "toolbox-1.0.0.dist-info"
    ]


@pytest.mark.parametrize(
    ("files", "program", "smoke_test"),
    [
        ({"riveter/__init__.py": "import not_installed"}, "", None),
        ({"riveter/__init__.py": "", "second.py": "import not_installed"}, "", None),
        ({"guild/riveter/__init__.py": "import not_installed"}, "", None),
        ({"riveter/__init__.py": ""}, "riveter:main", None),
        ({"README": ""}, "", None),
        ({"riveter/__init__.py": ""}, "", "python -m riveter --version"),
    ],
)
def test_a_package_that_does_not_work_stops_before_the_approval(
    tmp_path: Path,
    indexes: tuple[Index, Index],
    files: dict[str, str],
    program: str,
    smoke_test: str | None,
) -> None:
    """A module, a namespace, a program, nothing at all, or the declared command (R6)."""
    digest = riveter(indexes[1].folder, files, program=program)
    passes, written = tried(tmp_path, indexes, digest, smoke_test)
    assert not passes
    assert "::error title=Smoke test failed::riveter does not work" in written


def test_the_declared_command_runs_in_the_environment_of_the_package(
    tmp_path: Path, indexes: tuple[Index, Index]
) -> None:
    """It replaces the import of everything, which may need what is not there (R6)."""
    files = {"riveter/__init__.py": "", "riveter/__main__.py": "print('it works')"}
    files |= {"second.py": "import not_installed"}
    digest = riveter(indexes[1].folder, files)
    passes, written = tried(tmp_path, indexes, digest, "python -m riveter --version")
    assert passes, written
    assert "it works" in written


@pytest.mark.parametrize(("there", "pauses"), [("another file", 0), ("nothing", 5)])
def test_another_file_is_refused_and_a_late_one_is_waited_for(
    tmp_path: Path, indexes: tuple[Index, Index], there: str, pauses: int
) -> None:
    """What is installed has the hash that the build made; an index may be late (R10)."""
    riveter(indexes[1].folder, {"riveter/__init__.py": ""})
    if there == "nothing":
        (indexes[1].folder / "riveter-1.2.3-py3-none-any.whl").unlink()
    passes, written = tried(tmp_path, indexes, "0" * 64)
    assert not passes
    assert "::error title=Not installed::riveter 1.2.3" in written
    assert written.count("slept for") == pauses
