"""A YAML file as plain data that still knows where each item stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

if TYPE_CHECKING:
    from pathlib import Path

Segments = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Place:
    """A place in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """As editors and terminals make it a link."""
        return f"{self.file}:{self.line}:{self.column}"


class UnreadableError(Exception):
    """A file that is no YAML mapping, with the place."""

    def __init__(self, place: Place, what: str) -> None:
        """``what`` is the sentence for the person who wrote the file."""
        super().__init__(f"{place} {what}")
        self.place = place
        self.what = what


@dataclass
class YamlFile:
    """The data of a file, and the places of its keys and items."""

    name: str
    data: dict[str, Any]
    places: dict[Segments, Place] = field(default_factory=dict)

    def place(self, path: Segments) -> Place:
        """Where ``path`` stands, or the nearest item around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.name))


def read(path: Path, name: str) -> YamlFile:
    """Read the YAML file at ``path``; ``name`` is what people call it.

    Raises:
        UnreadableError: it is not there, not YAML, not a mapping, or has a key twice.
    """
    try:
        root = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableError(Place(name), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(Place(name), "is not UTF-8 text") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        raise UnreadableError(place, _problem(error)) from error
    except (YAMLError, ValueError) as error:
        raise UnreadableError(Place(name), "is not YAML") from error
    if not isinstance(root, CommentedMap):
        raise UnreadableError(Place(name), "has to be a mapping: `organization: ...` and so on")
    file = YamlFile(name, {})
    file.data = _plain(root, (), file, frozenset())
    return file


def _problem(error: MarkedYAMLError) -> str:
    """The parser's words, without the text that it quotes."""
    if type(error).__name__ == "DuplicateKeyError":
        return "this key stands here for the second time: one of them would be lost"
    return f"is not YAML: {(error.problem or 'unreadable').splitlines()[0]}"


def _plain(node: Any, path: Segments, file: YamlFile, above: frozenset[int]) -> Any:  # noqa: ANN401 - YAML is any data
    """``node`` as builtin types; notes the places of all keys and items on the way."""
    if not isinstance(node, CommentedMap | CommentedSeq):
        return _scalar(node)
    if id(node) in above:
        raise UnreadableError(file.place(path), "an alias refers to what it stands in")
    above |= {id(node)}
    if isinstance(node, CommentedSeq):
        items = []
        for index, value in enumerate(node):
            line, column = node.lc.item(index)
            file.places[*path, index] = Place(file.name, line + 1, column + 1)
            items.append(_plain(value, (*path, index), file, above))
        return items
    mapping: dict[Any, Any] = {}
    for key, value in node.items():
        plain_key = _scalar(key)
        if key in node.lc.data:  # keys that a merge (<<) brought in have no place of their own
            line, column = node.lc.key(key)
            file.places[*path, plain_key] = Place(file.name, line + 1, column + 1)
        mapping[plain_key] = _plain(value, (*path, plain_key), file, above)
    return mapping


def _scalar(value: Any) -> Any:  # noqa: ANN401 - YAML is any data
    """Builtin types instead of ruamel's subclasses of them, which strict models refuse."""
    if isinstance(value, bool | ScalarBoolean):  # the second where a boolean has an anchor
        return bool(value)
    for builtin in (int, float, str):
        if isinstance(value, builtin) and type(value) is not builtin:
            return builtin(value)
    return value
