"""Rewrites of JSON policies: AWS and Vault decide the same as before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_IN_LISTS = ("Action", "Resource", "NotAction", "NotResource")
_DENIED = {"Effect": "Deny", "Action": ["sns:Publish"], "Resource": ["arn:aws:sns:*:*:unused"]}


def _reversed(value: object) -> object:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    return [*map(_reversed, value)] if isinstance(value, list) else value


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _in_lists(document: dict[str, Any]) -> dict[str, Any]:
    """One action is a list of one, and one statement too."""
    statements = [
        {
            key: [value] if key in _IN_LISTS and isinstance(value, str) else value
            for key, value in statement.items()
        }
        for statement in _statements(document)
        if isinstance(statement, dict)
    ]
    return {**document, "Statement": statements}


def _one_more(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "Statement": [_DENIED, *_statements(document)]}


def _backwards(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "Statement": _statements(document)[::-1]}


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; a key that is written twice has no meaning to keep.

    Raises:
        ValueError: a key is written twice.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is written twice")
    return found


def _of_iam(
    change: Callable[[dict[str, Any]], object], indent: int | None = None
) -> Callable[[str], str]:
    """A rewrite of IAM's documents alone."""

    def rewrite(text: str) -> str:
        try:
            document = json.loads(text, object_pairs_hook=_each_key_once)
        except ValueError:
            return text
        if not isinstance(document, dict) or "Statement" not in document:
            return text
        return json.dumps(change(document), indent=indent)

    return rewrite


DOCUMENTS: dict[str, Callable[[str], str]] = {
    "a policy's keys in another order": _of_iam(_reversed, indent=2),
    "a policy's values in lists": _of_iam(_in_lists),
    "a policy's statements in another order": _of_iam(_backwards),
    "a statement more that denies": _of_iam(_one_more),
}
"""Rewrites of a property's text, by what they change."""
