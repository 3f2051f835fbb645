"""What differs between a thing as it is declared and as it is on GitHub, put into its node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from portcullis.importing.documents import written

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from portcullis.importing.documents import Node

KEPT = frozenset(
    {"from_", "rotate_every", "kind", "project", "registry", "renamed_from", "trust", "source"}
)
"""Fields that only people decide: GitHub shows none of them."""


def merge(
    node: Node,
    old: BaseModel,
    new: BaseModel,
    given: Mapping[str, Any],
    only: Collection[str] | None = None,
) -> bool:
    """Change a mapping so that it means what is on GitHub; say whether anything changed.

    Args:
        node: The mapping as people wrote it.
        old: What it means now.
        new: What it should mean.
        given: The same as an import writes it.
        only: The fields to look at; None: all of them.
    """
    changed = False
    for name, field in type(old).model_fields.items():
        if name in KEPT or (only is not None and name not in only):
            continue
        was, is_ = getattr(old, name), getattr(new, name)
        if not alike(was, is_):
            _put(node, field.alias or name, was, is_, given)
            changed = True
    return changed


def alike(one: Any, other: Any) -> bool:  # noqa: ANN401 - any field
    """Say whether two values of a field mean the same to GitHub."""
    if isinstance(one, BaseModel) and type(one) is type(other):
        return all(
            name in KEPT or alike(getattr(one, name), getattr(other, name))
            for name in type(one).model_fields
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        rest = list(other)
        for each in one:
            found = next((index for index, it in enumerate(rest) if alike(each, it)), None)
            if found is None:
                return False
            del rest[found]
        return not rest
    return bool(one == other)


def _put(node: Node, key: str, was: Any, is_: Any, given: Mapping[str, Any]) -> None:  # noqa: ANN401 - any field
    inside = node.get(key)
    if isinstance(inside, dict) and isinstance(was, BaseModel) and isinstance(is_, type(was)):
        merge(inside, was, is_, given.get(key) or {})
    elif isinstance(inside, dict) and isinstance(was, dict) and isinstance(is_, dict):
        _entries(inside, was, is_, given.get(key) or {})
    elif key in given:
        node[key] = written(given[key])
        return
    elif key in node:
        del node[key]
        return
    if not node[key]:
        del node[key]


def _entries(
    node: Node, was: Mapping[str, Any], is_: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    spelled = {str(key).casefold(): key for key in node}
    for key in was.keys() - is_.keys():
        del node[spelled[key.casefold()]]
    for key, value in is_.items():
        own = spelled.get(key.casefold(), key)
        if key not in was:
            node[own] = written(given[key])
        elif not alike(was[key], value):
            if isinstance(value, BaseModel) and isinstance(node[own], dict):
                merge(node[own], was[key], value, given[key])
            else:
                node[own] = written(given[key])
