"""The words of names: what a task, a script, an action or a subcommand calls itself."""

import re

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words(text: str) -> frozenset[str]:
    """Return the words of a list that is written with spaces."""
    return frozenset(text.split())


SENDING = words("publish upload push release deploy ship deliver submit promote")
"""Subcommands that send something away."""
_OTHERWISE = words(
    "test tests check lint verify validate dry build prepare notes changelog docs doc pre "
    "prep version bump clean changes local snapshot draft status wait e2e artifacts artifact "
    "result results report reports sarif coverage codecov"
)
"""Words beside which such a word sends nothing."""


def parts(name: str) -> list[str]:
    """Return the words that a name is made of, in lower case."""
    return [each.lower() for each in _PARTS.findall(name)]


def names_sending(name: str) -> bool:
    """Say whether a task or a script calls itself one that sends something away."""
    found = set(parts(name))
    return bool(found & (SENDING | {"publishing"})) and not found & _OTHERWISE
