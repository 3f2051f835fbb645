"""What a resource says about itself, read so that nothing unreadable passes for safe.

A property is present, missing (None) or UNKNOWN: not known yet at preview, or of a type that the
property cannot have. Rules ask for what they need to see (`is not True`), so UNKNOWN fails closed.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Literal, NoReturn

Step = str | int


class Unknown(Enum):
    """The type of UNKNOWN; an enum, so that mypy narrows `is UNKNOWN`."""

    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        """Refuse to be true or false: a rule that forgets to ask for UNKNOWN must not pass.

        Raises:
            TypeError: always.
        """
        raise TypeError("an unknown value is neither true nor false")


UNKNOWN: Final = Unknown.UNKNOWN
UnknownType = Literal[Unknown.UNKNOWN]
_FLAGS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}
"""Texts that Terraform's providers, which Pulumi's are made of, read as a boolean."""


class Facts:
    """The inputs (or outputs) of a resource, as plain dicts, lists and scalars with UNKNOWN.

    Blocks that hold at most one item reach us as an object from one version of the provider and as
    a list of one from another; a path reads both alike.
    """

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        """Wrap what was read.

        Args:
            value: a dict, or UNKNOWN for a block that is not known: every read of it is UNKNOWN.
        """
        self._value = value

    def at(self, *path: Step) -> object:
        """Return the value at the path, None when a step of it is missing, or UNKNOWN."""
        value = self._value
        for step in path:
            if type(value) is dict and type(step) is str:  # nearly always, and quick
                value = value.get(step)
            else:
                value = _step(value, step)
            if value is None or value is UNKNOWN:
                return value
        return value

    def changed(self, **values: object) -> "Facts":
        """Return the same facts with other values of some properties."""
        return Facts({**self._value, **values}) if isinstance(self._value, Mapping) else self

    def flag(self, *path: Step) -> bool | UnknownType | None:
        """Return a boolean; its texts count as providers read them, anything else is UNKNOWN."""
        value = self.at(*path)
        if value is None or value is UNKNOWN or isinstance(value, bool):
            return value
        return _FLAGS.get(value.lower(), UNKNOWN) if isinstance(value, str) else UNKNOWN

    def number(self, *path: Step) -> float | UnknownType | None:
        """Return a number; numbers arrive as floats, and as text from hand-written programs."""
        value = self.at(*path)
        if value is None or value is UNKNOWN:
            return value
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            try:
                return float(value)
            except ValueError:
                return UNKNOWN
        return UNKNOWN

    def text(self, *path: Step) -> str | UnknownType | None:
        """Return a string; a value of another type is UNKNOWN."""
        value = self.at(*path)
        return value if value is None or isinstance(value, str) else UNKNOWN

    def entries(self, *path: Step) -> list[object] | UnknownType:
        """Return a list, empty when missing; single entries may be UNKNOWN, or the whole list."""
        value = self.at(*path)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        return [value] if isinstance(value, dict) else UNKNOWN

    def blocks(self, *path: Step) -> "list[Facts] | UnknownType":
        """Return a list of blocks; an entry that cannot be read answers UNKNOWN to everything."""
        entries = self.entries(*path)
        if entries is UNKNOWN:
            return UNKNOWN
        return [Facts(entry if isinstance(entry, Mapping) else UNKNOWN) for entry in entries]

    def block(self, *path: Step) -> "Facts | None":
        """Return a single block, or None when it is missing or an empty list."""
        value = self.at(*path)
        if value is None or value == []:
            return None
        if isinstance(value, list):
            value = value[0] if len(value) == 1 else UNKNOWN
        return Facts(value if isinstance(value, Mapping) else UNKNOWN)


def _step(value: object, step: Step) -> object:
    """Take one step into a value; see Facts.at."""
    if isinstance(step, int):
        if not isinstance(value, list):
            return UNKNOWN
        return value[step] if -len(value) <= step < len(value) else None
    if isinstance(value, dict):  # nearly always: quicker than to ask for a Mapping
        return value.get(step)
    if isinstance(value, list):
        if not value:
            return None
        value = value[0] if len(value) == 1 else UNKNOWN
    return value.get(step) if isinstance(value, Mapping) else UNKNOWN
