"""Building: its progress, and what remains if it is interrupted."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, TextIO

import pytest

from engine import build, cache, recipe
from engine.errors import EngineError
from tests.engine.fakes import Machine

if TYPE_CHECKING:
    from pathlib import Path

PARTS = [recipe.CLI, recipe.GITHUB]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with an empty cache."""
    made = Machine(tmp_path)
    made.cache.mkdir(parents=True)
    return made


def run(machine: Machine, said: list[str], **go: str) -> None:
    """Build both parts with a `go` that is scripted."""
    script = machine.script("go", machine.go_script(**go))
    build.build(PARTS, script, machine.cache, machine.environ, said.append)


def test_progress(machine: Machine) -> None:
    """Each part is named when it starts and when it is done."""
    said: list[str] = []
    run(machine, said)
    for part in PARTS:
        assert f"building {part.binary} {part.version} from Go modules" in said
        assert any(line.startswith(f"built {part.binary} {part.version} in ") for line in said)


def test_never_silent(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it takes long, a line says how far each part is."""
    monkeypatch.setattr(build, "QUIET", 0.01)
    go_on = machine.folder / "go-on"
    os.mkfifo(go_on)
    said: list[str] = []

    def report(line: str) -> None:
        said.append(line)
        if "pulumi-resource-github: 1 modules fetched, 1 of at most 890 packages" in line:
            monkeypatch.setattr(build, "QUIET", 60.0)
            go_on.write_text("go\ngo\n")

    script = machine.script("go", machine.go_script(build=f'read _ < "{go_on}"; echo > "$target"'))
    build.build([recipe.GITHUB], script, machine.cache, machine.environ, report)
    assert said[-1].startswith("built pulumi-resource-github")


def test_failure(machine: Machine) -> None:
    """A part that does not build is named with what Go said, and nothing half made is left."""
    with pytest.raises(EngineError) as error:
        run(machine, [], build="echo 'main.go:7: undefined: x' >&2; exit 1")
    assert "does not build; Go said:\n    main.go:7: undefined: x" in str(error.value)
    assert list(machine.cache.iterdir()) == []


def test_one_of_two_fails(machine: Machine) -> None:
    """A part is kept only when all that was asked for is there: one state, not many."""
    with pytest.raises(EngineError, match="pulumi-resource-github does not build"):
        run(machine, [], build='case "$target" in *github) exit 1;; *) echo > "$target";; esac')
    assert list(machine.cache.iterdir()) == []


def test_interrupted(machine: Machine) -> None:
    """Ctrl-C ends the running builds and leaves nothing half made; the next run succeeds."""
    pipe, never = machine.folder / "pipe", machine.folder / "never"
    os.mkfifo(pipe)
    os.mkfifo(never)
    endless = f'echo > "$target"; {{ echo started; cat "{never}"; }} > "{pipe}"'
    script = machine.script("go", machine.go_script(build=endless))
    with contextlib.ExitStack() as opened:
        readers: list[TextIO] = []

        def report(line: str) -> None:
            if line.startswith("building"):
                readers.append(opened.enter_context(pipe.open()))
                assert readers[0].readline() == "started\n"
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build.build(PARTS, script, machine.cache, machine.environ, report)
        assert readers[0].read() == ""  # the end: what Go had started is gone too
    assert list(machine.cache.iterdir()) == []
    run(machine, [])
    assert all(part.in_cache(machine.cache).exists() for part in PARTS)


def test_killed(machine: Machine) -> None:
    """What a run that was killed has left is cleared away by the next."""
    left = machine.cache / f"{cache.UNFINISHED}abc"
    left.mkdir()
    (left / "pulumi").touch()
    with cache.locked(machine.cache, lambda _: None):
        assert not left.exists()


def test_waiting_is_said(machine: Machine) -> None:
    """A run that has to wait for another says so before it waits."""
    said: list[str] = []
    with cache.locked(machine.cache, said.append):
        assert said == []

        class Enough(Exception):  # noqa: N818 - ends the second run where it would wait
            pass

        def report(line: str) -> None:
            said.append(line)
            raise Enough

        with pytest.raises(Enough), cache.locked(machine.cache, report):
            pass
    assert said == ["another run is installing the engine: waiting for it"]
