"""Single values of a YAML file, changed in place: all else stays byte for byte.

Writing the data out anew would lay out the file anew as well, so only the characters of the values
are replaced. The result is read again and compared with what was meant.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruamel.yaml.nodes import Node

    from components.declaration.yaml_file import Segments

Value = str | int | bool


def edited(text: str, changes: Mapping[Segments, Value]) -> str:
    """Return ``text`` with values replaced, as far as that is safe.

    A value is left alone if it is not there, is no scalar on one line, or is shared by an anchor,
    an alias or a merge key.

    Args:
        text: a YAML document.
        changes: new values, by the path of keys and list positions.
    """
    together = _replaced(text, changes)
    if together is not None:
        return together
    for path, value in changes.items():
        text = _replaced(text, {path: value}) or text
    return text


def _replaced(text: str, changes: Mapping[Segments, Value]) -> str | None:
    """Return the text with all changes that can be made alone; None if more would change."""
    try:
        root = _reader().compose(text)
        spans = {path: _span(text, root, path) for path in changes}
        found = {path: span for path, span in spans.items() if span}
        changed = text
        for path, (start, end) in sorted(found.items(), key=lambda item: item[1], reverse=True):
            changed = changed[:start] + _written(changes[path]) + changed[end:]
        meant = copy.deepcopy(_reader().load(text))
        for path in found:
            _set(meant, path, changes[path])
        return changed if _reader().load(changed) == meant else None
    except (YAMLError, LookupError, RecursionError, TypeError, ValueError):
        return None


def _reader() -> YAML:
    return YAML(typ="safe", pure=True)


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _set(data: Any, path: Segments, value: Value) -> None:  # noqa: ANN401 - YAML is any data
    *parents, last = path
    for step in parents:
        data = data[step]
    data[last] = value


def _span(text: str, node: Node | None, path: Segments) -> tuple[int, int] | None:
    """Return where the characters of a value are; None if it is no scalar of its own."""
    for step in path:
        child = _child(node, step)
        if child is None:
            return None
        if child is None or child.anchor is not None:  # an alias is the node that has the anchor
            return None
        node = child
    if not isinstance(node, ScalarNode) or node.style not in {None, "'", '"'}:
        return None
    start, end = node.start_mark.index, node.end_mark.index
    whole = text[start:end]
    return None if not whole or "\n" in whole or whole.startswith("!") else (start, end)


def _child(node: Node | None, step: str | int) -> Node | None:
    """Return the value of an entry."""
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        item: Node = node.value[step]
        return item
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == step:
                child: Node = value
                return child
    return None
