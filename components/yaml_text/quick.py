"""The quick parser: libyaml in C, for texts that every parser of YAML reads alike.

libyaml takes a tenth of the time of ruamel.yaml, but it implements YAML 1.1. So this module takes
only its events, and decides itself what a plain scalar is, by the rules of YAML 1.2. Whatever the
two may read differently, and each mistake, is left to the complete parser.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from components.yaml_text.parsed import MOST_ITEMS, TOO_MANY, Parsed, YamlTextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from components.yaml_text.parsed import Segments

_Loader: type[yaml.CBaseLoader] | None = getattr(yaml, "CBaseLoader", None)
"""libyaml; None if PyYAML was built without it."""


class NotCertainError(Exception):
    """A text that this parser may read otherwise than YAML 1.2 means it."""


class _Node(NamedTuple):
    """A scalar, a list of nodes, or a list of pairs of nodes; and where it begins."""

    value: Any
    line: int
    column: int


class _Pairs(list[tuple[_Node, _Node]]):
    """The entries of a mapping, in their order."""


_MERGE = object()
"""The plain key `<<`."""

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    "<<": _MERGE,
}
_INTEGER = re.compile(r"[-+]?(?:(0b)[01_]+|(0o)[0-7_]+|(0x)[0-9a-fA-F_]+|[0-9_]+)")
_BASES = {"": 10, "0b": 2, "0o": 8, "0x": 16}
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_ORDINARY = re.compile(
    r"[\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"
)
"""All but tabs, control characters, and line breaks and marks that YAML's versions differ in."""

_AFTER_ANCHOR = ("", " ", "\n", "\r", ",", "]", "}")
_COMMENT_AT_INDICATOR = re.compile(r"[|>][-+0-9]*#")
"""libyaml takes `|#` for a block of text with a comment; YAML demands a blank between them."""


def parse(text: str) -> Parsed:
    """Return the data of ``text``, and where its keys and items are.

    Raises:
        NotCertainError: the complete parser has to read it.
        RecursionError: it is nested too deeply.
    """
    ordinary = _ORDINARY.fullmatch(text.replace("\r\n", "\n"))
    if _Loader is None or not ordinary or _COMMENT_AT_INDICATOR.search(text):
        raise NotCertainError
    builder = _Builder()
    try:
        builder.parsed.data = builder.plain(_Events(text, _Loader).document(), ())
    except (yaml.YAMLError, ValueError) as error:
        raise NotCertainError from error
    return builder.parsed


class _Events:
    """The nodes of a document, from libyaml's events."""

    def __init__(self, text: str, loader: type[yaml.CBaseLoader]) -> None:
        self._text = text
        self._next: Callable[[], Any] = loader(text).get_event
        self._anchors: dict[str, _Node] = {}

    def document(self) -> _Node:
        """Return the only document of the text, a mapping without directives."""
        self._next()  # the start of the stream
        start = self._next()
        if not isinstance(start, yaml.DocumentStartEvent) or start.version or start.tags:
            raise NotCertainError
        event = self._next()
        if not isinstance(event, yaml.MappingStartEvent):
            raise NotCertainError
        root = self._node(event)
        self._next()  # the end of the document
        if not isinstance(self._next(), yaml.StreamEndEvent):
            raise NotCertainError
        return root

    def _node(self, event: Any) -> _Node:  # noqa: ANN401 - PyYAML's events have no common fields
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._anchored(event)
        if event.tag is not None:
            raise NotCertainError
        value: Any
        if kind is yaml.ScalarEvent:
            value = _scalar(event.value) if event.implicit[0] else event.value
        else:
            value = _Pairs() if kind is yaml.MappingStartEvent else []
        mark = event.start_mark
        node = _Node(value, mark.line + 1, mark.column + 1)
        if event.anchor is not None:  # before what is inside, which may refer to it
            self._check_end(event)
            self._anchors[event.anchor] = node
        if kind is yaml.MappingStartEvent:
            while type(event := self._next()) is not yaml.MappingEndEvent:
                value.append((self._node(event), self._node(self._next())))
        elif kind is yaml.SequenceStartEvent:
            while type(event := self._next()) is not yaml.SequenceEndEvent:
                value.append(self._node(event))
        return node

    def _anchored(self, alias: Any) -> _Node:  # noqa: ANN401 - as above
        self._check_end(alias)
        if alias.anchor not in self._anchors:
            raise NotCertainError
        return self._anchors[alias.anchor]

    def _check_end(self, event: Any) -> None:  # noqa: ANN401 - as above
        """Refuse a name of an anchor that libyaml ends earlier than YAML 1.2 does."""
        end = event.start_mark.index + 1 + len(event.anchor)
        if self._text[end : end + 1] not in _AFTER_ANCHOR:
            raise NotCertainError


def _scalar(text: str) -> Any:  # noqa: ANN401 - YAML is any data
    """Return what a plain scalar means in YAML 1.2; numbers may have underscores."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.=":
        return text
    if found := _INTEGER.fullmatch(text):
        prefix = found[found.lastindex or 0] if found.lastindex else ""
        return int(text.replace("_", "").replace(prefix, "", 1), _BASES[prefix])
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    if text == "=":
        raise NotCertainError
    return text


class _Builder:
    """The plain data of nodes, and the locations of its keys and items."""

    def __init__(self) -> None:
        self.parsed = Parsed()
        self._around: set[int] = set()
        self._merged = 0

    def plain(self, node: _Node, path: Segments) -> Any:  # noqa: ANN401 - YAML is any data
        """Return ``node`` as builtin types."""
        value = node.value
        if not isinstance(value, list):
            if value is _MERGE:
                raise NotCertainError
            return value
        with self._inside(value):
            if isinstance(value, _Pairs):
                return self._mapping(value, path)
            return self._sequence(value, path)

    def _sequence(self, items: list[_Node], path: Segments) -> list[Any]:
        plain = []
        for index, item in enumerate(items):
            inside = (*path, index)
            self.parsed.note(inside, item[1:])
            plain.append(self.plain(item, inside))
        return plain

    def _mapping(self, pairs: _Pairs, path: Segments) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for name, (key, value) in self._entries(pairs).items():
            inside = (*path, name)
            # a key that a merge brought in has no location of its own
            self.parsed.note(inside, key[1:] if key else self.parsed.place(path))
            plain[name] = self.plain(value, inside)
        return plain

    def _entries(self, pairs: _Pairs) -> dict[str, tuple[_Node | None, _Node]]:
        """Return key and value by name: a mapping's own entries, then what it merges (`<<`)."""
        entries: dict[str, tuple[_Node | None, _Node]] = {}
        merges: list[_Node] = []
        for key, value in pairs:
            name = key.value
            if name is _MERGE:
                merges.append(value)
            elif type(name) is not str or name in entries:
                raise NotCertainError
            else:
                entries[name] = (key, value)
        if len(merges) > 1:
            raise NotCertainError
        for merge in merges:
            for source in merge.value if type(merge.value) is list else merges:
                if not isinstance(source.value, _Pairs):
                    raise NotCertainError
                self._merged += 1
                if self._merged > MOST_ITEMS:
                    raise YamlTextError(TOO_MANY, source[1:])
                with self._inside(source.value):
                    for name, (_, value) in self._entries(source.value).items():
                        entries.setdefault(name, (None, value))
        return entries

    @contextmanager
    def _inside(self, value: list[Any]) -> Iterator[None]:
        """Refuse a list or mapping that contains itself."""
        if id(value) in self._around:
            raise NotCertainError
        self._around.add(id(value))
        yield
        self._around.remove(id(value))
