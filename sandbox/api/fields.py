"""Check a request's body against a small table, and refuse mistakes as GitHub does.

A table maps field names to a type:

- `"text"`, `"integer"`, `"boolean"`, `"list"`, `"object"`, `"any"`; `"texts"`, `"integers"` and
  `"objects"` are lists of those;
- a tuple of the texts that are allowed;
- with `!` at the end of the field's name, the field has to be there;
- with `?` at the end of the field's name, the field may be null.

Fields that the table does not name are ignored, as on GitHub.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api.errors import GitHubError, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.api.http import Call

Kind = str | tuple[str, ...]


_TYPES: dict[str, type] = {
    "text": str,
    "integer": int,
    "boolean": bool,
    "list": list,
    "object": dict,
    "any": object,
}
_LISTS = {"texts": "text", "integers": "integer", "objects": "object"}


def _is(value: object, kind: Kind) -> bool:
    if isinstance(kind, tuple):
        return value in kind
    if kind in _LISTS:
        return isinstance(value, list) and all(_is(item, _LISTS[kind]) for item in value)
    if kind == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES[kind])


_NAMES = {
    "text": "a string",
    "integer": "an integer",
    "boolean": "a boolean",
    "list": "an array",
    "texts": "an array of strings",
    "integers": "an array of integers",
    "objects": "an array of objects",
    "object": "an object",
}


def checked(body: object, table: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the fields of a body that the table names.

    Raises:
        GitHubError: 422 with every mistake in the message.
    """
    if not isinstance(body, dict):
        raise GitHubError(400, "Body should be a JSON object")
    found: dict[str, Any] = {}
    mistakes = []
    for key, kind in table.items():
        name = key.rstrip("!?")
        if name not in body or (body[name] is None and "?" not in key):
            # null for a field that has no null is what Go clients send for "not given"
            if "!" in key:
                mistakes.append(f'"{name}" wasn\'t supplied.')
            continue
        value = body[name]
        if value is None or _is(value, kind):
            found[name] = value
        elif isinstance(kind, tuple):
            mistakes.append(
                f"For 'properties/{name}', {value!r} is not a member of "
                f"[{', '.join(repr(item) for item in kind)}]."
            )
        else:
            mistakes.append(f"For 'properties/{name}', {value!r} is not {_NAMES[kind]}.")
    if mistakes:
        raise invalid("Invalid request.\n\n" + "\n".join(mistakes))
    return found


def body(call: Call, **table: Kind) -> dict[str, Any]:
    """Return the checked fields of a request's body; see the module for the table."""
    return checked(call.json(), table)
