"""A YAML file as plain data, with the location of each item."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarbool import ScalarBoolean

if TYPE_CHECKING:
    from pathlib import Path

Segments = tuple[str | int, ...]


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
    data: dict[str, Any]
    places: dict[Segments, Place] = field(default_factory=dict)

    def place(self, path: Segments) -> Place:
        """Return the location of ``path``, or of the nearest item around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.name))


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
    file = YamlFile(name, {})
    try:
        root = _load(text, name)
        if not isinstance(root, CommentedMap):
            what = "has to be a mapping of fields, such as `description: ...`"
            raise UnreadableError(Place(name), f"{what}; it is empty" if root is None else what)
        file.data = _plain(root, (), file)
    except RecursionError as error:
        raise UnreadableError(Place(name), "is nested too deeply") from error
    return file


class _Constructor(RoundTripConstructor):
    """A constructor that keeps dates as text: the models read them."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - ruamel's signature
        """Construct as ruamel does, but refuse a node that contains itself."""
        if node in self.recursive_objects and node not in self.constructed_objects:
            raise ConstructorError(problem=_IN_ITSELF, problem_mark=node.start_mark)
        try:
            return super().construct_object(node, deep=deep)
        except YAMLError:
            raise
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise ConstructorError(
                problem="this value cannot be read", problem_mark=node.start_mark
            ) from error


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_str)


def _load(text: str, name: str) -> Any:  # noqa: ANN401 - YAML is any data
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    try:
        with warnings.catch_warnings():  # they quote what they warn of
            warnings.simplefilter("ignore")
            return yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        if (error.problem or "").startswith(_UNCLOSED):
            mark = error.context_mark or mark  # where it was opened
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        raise UnreadableError(place, _problem(error)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableError(
            Place(name, line), "is not YAML: a control character stands here"
        ) from error
    except YAMLError as error:
        raise UnreadableError(Place(name), "is not YAML") from error


def _problem(error: MarkedYAMLError) -> str:
    """Return the parser's words, without what it quotes: that may be a value."""
    if isinstance(error, DuplicateKeyError):
        return "this key stands here for the second time: one of them would be lost"
    problem = (error.problem or "unreadable").splitlines()[0]
    if problem == _IN_ITSELF:
        return problem
    for start, what in _PROBLEMS.items():
        if problem.startswith(start):
            return f"is not YAML: {what}"
    # one character in quotes is the parser's own, such as ':'; more is the file's
    return f"is not YAML: {_QUOTED.sub('', problem)}"


_QUOTED = re.compile(r" ?(?P<quote>['\"])(?!\\?.(?P=quote)).*(?P=quote)")
_IN_ITSELF = "an alias refers to what it stands in"
_UNCLOSED = ("found unexpected end of stream", "expected ',' or")
_PROBLEMS = {
    "found character '\\t'": "a tab stands here; indent with blanks",
    "found undefined alias": "there is no such anchor; put a text that begins with * in quotes",
    "could not find expected ':'": "a `:` is missing after a name on this or the line before",
    "mapping values are not allowed": "a second `:` on this line; put the text in quotes",
    "expected <block end>": "the indentation does not fit the lines before",
    "found unexpected end of stream": "a quote is not closed",
    "expected ',' or": "a bracket is not closed, or a comma is missing",
    "but found another document": "a file holds one document: take the line --- out",
}


def _plain(node: Any, path: Segments, file: YamlFile) -> Any:  # noqa: ANN401 - YAML is any data
    """Return ``node`` as builtin types, and note the locations of all keys and items."""
    if not isinstance(node, CommentedMap | CommentedSeq):
        return _scalar(node)
    if isinstance(node, CommentedSeq):
        items = []
        for index, value in enumerate(node):
            line, column = node.lc.item(index)
            file.places[*path, index] = Place(file.name, line + 1, column + 1)
            items.append(_plain(value, (*path, index), file))
        return items
    mapping: dict[str, Any] = {}
    for key, value in node.items():
        name = _scalar(key)
        place = file.place(path)
        if key in (
            node.lc.data or ()
        ):  # keys that a merge (<<) brought in have no place of their own
            line, column = node.lc.key(key)
            place = Place(file.name, line + 1, column + 1)
        if not isinstance(name, str):
            raise UnreadableError(place, "a name has to be a text: put it in quotes")
        file.places[*path, name] = place
        mapping[name] = _plain(value, (*path, name), file)
    return mapping


def _scalar(value: Any) -> Any:  # noqa: ANN401 - YAML is any data
    """Return a builtin value for ruamel's subclass of it, which strict models refuse."""
    if isinstance(value, bool | ScalarBoolean):  # the second where a boolean has an anchor
        return bool(value)
    for builtin in (int, float, str):
        if isinstance(value, builtin) and type(value) is not builtin:
            return builtin(value)
    return value
