"""A watch over the arguments of all processes: other people on a machine see them."""

from __future__ import annotations

import itertools
import os
import threading
from pathlib import Path

YOUNG = 25
"""How often a process is looked at at each turn; from then on at each turn of this number."""


class Arguments:
    """Looks at the arguments of all processes, until stopped, for a text."""

    def __init__(self, text: str) -> None:
        """Begin to look for ``text``."""
        self.seen: set[str] = set()
        self._text = text.encode()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        looks: dict[str, int] = {}
        for turn in itertools.count():
            if self._stop.wait(0.02):
                return
            # arguments come with a process's first moments; those of old ones are seldom others
            looks = {process: looks.get(process, 0) + 1 for process in _processes()}
            for process in (p for p, count in looks.items() if count < YOUNG or not turn % YOUNG):
                if self._text in (text := _command_line(process)):
                    self.seen.add(text.decode(errors="replace"))

    def stop(self) -> None:
        """End it."""
        self._stop.set()
        self._thread.join()


def _processes() -> list[str]:
    """Return the ids of all processes. Path.glob takes ten times as long, 50 times a second."""
    return [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - see above


def _command_line(process: str) -> bytes:
    """Return the arguments of a process; nothing of one that has ended."""
    try:
        return Path("/proc", process, "cmdline").read_bytes()
    except OSError:
        return b""
