"""YAML, parsed into nodes that know their lines, within a bounded depth."""

import yaml

DEEPEST = 200
"""Levels of nesting; no file that people write has as many. libyaml recurses without a limit: some
ten thousand levels overflow the stack, and the process ends."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TooDeepError(ValueError):
    """A text that is nested too deeply; without the text."""


def compose(text: str) -> yaml.Node | None:
    """Return the top node of a text; None for an empty one.

    Raises:
        yaml.YAMLError: it is not YAML.
        TooDeepError: it is nested too deeply.
        RecursionError: as above, where libyaml is missing.
        ValueError: it has characters that YAML does not allow.
    """
    if _may_be_deep(text):
        _check_depth(text)
    return yaml.compose(text, Loader=LOADER)


def _may_be_deep(text: str) -> bool:
    """Say whether a text may be too deep: cheap, and never wrong when it says no.

    Each level of nesting costs a bracket, or a column in its line.
    """
    brackets = text.count("[") + text.count("{")
    return brackets + max(map(len, text.split("\n"))) > DEEPEST


def _check_depth(text: str) -> None:
    """Refuse a text that is nested too deeply; the parser stops where it gets too deep.

    Raises:
        TooDeepError: it is.
        yaml.YAMLError: it is not YAML.
    """
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise TooDeepError("nested too deeply")
