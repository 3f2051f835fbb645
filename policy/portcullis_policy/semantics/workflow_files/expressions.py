"""Expressions of workflow files, `${{ ... }}`: where they end, and what they read.

The policy pack and `portcullis secrets` use this one reader.
Sources: https://docs.github.com/actions/reference/workflows-and-actions/expressions and
https://docs.github.com/actions/reference/workflows-and-actions/contexts
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

OPENING = "${{"
"""What begins an expression."""

_REST = re.compile(r"((?:'(?:[^']|'')*+'|[^'}]|\}(?!\}))*+)\}\}")
"""The rest of an expression: it ends at the first `}}` outside of its texts."""
_TOKEN = re.compile(r"(?P<text>'(?:[^']|'')*+')|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|(?P<other>\S)")


@dataclass(frozen=True)
class Mentions:
    """The secrets that expressions name.

    Attributes:
        names: in upper case, as GitHub compares them.
        everything: others may be used too, as by `secrets: inherit`, `toJSON(secrets)` and
            `secrets[...]`.
    """

    names: frozenset[str] = frozenset()
    everything: bool = False

    def __or__(self, other: "Mentions") -> "Mentions":
        """Return both together."""
        return Mentions(self.names | other.names, self.everything or other.everything)

    def may_use(self, name: str) -> bool:
        """Say whether the secret `name` may be read."""
        return self.everything or name.upper() in self.names


def in_braces(text: str) -> Iterator[str]:
    """Yield the expressions in a text, without their braces.

    GitHub takes no workflow in which an expression does not end, so nothing follows such a one.
    """
    start = text.find(OPENING)
    while start >= 0 and (found := _REST.match(text, start + len(OPENING))):
        yield found[1]
        start = text.find(OPENING, found.end())


def without_expressions(text: str) -> str:
    """Return a text without its expressions."""
    for expression in in_braces(text):
        text = text.replace(f"{OPENING}{expression}}}}}", "", 1)
    return text


def mentions(expressions: Iterable[str]) -> Mentions:
    """Return the secrets that expressions, without their braces, name."""
    found = Mentions()
    for expression in expressions:
        found |= _mentions(expression)
    return found


def _mentions(expression: str) -> Mentions:
    """Return what follows each `secrets` that is the context, and no property of another one."""
    tokens = list(_TOKEN.finditer(expression))
    names: set[str] = set()
    everything = False
    for i, token in enumerate(tokens):
        if (token["name"] or "").lower() != "secrets" or (i and tokens[i - 1][0] == "."):
            continue
        after = [*(each[0] for each in tokens[i + 1 : i + 4]), "", "", ""]
        if after[0] == "." and after[1] != "*":
            names.add(after[1].upper())
        elif after[0] == "[" and after[1].startswith("'") and after[2] == "]":
            names.add(after[1].strip("'").upper())
        else:
            everything = True
    return Mentions(frozenset(names - {""}), everything)
