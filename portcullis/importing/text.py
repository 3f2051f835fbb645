"""Plain data as YAML text: the same data is always the same bytes.

Texts that any version of YAML might read as something else are in quotes, such as `on` and `1.0`.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WIDTH = 100
"""Columns of a line, if what is on it can be broken."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./@()+-]*(?: [A-Za-z0-9_./@()+-]+)*")
_MISREAD = re.compile(
    r"(?:true|false|yes|no|on|off|y|n|null|nan|inf)|[0-9_.+-]*|[0-9.+-].*", re.IGNORECASE
)
"""Words and numbers of YAML 1.1 and 1.2."""
_UNUSUAL = re.compile(r"[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")


def yaml(data: Mapping[str, Any]) -> str:
    """Return a mapping as YAML."""
    return "\n".join(_mapping(data, "")) + "\n"


def _mapping(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in data.items():
        yield from _entry(f"{indent}{scalar(name)}:", value, indent)


def _entry(start: str, value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401 - YAML is any data
    if not isinstance(value, dict | list):
        yield f"{start} {scalar(value)}"
        return
    line = f"{start} {flow(value)}"
    if not value or (len(line) <= WIDTH and _is_flat(value)):
        yield line
        return
    yield start
    if isinstance(value, dict):
        yield from _mapping(value, f"{indent}  ")
    else:
        yield from _sequence(value, f"{indent}  ")


def _sequence(items: Sequence[Any], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and item and not _fits(item, indent):
            first, *rest = _mapping(item, f"{indent}  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}- {flow(item)}"


def _fits(item: Mapping[str, Any], indent: str) -> bool:
    return _is_flat(item) and len(f"{indent}- {flow(item)}") <= WIDTH


def _is_flat(value: Any) -> bool:  # noqa: ANN401 - YAML is any data
    """Say whether a value may be on one line: it holds scalars, short lists and references."""
    inside = value.values() if isinstance(value, dict) else value
    return all(not isinstance(each, dict | list) or _is_simple(each) for each in inside)


def _is_simple(value: Any) -> bool:  # noqa: ANN401 - YAML is any data
    if isinstance(value, dict):
        return not value or set(value) == {"from"}
    return not any(isinstance(each, dict | list) for each in value)


def flow(value: Any) -> str:  # noqa: ANN401 - YAML is any data
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:  # noqa: ANN401 - YAML is any data
    """Return a text, a number, a date, true, false or null."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if _PLAIN.fullmatch(text) and not _MISREAD.fullmatch(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNUSUAL.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
