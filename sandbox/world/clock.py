"""The time in a world: the machine's, shifted, or stopped; tests set it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

END = 32_503_680_000
"""Unix time at which clocks end: the year 3000."""


def stamp(seconds: float) -> str:
    """Write a Unix time as GitHub does: UTC, whole seconds, `2024-01-02T03:04:05Z`."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> float:
    """Read an ISO 8601 time as Unix seconds.

    Raises:
        ValueError: The text is not a time with a zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("not a time: write it like 2026-01-31T12:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("the time names no zone: end it with Z or +00:00")
    return moment.timestamp()


class Clock:
    """A clock that can be moved, and stopped.

    Attributes:
        offset: Seconds that it is ahead of the machine's clock.
        stopped_at: Unix seconds at which it stands still, or None when it runs.
        tick: Seconds that it moves on at each change to the world, so that two writes within one
            second can be distinguished.
    """

    def __init__(
        self, offset: float = 0.0, stopped_at: float | None = None, tick: float = 0.0
    ) -> None:
        """Start at the machine's time plus `offset`, or standing at `stopped_at`."""
        self.offset = offset
        self.stopped_at = stopped_at
        self.tick = tick

    def seconds(self) -> float:
        """Return the time as Unix seconds."""
        return time.time() + self.offset if self.stopped_at is None else self.stopped_at

    def now(self) -> str:
        """Return the time as GitHub writes it."""
        return stamp(self.seconds())

    def set(self, seconds: float, *, stopped: bool) -> None:
        """Set the time (Unix seconds), and let it run on or stand still."""
        self.stopped_at = seconds if stopped else None
        self.offset = 0.0 if stopped else seconds - time.time()

    def advance(self, seconds: float) -> None:
        """Move the time on by some seconds."""
        if self.stopped_at is None:
            self.offset += seconds
        else:
            self.stopped_at += seconds

    def state(self) -> dict[str, float | None]:
        """Return what has to be kept to go on after a restart."""
        return {"offset": self.offset, "stopped_at": self.stopped_at, "tick": self.tick}

    def take_up(self, state: dict[str, float | None]) -> None:
        """Go back to what `state` returned."""
        self.offset = state["offset"] or 0.0
        self.stopped_at = state["stopped_at"]
        self.tick = state["tick"] or 0.0
