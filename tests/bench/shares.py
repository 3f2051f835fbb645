"""Which part of a run uses how much CPU time, as Linux counts it for each process."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")

PROGRAM_PART = "our Python"
"""The part of the program, ours or the bare one."""
PARTS = {
    "pulumi.policy": "policy pack",
    "pulumi-language-python-exec": PROGRAM_PART,
    "pulumi-resource-github": "plugin",
    "language_host": "language host",
    "pulumi-language-python": "language host",
    "pulumi": "engine",
}
"""A word of a process's command line, and the part that it belongs to."""


class Shares:
    """CPU seconds by part, of this process's children and theirs, while it watches."""

    def __init__(self) -> None:
        """Nothing is watched yet."""
        self._seen: dict[int, tuple[str, float]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._stop.set()
        self._thread.join()

    def seconds(self) -> dict[str, float]:
        """Part to CPU seconds; what a process used in its last moments is missing."""
        total: defaultdict[str, float] = defaultdict(float)
        for part, seconds in self._seen.values():
            total[part] += seconds
        return dict(total)

    def _watch(self) -> None:
        ours = {os.getpid()}
        while not self._stop.wait(0.05):
            # children have higher numbers than their parents, but for a wrap-around
            for number in sorted(int(folder.name) for folder in Path("/proc").glob("[0-9]*")):
                folder = Path(f"/proc/{number}")
                try:
                    words = (folder / "cmdline").read_text(errors="replace").split("\0")
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(fields[1]) not in ours:  # its parent's number
                    continue
                ours.add(number)
                if part := part_of(words):
                    # fields 14 and 15 of proc(5), counted behind the name in parentheses
                    self._seen[number] = (part, (int(fields[11]) + int(fields[12])) / TICKS)


def part_of(words: list[str]) -> str | None:
    """The part that a command line belongs to, by its first words."""
    names = {Path(word).name for word in words[:4]}
    return next((part for word, part in PARTS.items() if word in names), None)
