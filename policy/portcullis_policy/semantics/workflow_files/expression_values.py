"""Whose text an expression of a workflow file puts in its place: the values that it may have.

`github.event.pull_request.title == 'x'` reads a title and becomes `true` or `false`, so nothing of
the title is inserted. `a && 'x' || b` becomes `x` or `b`.
Source: https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"(?P<text>'(?:[^']|'')*+')|(?P<number>-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?))"
    r"|(?P<name>[a-z_][a-z0-9_-]*)|(?P<sign>&&|\|\||[=!<>]=|[()\[\],.*!<>])|(?P<other>\S)",
    re.IGNORECASE,
)
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_NO_TEXT = frozenset(
    {"contains", "startswith", "endswith", "hashfiles", "success", "failure", "always", "cancelled"}
)
"""Functions whose result holds nothing of what they are given."""
_DEEPEST = 50
_NAME = re.compile(r"[a-z_][a-z0-9_-]*(?:\.[a-z0-9_*-]+)*")

Paths = frozenset[str]
_TEXT_OR_CALL = ("'", "(")
"""What begins a text in the answer of the reader, and what stands for the result of a function."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What an expression may become.

    Attributes:
        texts: texts that are written in it, without their quotes.
        paths: paths whose values it may become, in lower case, `a['b']` as `a.b`.
        others: it may become something else, such as the result of a function.
    """

    texts: Paths
    paths: Paths
    others: bool


@lru_cache(maxsize=4096)
def outcomes(expression: str) -> Outcomes:
    """Return what an expression may become; of one that cannot be read, all its paths."""
    reader = _Reader(expression)
    try:
        found = reader.either()
    except _UnreadableError:
        found = None
    if found is None or not reader.done:
        plain = expression.lower().replace("['", ".").replace("']", "")
        return Outcomes(frozenset(), frozenset(_NAME.findall(plain)), others=True)
    texts = frozenset(each[1:] for each in found if each.startswith("'"))
    paths = frozenset(each for each in found if not each.startswith(_TEXT_OR_CALL))
    return Outcomes(texts, paths, others="(" in found)


def values(expression: str) -> Paths:
    """Return the paths whose values an expression may become."""
    return outcomes(expression).paths


class _UnreadableError(ValueError):
    """An expression that GitHub would refuse, or one that is too deep."""


class _Reader:
    """Reads one expression from left to right."""

    def __init__(self, expression: str) -> None:
        self._tokens = [(each.lastgroup, each[0]) for each in _TOKEN.finditer(expression)]
        self._at = 0
        self._depth = 0

    @property
    def done(self) -> bool:
        """Say whether nothing is left."""
        return self._at >= len(self._tokens)

    def either(self) -> Paths:
        """Read `a || b`: it becomes one of both."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _UnreadableError("too deep")
        found = self._both()
        while self._skip("||"):
            found |= self._both()
        self._depth -= 1
        return found

    def _both(self) -> Paths:
        """Read `a && b`: it becomes b, or an a that is false, which holds no text."""
        found = self._compared()
        while self._skip("&&"):
            found = self._compared()
        return found

    def _compared(self) -> Paths:
        """Read `a == b`: it becomes true or false."""
        found = self._negated()
        while self._sign in _COMPARISONS:
            self._at += 1
            self._negated()
            found = frozenset()
        return found

    def _negated(self) -> Paths:
        negated = False
        while self._skip("!"):
            negated = True
        found = self._operand()
        return frozenset() if negated else found

    def _operand(self) -> Paths:
        kind, word = self._take()
        if kind == "text":
            return frozenset({"'" + word[1:-1].replace("''", "'")})
        if kind == "number":
            return frozenset({"'" + word})
        if word == "(":
            found = self.either()
            self._need(")")
            return self._properties(found)
        if kind != "name":
            raise _UnreadableError("no operand")
        if self._skip("("):
            return self._properties(self._call(word.lower()))
        if word.lower() in ("true", "false", "null", "infinity", "nan"):
            return frozenset()
        return self._properties(frozenset({word.lower()}))

    def _call(self, function: str) -> Paths:
        """Read the arguments of a function, behind its opening parenthesis."""
        found: Paths = frozenset()
        while not self._skip(")"):
            found |= self.either()
            if not self._skip(","):
                self._need(")")
                break
        if function in _NO_TEXT:
            return frozenset()
        return frozenset({"("} | {each for each in found if not each.startswith("'")})

    def _properties(self, found: Paths) -> Paths:
        """Read `.name`, `.*` and `[...]` behind an operand."""
        while True:
            if self._skip("."):
                found = _under(found, self._take()[1].lower())
            elif self._skip("["):
                kind, word = self._here
                name = word[1:-1].replace("''", "'").lower() if kind == "text" else "*"
                if self._skip("*"):
                    name = "*"
                else:
                    self.either()
                self._need("]")
                found = _under(found, name)
            else:
                return found

    @property
    def _here(self) -> tuple[str | None, str]:
        return (None, "") if self.done else self._tokens[self._at]

    @property
    def _sign(self) -> str:
        kind, word = self._here
        return word if kind == "sign" else ""

    def _take(self) -> tuple[str | None, str]:
        if self.done:
            raise _UnreadableError("it ends too early")
        here = self._here
        self._at += 1
        return here

    def _skip(self, sign: str) -> bool:
        found = self._sign == sign
        self._at += found
        return found

    def _need(self, sign: str) -> None:
        if not self._skip(sign):
            raise _UnreadableError(f"no {sign}")


def _under(paths: Paths, name: str) -> Paths:
    own = [path for path in paths if not path.startswith(_TEXT_OR_CALL)]
    return frozenset({f"{path}.{name}" for path in own} | (paths & {"("}))
