"""Expressions of workflow files: `${{ ... }}` and `if`, as GitHub evaluates them.

Source: https://docs.github.com/actions/reference/workflows-and-actions/expressions

Literals, contexts (`github.ref`, `needs.build.result`, `needs.*.result`), `!`, comparisons, `&&`,
`||`, parentheses and these functions: contains, startsWith, endsWith, format, join, toJSON,
fromJSON, success, failure, always, cancelled. Everything else is an error, never silently true.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?0x[0-9a-fA-F]+|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>()\[\],.*]))"
)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_STATUS = re.compile(r"\b(success|failure|always|cancelled)\s*\(", re.IGNORECASE)
_INSERT = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_DEPTH_LIMIT = 50


class _Filtered(list[Any]):
    """What `.*` selects: a member of it is the list of the members that its items have."""


class ExpressionError(ValueError):
    """An expression that cannot be evaluated; the message says why."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the status functions say of the jobs before this one.

    Attributes:
        success: Whether all of them succeeded.
        failure: Whether one failed.
        cancelled: Whether the run was cancelled.
    """

    success: bool = True
    failure: bool = False
    cancelled: bool = False


def condition(text: str, contexts: Mapping[str, Any], status: Status) -> bool:
    """Return whether a job's `if` holds; without a status function it also asks for success.

    Raises:
        ExpressionError: It cannot be evaluated.
    """
    inner = _INSERT.fullmatch(text.strip())
    text = inner.group(1) if inner else text
    if "${{" in text:
        value: object = fill(text, contexts, status)
    else:
        value = evaluate(text, contexts, status)
    return truthy(value) and (status.success or _STATUS.search(text) is not None)


def fill(text: str, contexts: Mapping[str, Any], status: Status | None = None) -> str:
    """Return a text with its `${{ }}` replaced by their values.

    Raises:
        ExpressionError: One of them cannot be evaluated.
    """
    return _INSERT.sub(
        lambda found: as_text(evaluate(found.group(1), contexts, status or Status())), text
    )


def filled(value: Any, contexts: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any YAML
    """Return a value of a workflow file with its expressions evaluated, at any depth.

    A text that is one expression becomes that expression's value, of any type.

    Raises:
        ExpressionError: One of them cannot be evaluated.
    """
    if isinstance(value, dict):
        return {key: filled(each, contexts) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, contexts) for each in value]
    if not isinstance(value, str):
        return value
    whole = _INSERT.fullmatch(value.strip())
    if whole is not None and "${{" not in whole.group(1):
        return evaluate(whole.group(1), contexts, Status())
    return fill(value, contexts)


def evaluate(text: str, contexts: Mapping[str, Any], status: Status) -> Any:  # noqa: ANN401 - any JSON
    """Return the value of one expression.

    Raises:
        ExpressionError: It cannot be evaluated.
    """
    return _Parser(_tokens(text), contexts, status).whole()


def truthy(value: object) -> bool:
    """Say what a value is as a condition: false are false, 0, "" and null."""
    if isinstance(value, float):
        return not (value == 0 or math.isnan(value))
    return value is not None and value not in (False, "", 0)


def as_text(value: object) -> str:
    """Return a value as GitHub writes it into a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "Object" if isinstance(value, dict) else "Array"
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(f"unexpected {text[at:].strip()[0]!r} in {text.strip()!r}")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    return found


def _number(value: object) -> float:
    """Return a value as a number, for comparisons of different types."""
    if value is None:
        return 0.0
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return 0.0
        if _HEX.fullmatch(text):
            return float(int(text, 16))
        return float(text) if _DECIMAL.fullmatch(text) else math.nan
    return math.nan


def _equal(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        return left is right
    return _number(left) == _number(right)


def _less(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.upper() < right.upper()
    return _number(left) < _number(right)


def _contains(where: object, what: object) -> bool:
    if isinstance(where, list):
        return any(_equal(item, what) for item in where)
    return as_text(what).casefold() in as_text(where).casefold()


def _format(*values: object) -> str:
    template = as_text(values[0])

    def put(found: re.Match[str]) -> str:
        if found.group() in ("{{", "}}"):
            return found.group()[0]
        index = int(found.group(1)) + 1
        if index >= len(values):
            raise ExpressionError(f"format has no value for {found.group()}")
        return as_text(values[index])

    return re.sub(r"\{\{|\}\}|\{(\d+)\}", put, template)


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value whose whole numbers have no fraction."""
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole else value


def _from_json(value: object) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(as_text(value))
    except ValueError:
        raise ExpressionError(f"fromJSON: {as_text(value)!r} is not JSON") from None


def _join(*values: Any) -> str:  # noqa: ANN401 - any JSON
    items = values[0] if isinstance(values[0], list) else [values[0]]
    return as_text(values[1] if len(values) > 1 else ",").join(as_text(item) for item in items)


_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "contains": (2, 2, _contains),
    "startswith": (
        2,
        2,
        lambda text, head: as_text(text).casefold().startswith(as_text(head).casefold()),
    ),
    "endswith": (
        2,
        2,
        lambda text, tail: as_text(text).casefold().endswith(as_text(tail).casefold()),
    ),
    "format": (1, 100, _format),
    "join": (1, 2, _join),
    "tojson": (1, 1, lambda value: json.dumps(_whole(value), indent=2, ensure_ascii=False)),
    "fromjson": (1, 1, _from_json),
}
"""Functions by lower-case name: least and most arguments, and what they do."""


class _Parser:
    """Evaluates while it reads; both sides of `&&` and `||` are read, so mistakes always show."""

    def __init__(
        self, tokens: list[tuple[str, str]], contexts: Mapping[str, Any], status: Status
    ) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0
        self.contexts, self.status = contexts, status

    def whole(self) -> Any:  # noqa: ANN401 - any JSON
        value = self._or()
        if self.at < len(self.tokens):
            raise ExpressionError(f"unexpected {self.tokens[self.at][1]!r}")
        return value

    def _sign(self, *signs: str) -> str | None:
        if self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind == "sign" and text in signs:
                self.at += 1
                return text
        return None

    def _want(self, sign: str) -> None:
        if self._sign(sign) is None:
            raise ExpressionError(f"{sign!r} is missing")

    def _or(self) -> Any:  # noqa: ANN401 - any JSON
        value = self._and()
        while self._sign("||"):
            right = self._and()
            value = value if truthy(value) else right
        return value

    def _and(self) -> Any:  # noqa: ANN401 - any JSON
        value = self._equals()
        while self._sign("&&"):
            right = self._equals()
            value = right if truthy(value) else value
        return value

    def _equals(self) -> Any:  # noqa: ANN401 - any JSON
        left = self._compare()
        while sign := self._sign("==", "!="):
            left = _equal(left, self._compare()) is (sign == "==")
        return left

    def _compare(self) -> Any:  # noqa: ANN401 - any JSON
        left = self._not()
        while sign := self._sign("<=", ">=", "<", ">"):
            right = self._not()
            less = _less(left, right) if "<" in sign else _less(right, left)
            left = less or ("=" in sign and _equal(left, right))
        return left

    def _not(self) -> Any:  # noqa: ANN401 - any JSON
        if self._sign("!"):
            return not truthy(self._not())
        return self._value()

    def _value(self) -> Any:  # noqa: ANN401 - any JSON
        self.depth += 1
        if self.depth > _DEPTH_LIMIT:
            raise ExpressionError("the expression is nested too deep")
        if self.at >= len(self.tokens):
            raise ExpressionError("the expression ends too early")
        if self._sign("("):
            value = self._or()
            self._want(")")
        else:
            value = self._word()
        while True:
            if self._sign("."):
                star = self._sign("*")
                value = self._every(value) if star else self._member(value, self._name())
            elif self._sign("["):
                star = self._sign("*")
                value = self._every(value) if star else self._member(value, self._or())
                self._want("]")
            else:
                break
        self.depth -= 1
        return value

    def _word(self) -> Any:  # noqa: ANN401 - any JSON
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(int(text, 16)) if "x" in text.lower() else float(text)
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind != "name":
            raise ExpressionError(f"unexpected {text!r}")
        if text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text]
        if self._sign("("):
            return self._call(text)
        if text.lower() not in self.contexts:
            known = ", ".join(sorted(self.contexts))
            raise ExpressionError(f"there is no {text!r} here; there are: {known}")
        return self.contexts[text.lower()]

    def _name(self) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != "name":
            raise ExpressionError("a name is missing after '.'")
        self.at += 1
        return self.tokens[self.at - 1][1]

    @staticmethod
    def _every(value: Any) -> _Filtered:  # noqa: ANN401 - any JSON
        """Return all items of a list, or all values of an object."""
        items = list(value.values()) if isinstance(value, dict) else value
        if isinstance(value, _Filtered):
            items = [each for item in value for each in _Parser._every(item)]
        return _Filtered(items if isinstance(items, list) else [])

    @staticmethod
    def _member(value: Any, key: object) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, _Filtered):
            found = (_Parser._member(item, key) for item in value)
            return _Filtered(each for each in found if each is not None)
        if isinstance(value, dict):
            wanted = as_text(key).casefold()
            return next((item for name, item in value.items() if name.casefold() == wanted), None)
        if isinstance(value, list):
            index = _number(key)
            whole = index.is_integer() and 0 <= index < len(value)
            return value[int(index)] if whole else None
        return None

    def _call(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        arguments = []
        if not self._sign(")"):
            arguments.append(self._or())
            while self._sign(","):
                arguments.append(self._or())
            self._want(")")
        status = {
            "success": self.status.success,
            "failure": self.status.failure,
            "cancelled": self.status.cancelled,
            "always": True,
        }
        lower = name.lower()
        if lower in status and not arguments:
            return status[lower]
        if lower not in _FUNCTIONS:
            raise ExpressionError(f"there is no function {name!r}")
        least, most, function = _FUNCTIONS[lower]
        if not least <= len(arguments) <= most:
            raise ExpressionError(f"{name} takes {least} to {most} values")
        return function(*arguments)
