"""Build parts of the engine from their pinned Go modules."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine import cache
from engine.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.recipe import ModuleFile, Part

QUIET = 8.0  # seconds without a line after which the builds say how far they are


def build(
    parts: list[Part],
    go: Path,
    folder: Path,
    environ: Mapping[str, str],
    report: Callable[[str], None],
) -> None:
    """Build `parts` into the cache `folder`, which must be locked and lack them.

    An interrupted build leaves nothing in the cache but Go's own build cache, which makes the
    next attempt shorter.

    Raises:
        EngineError: a part does not build; the message ends with what Go said.
    """
    environment = {
        **environ,
        "CGO_ENABLED": "0",  # no C compiler is needed, and the binaries run anywhere
        "GOTOOLCHAIN": "local",  # never fetch another toolchain
        "GOGC": environ.get("GOGC") or "200",  # memory is there; processor time is what it costs
        "GOWORK": "off",  # a workspace above the checkout has nothing to do with this
    }
    with contextlib.ExitStack() as unfinished:
        builds = [
            _Build(
                part, unfinished.enter_context(cache.filling(part.in_cache(folder))), environment
            )
            for part in parts
        ]
        try:
            _run(builds, go, report)
            for one in builds:
                for file in one.part.files:
                    _copy_module_file(file, one, go)
        except BaseException:
            for one in builds:
                one.end()
            raise


@dataclass
class _Build:
    """One running `go build`."""

    part: Part
    target: Path
    environ: Mapping[str, str]
    downloaded: int = 0
    compiled: int = 0
    said: deque[str] = field(default_factory=lambda: deque(maxlen=15))
    started: float = 0.0
    process: subprocess.Popen[str] | None = None

    def start(self, go: Path, events: queue.SimpleQueue[_Build]) -> None:
        """Start it; put it on `events` when it has ended."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - go, with arguments of ours
            [
                str(go),
                *(*self.part.command, "-trimpath", "-mod=readonly"),
                *("-ldflags", self.part.ldflags),
                *("-o", str(self.target / self.part.binary), self.part.package),
            ],
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that its compilers end with it
        )
        threading.Thread(target=self._read, args=(self.process, events), daemon=True).start()

    def _read(self, process: subprocess.Popen[str], events: queue.SimpleQueue[_Build]) -> None:
        assert process.stderr is not None  # noqa: S101 - a pipe was asked for
        with process.stderr:
            for line in process.stderr:
                if line.startswith("go: downloading "):
                    self.downloaded += 1
                elif " " not in line.strip():  # -v: the name of a package
                    self.compiled += 1
                else:
                    self.said.append(line.rstrip())
        process.wait()
        events.put(self)

    @property
    def seconds(self) -> int:
        """How long it has been running."""
        return round(time.monotonic() - self.started)

    def progress(self) -> str:
        """Return how far it is: what was fetched and what was compiled."""
        fetched = f"{self.downloaded} modules fetched, " if self.downloaded else ""
        most = self.part.packages
        compiled = f"{self.compiled} of at most {most} packages compiled"
        return f"{self.part.binary}: {fetched}{compiled}, {self.seconds} s"

    def end(self) -> None:
        """End it, and the compilers that it started, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _run(builds: list[_Build], go: Path, report: Callable[[str], None]) -> None:
    """Run all `builds` to their end, saying how far they are.

    One build keeps two processors busy, and leaves in Go's cache what the next one shares with
    it; so on two processors they run one after the other, on more of them side by side.

    Raises:
        EngineError: one failed.
    """
    abreast = max(1, (os.cpu_count() or 1) // 2)
    events: queue.SimpleQueue[_Build] = queue.SimpleQueue()
    waiting, running = list(builds), list[_Build]()
    while waiting or running:
        while waiting and len(running) < abreast:
            one = waiting.pop(0)
            one.start(go, events)
            running.append(one)
            report(f"building {one.part.binary} {one.part.version} from Go modules")
        try:
            ended = events.get(timeout=QUIET)
        except queue.Empty:
            report("; ".join(one.progress() for one in running))
            continue
        running.remove(ended)
        if ended.process is None or ended.process.returncode:
            said = "\n".join(f"    {line}" for line in ended.said) or "    (nothing)"
            raise EngineError(f"{ended.part.binary} does not build; Go said:\n{said}")
        report(f"built {ended.part.binary} {ended.part.version} in {ended.seconds} s")


def _copy_module_file(file: ModuleFile, build: _Build, go: Path) -> None:
    """Copy a file of a Go module, which the build has fetched, beside the binary."""
    listed = subprocess.run(  # noqa: S603 - go, with arguments of ours
        [go, "list", "-C", build.part.folder, "-mod=readonly", "-m", "-f={{.Dir}}", file.module],
        env=dict(build.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    source = listed.stdout.strip()
    if listed.returncode or not source:
        raise EngineError(f"the Go module {file.module} is not there:\n    {listed.stderr.strip()}")
    target = build.target / file.path.rsplit("/", 1)[-1]
    shutil.copyfile(Path(source, file.path), target)
    target.chmod(0o755)  # the module cache is read-only
