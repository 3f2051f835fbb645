"""Measure how long the YAML of a large organization takes to load, beside ruamel.yaml alone."""

from __future__ import annotations

import gc
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from components.declaration import load
from components.yaml_text import complete, parse
from tests.bench.organization import fleet

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

REPOSITORIES = 1000
TRIES = 3
TARGET = 0.5
"""CPU seconds for everything that loading does (issue 16)."""


def show(console: Console) -> None:
    """Print the CPU seconds of loading, and of the part of it that reads YAML."""
    text = fleet(REPOSITORIES)
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000)  # as in the program, __main__.py
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orgs" / "fleet.yaml"
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
        whole = _least(lambda: load("fleet", Path(folder)))
    reading = _least(lambda: parse(text))
    alone = _least(lambda: complete.parse(text), tries=1)
    gc.set_threshold(*thresholds)
    lines = len(text.splitlines())
    console.print(
        f"YAML of {REPOSITORIES:,} repositories loads in {whole:.2f} s of CPU, checks included "
        f"(target: under {TARGET} s): {lines:,} lines, read in {reading:.2f} s; with "
        f"ruamel.yaml alone {alone:.2f} s"
    )


def _least(action: Callable[[], object], tries: int = TRIES) -> float:
    times = []
    for _ in range(tries):
        gc.collect()
        begun = time.process_time()
        action()
        times.append(time.process_time() - begun)
    return min(times)
