"""The complete parser: ruamel.yaml, which knows YAML 1.2 in full and explains what is wrong."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarbool import ScalarBoolean

from components.yaml_text.parsed import Parsed, YamlTextError

if TYPE_CHECKING:
    from components.yaml_text.parsed import Segments


def parse(text: str) -> Parsed:
    """Return the data of ``text``, and where its keys and items are.

    Raises:
        YamlTextError: it is not YAML, not a mapping, or has a key twice.
        RecursionError: it is nested too deeply.
    """
    parsed = Parsed()
    root = _load(text)
    if not isinstance(root, CommentedMap):
        what = "has to be a mapping of fields, such as `description: ...`"
        raise YamlTextError(f"{what}; it is empty" if root is None else what)
    parsed.data = _plain(root, (), parsed)
    return parsed


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

    def check_mapping_key(
        self,
        node: Any,  # noqa: ANN401 - ruamel's signature
        key_node: Any,  # noqa: ANN401 - ruamel's signature
        mapping: Any,  # noqa: ANN401 - ruamel's signature
        key: Any,  # noqa: ANN401 - ruamel's signature
        value: Any,  # noqa: ANN401 - ruamel's signature
    ) -> bool:
        """Refuse a key that is there already, and name the line of the first."""
        del node, value
        if key in mapping:
            first = f" (the first is on line {mapping.lc.key(key)[0] + 1})"
            raise ConstructorError(problem=_TWICE.format(first), problem_mark=key_node.start_mark)
        return True


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_str)


def _load(text: str) -> Any:  # noqa: ANN401 - YAML is any data
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
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlTextError(_problem(error), place) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlTextError("is not YAML: a control character stands here", (line, 1)) from error
    except NotImplementedError as error:  # ruamel keeps comments, and has no room for this one
        raise YamlTextError(
            "has a comment between a key and its value; move it to a line above the key"
        ) from error
    except YAMLError as error:
        raise YamlTextError("is not YAML") from error


def _problem(error: MarkedYAMLError) -> str:
    """Return the parser's words, without what it quotes: that may be a value."""
    if isinstance(error, DuplicateKeyError):
        return _TWICE.format("")
    problem = (error.problem or "unreadable").splitlines()[0]
    if problem == _IN_ITSELF or problem.startswith(_TWICE.partition("{")[0]):
        return problem
    for start, what in _PROBLEMS.items():
        if problem.startswith(start):
            return f"is not YAML: {what}"
    # one character in quotes is the parser's own, such as ':'; more is the file's
    return f"is not YAML: {_QUOTED.sub('', problem)}"


_QUOTED = re.compile(r" ?(?P<quote>['\"])(?!\\?.(?P=quote)).*(?P=quote)")
_IN_ITSELF = "an alias refers to what it stands in"
_TWICE = "this key stands here for the second time{}: one of them would be lost"
_HALF = "has half of a character, an escape from \\ud800 to \\udfff; write the character itself"
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


def _plain(node: Any, path: Segments, parsed: Parsed) -> Any:  # noqa: ANN401 - YAML is any data
    """Return ``node`` as builtin types, and note the locations of all keys and items."""
    if not isinstance(node, CommentedMap | CommentedSeq):
        return _scalar(node, parsed.place(path))
    if isinstance(node, CommentedSeq):
        items = []
        for index, value in enumerate(node):
            line, column = node.lc.item(index)
            parsed.note((*path, index), (line + 1, column + 1))
            items.append(_plain(value, (*path, index), parsed))
        return items
    mapping: dict[str, Any] = {}
    for key, value in node.items():
        place = parsed.place(path)
        if key in (
            node.lc.data or ()
        ):  # keys that a merge (<<) brought in have no place of their own
            line, column = node.lc.key(key)
            place = (line + 1, column + 1)
        name = _scalar(key, place)
        if not isinstance(name, str):
            raise YamlTextError("a name has to be a text: put it in quotes", place)
        parsed.note((*path, name), place)
        mapping[name] = _plain(value, (*path, name), parsed)
    return mapping


_SURROGATE = re.compile("[\ud800-\udfff]")


def _scalar(value: Any, place: tuple[int, int]) -> Any:  # noqa: ANN401 - YAML is any data
    """Return a builtin value for ruamel's subclass of it, which strict models refuse.

    Raises:
        YamlTextError: it is a text that cannot be written as UTF-8.
    """
    if isinstance(value, str) and _SURROGATE.search(value):
        raise YamlTextError(_HALF, place)
    if isinstance(value, bool | ScalarBoolean):  # the second where a boolean has an anchor
        return bool(value)
    for builtin in (int, float, str):
        if isinstance(value, builtin) and type(value) is not builtin:
            return builtin(value)
    return value
