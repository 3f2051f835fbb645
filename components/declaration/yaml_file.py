"""A YAML file as plain data, with the location of each item."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from components.yaml_text import parse
from components.yaml_text.parsed import Parsed, Segments, YamlTextError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Place", "Segments", "UnreadableError", "YamlFile", "read"]


@dataclass(frozen=True, order=True)
class Place:
    """A location in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Return ``file:line:column``: editors and terminals make it a link."""
        return f"{self.file}:{self.line}:{self.column}"


class UnreadableError(Exception):
    """A file that is no YAML mapping, with the location of the fault."""

    def __init__(self, place: Place, what: str) -> None:
        """Take ``what``, a sentence for the person who wrote the file."""
        super().__init__(f"{place} {what}")
        self.place = place
        self.what = what


@dataclass
class YamlFile:
    """The data of a file, and the locations of its keys and items."""

    name: str
    parsed: Parsed = field(default_factory=lambda: Parsed({}))

    @property
    def data(self) -> dict[str, Any]:
        """Return the file's mapping."""
        data: dict[str, Any] = self.parsed.data
        return data

    def place(self, path: Segments) -> Place:
        """Return the location of ``path``, or of the nearest item around it."""
        return Place(self.name, *self.parsed.place(path))


def read(path: Path, name: str) -> YamlFile:
    """Read the YAML file at ``path``; ``name`` is what people call it.

    Raises:
        UnreadableError: it is not there, not YAML, not a mapping, or has a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableError(Place(name), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(Place(name), "is not UTF-8 text: save it as UTF-8") from error
    try:
        return YamlFile(name, parse(text))
    except YamlTextError as error:
        raise UnreadableError(Place(name, *error.place), error.what) from error
    except RecursionError as error:
        raise UnreadableError(Place(name), "is nested too deeply") from error
