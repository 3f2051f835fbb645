"""What a part's folder in the cache is called, and where the cache is."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from components.files.workflow import tool
from engine import recipe
from engine.cache import cache_folder

PARTS = (
    recipe.CLI,
    recipe.GITHUB,
    recipe.ACT,
    recipe.COSIGN,
    recipe.SYFT,
    recipe.ACTIONLINT,
    recipe.ESC,
    recipe.TOFU,
    recipe.VAULT,
)


@dataclasses.dataclass(frozen=True)
class CopiedPart(recipe.Part):
    """A part whose sources are elsewhere."""

    sources: Path = Path()

    @property
    def folder(self) -> Path:
        """Where a test has put them."""
        return self.sources


@pytest.fixture
def part(tmp_path: Path) -> CopiedPart:
    """The GitHub plugin, in a copy that a test may change."""
    shutil.copytree(recipe.GITHUB.folder, tmp_path / "github")
    return CopiedPart(**vars(recipe.GITHUB), sources=tmp_path / "github")


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "main.go", "shapes.go"])
def test_sources_count(part: CopiedPart, name: str) -> None:
    """A change in any file that decides what is built gives another hash."""
    before = part.hash
    with (part.folder / name).open("a") as file:
        file.write("// changed\n")
    assert part.hash != before


def test_other_files_do_not_count(part: CopiedPart) -> None:
    """A file that Go does not read changes nothing."""
    before = part.hash
    (part.folder / "notes.txt").write_text("a note")
    assert part.hash == before


def test_moved_content_counts(part: CopiedPart) -> None:
    """The hash knows which file holds what, not only all of it together."""
    before = part.hash
    text = (part.folder / "main.go").read_text()
    (part.folder / "main.go").write_text("")
    (part.folder / "shapes.go").write_text(text + (part.folder / "shapes.go").read_text())
    assert part.hash != before


@pytest.mark.parametrize(
    "change",
    [{"version": "9.9.9"}, {"variables": (("main.version", "9.9.9"),)}, {"package": "./x"}],
)
def test_settings_count(change: dict[str, object]) -> None:
    """A change in how a part is built gives another hash."""
    changed = recipe.Part(**{**vars(recipe.CLI), **change})
    assert changed.hash != recipe.CLI.hash


def test_hash_is_stable() -> None:
    """The same recipe has the same hash each time: the second run finds the first one's work."""
    assert [part.hash for part in PARTS] == [part.hash for part in PARTS]
    assert recipe.engine_hash() == recipe.engine_hash()


def test_language_host_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed language host is another engine, without building a Go part again."""
    before, parts = recipe.engine_hash(), [part.hash for part in PARTS]
    changed = tmp_path / "language_host.py"
    changed.write_text("# changed\n")
    monkeypatch.setattr(recipe, "LANGUAGE_HOST", (recipe.LANGUAGE_HOST[0], changed))
    assert recipe.engine_hash() != before
    assert [part.hash for part in PARTS] == parts


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_versions_agree(part: recipe.Part) -> None:
    """Names, versions and Go's own version are those of the go.mod file."""
    go_mod = (part.folder / "go.mod").read_text()
    assert f"module portcullis.example/engine/{part.name}\n" in go_mod
    assert f"\ngo {'.'.join(str(number) for number in recipe.MINIMUM_GO)}\n" in go_mod
    if part.package != ".":  # else its main is ours
        assert f"tool {part.package}\n" in go_mod
    if part is not recipe.GITHUB:
        assert f" v{part.version}\n" in go_mod
    assert (part.folder / "go.sum").stat().st_size


@pytest.mark.parametrize("part", [recipe.COSIGN, recipe.SYFT], ids=lambda part: part.name)
def test_workflows_run_what_the_tests_run(part: recipe.Part) -> None:
    """The version of a tool in workflow files is the one that `make releases` executes (R5)."""
    assert tool(part.name) == part.version


@pytest.mark.parametrize(
    ("environ", "system", "expected"),
    [
        ({"HOME": "/h"}, "linux", "/h/.cache/portcullis/engine"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/c"}, "linux", "/c/portcullis/engine"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Caches/portcullis/engine"),
        ({"HOME": "/h", "LOCALAPPDATA": "/l"}, "win32", "/l/portcullis/engine"),
    ],
)
def test_cache_folder(environ: dict[str, str], system: str, expected: str) -> None:
    """The engine is kept where the platform keeps such things, and where the user says."""
    assert cache_folder(environ, system) == Path(expected)
