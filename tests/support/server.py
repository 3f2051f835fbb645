"""A server that a test starts: a process of its own, ended by its id."""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE_SECONDS = 10
"""After which a process that does not end by itself is killed."""


class Server(ABC):
    """A running server; a context manager that stops it.

    Attributes:
        process: What runs.
    """

    process: subprocess.Popen[Any]

    @abstractmethod
    def stop(self) -> None:
        """End it, and throw away what it kept."""

    def end(self) -> None:
        """End the process in order, or else at once; nothing if it has ended."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        """Return what runs."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it; once more does no harm."""
        self.stop()
