"""A watch over the arguments of all processes: other people on a machine see them."""

from __future__ import annotations

import threading
from pathlib import Path


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
        while not self._stop.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    text = path.read_bytes()
                except OSError:
                    continue
                if self._text in text:
                    self.seen.add(text.decode(errors="replace"))

    def stop(self) -> None:
        """End it."""
        self._stop.set()
        self._thread.join()
