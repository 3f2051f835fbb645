"""YAML 1.2 as plain data, with the location of each key and item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.yaml_text import quick

if TYPE_CHECKING:
    from components.yaml_text.parsed import Parsed


def parse(text: str) -> Parsed:
    """Return the data of a text that is one mapping, and where its keys and items are.

    Raises:
        YamlTextError: it is not YAML, not a mapping, or has a key twice.
        RecursionError: it is nested too deeply.
    """
    try:
        return quick.parse(text)
    except quick.NotCertainError:
        from components.yaml_text import complete  # noqa: PLC0415 - needed rarely, slow to import

        return complete.parse(text)
