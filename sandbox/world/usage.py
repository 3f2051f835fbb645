"""How much of its rate limits each caller has used."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Usage:
    """What one caller has used up.

    Attributes:
        windows: Of each resource: when its window ends (Unix seconds), and what was used in it.
        points: When, and how many points, of the last minute, by kind of API.
        content: When content was made, in the last hour.
    """

    windows: dict[str, tuple[int, int]] = field(default_factory=dict)
    points: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)
    content: deque[float] = field(default_factory=deque)
