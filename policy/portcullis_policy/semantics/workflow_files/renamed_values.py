"""Names in expressions, replaced by what they stand for: `inputs.x`, `secrets.x`, outputs."""

import re
from collections.abc import Iterable

from portcullis_policy.semantics.workflow_files.expressions import OPENING, in_braces

Values = dict[str, str | tuple[str, str]]
"""What a name stands for: a text that may hold expressions, or a context and another name.

A name has lower case and dots: `inputs.ref`, `needs.build`. `steps` alone stands for all steps, and
the second text of its value is put before their names.
"""
_PATH = re.compile(
    r"(?<![\w.'-])(inputs|secrets|needs|steps|jobs)((?:\s*\.\s*[\w-]+|\s*\[\s*'[^']*'\s*\])+)",
    re.IGNORECASE,
)
_PROPERTY = re.compile(r"\.\s*([\w-]+)|\[\s*'([^']*)'\s*\]")
_BRACES = re.compile(r"\$\{\{(.*)\}\}", re.DOTALL)
_LONGEST = 20_000
"""Characters of a text beyond which nothing is replaced: no text of a person is as long."""


def in_text(text: str, values: Values) -> str:
    """Return a text with each name in its expressions replaced."""
    if not values or OPENING not in text or len(text) > _LONGEST:
        return text
    for expression in dict.fromkeys(in_braces(text)):
        text = text.replace(f"{OPENING}{expression}}}}}", _replaced(expression, values))
    return text


def of_condition(text: str, values: Values) -> str:
    """Return a condition, which needs no braces, with each name replaced."""
    if OPENING in text or not values:
        return in_text(text, values)
    new = _expression(text, values)
    return new if new != text else text


def as_text(conditions: Iterable[str]) -> str:
    """Return a condition that holds if all of some hold; empty ones are left out."""
    plain = [
        found[1].strip() if (found := _BRACES.fullmatch(each.strip())) else each.strip()
        for each in conditions
        if each.strip()
    ]
    return plain[0] if len(plain) == 1 else " && ".join(f"({each})" for each in plain)


def _replaced(expression: str, values: Values) -> str:
    """Return what a whole expression, without its braces, becomes in a text."""
    alone = _PATH.fullmatch(expression.strip())
    if alone:
        value = values.get(".".join(_names(alone)))
        if isinstance(value, str):
            return value
    return f"{OPENING}{_expression(expression, values)}}}}}"


def _expression(expression: str, values: Values) -> str:
    return _PATH.sub(lambda found: _new_path(found, values), expression)


def _names(found: re.Match[str]) -> list[str]:
    properties = [one or other for one, other in _PROPERTY.findall(found[2])]
    return [each.lower() for each in (found[1], *properties)]


def _new_path(found: re.Match[str], values: Values) -> str:
    """Return an expression in the place of a name, with what follows the name."""
    names = _names(found)
    for length in range(len(names), 0, -1):
        value = values.get(".".join(names[:length]))
        rest = "".join(f".{each}" for each in names[length:])
        if isinstance(value, tuple):
            context, name = value
            return f"{context}.{name}{rest.removeprefix('.') if length == 1 else rest}"
        if value is not None:
            return f"{_as_expression(value)}{rest}"
    return found[0]


def _as_expression(text: str) -> str:
    """Return a text as an expression."""
    expressions = list(in_braces(text))
    if not expressions:
        return "'" + text.replace("'", "''") + "'"
    if len(expressions) == 1 and text.strip() == f"{OPENING}{expressions[0]}}}}}":
        plain = expressions[0].strip()
        return plain if _PATH.fullmatch(plain) else f"({plain})"
    return f"format('{{0}}', {', '.join(each.strip() for each in expressions)})"
