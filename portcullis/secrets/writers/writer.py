"""What every destination of values can do."""

from __future__ import annotations

from typing import Protocol

from portcullis.project import UserError


class WriteError(UserError):
    """A destination did not take a value; the text names it and what to do, never the value."""


class Writer(Protocol):
    """A destination."""

    def keys(self, path: str) -> frozenset[str]:
        """Return the keys that ``path`` holds already; none where it is not there.

        Raises:
            UserError: the destination cannot be asked.
        """
        ...

    def write(self, path: str, key: str, value: str) -> str:
        """Set the value of ``key`` at ``path``; the others there stay as they are.

        Returns:
            The version that this made, or the date where the destination has no versions.

        Raises:
            UserError: the destination did not take it.
        """
        ...
