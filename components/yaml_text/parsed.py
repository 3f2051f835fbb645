"""What both parsers return, and how they report a text that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Segments = tuple[str | int, ...]

MOST_ITEMS = 500_000
"""Keys and items of a text, each as often as aliases repeat it: about ten times as many as in an
organization of 1,000 repositories. Twenty lines of aliases to aliases have more than fit in memory.
"""


@dataclass
class Parsed:
    """The data of a text as builtin types, and the locations of its keys and items."""

    data: Any = None
    places: dict[Segments, tuple[int, int]] = field(default_factory=dict)
    """Line and column, both counted from 1."""

    def note(self, path: Segments, place: tuple[int, int]) -> None:
        """Note where a key or item is.

        Raises:
            YamlTextError: there are too many.
        """
        self.places[path] = place
        if len(self.places) > MOST_ITEMS:
            raise YamlTextError(TOO_MANY, place)

    def place(self, path: Segments) -> tuple[int, int]:
        """Return the location of ``path``, or of the nearest item around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


TOO_MANY = "has more than 500,000 keys and items: aliases that refer to aliases multiply them"


class YamlTextError(Exception):
    """A text that is no YAML, or has a key twice."""

    def __init__(self, what: str, place: tuple[int, int] = (1, 1)) -> None:
        """Take ``what``, a sentence for the person who wrote the text, and where it applies."""
        super().__init__(what)
        self.what = what
        self.place = place
