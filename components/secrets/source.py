"""The interface of all secret sources.

A source turns a reference into a value, once per distinct path. It never puts the value anywhere
else: not into an error, not into a log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from components.secrets.reference import Reference


T = TypeVar("T")


class MissingSecretError(Exception):
    """A source does not have the value of a reference, or has it unencrypted.

    The text names the source's path and what to do; never a value, and never the words of the
    other side, which could hold one.
    """


@dataclass(frozen=True)
class SecretValue:
    """A value from its source, with its version and date.

    The value is not in the representation: a traceback or a failed assertion would print it.
    """

    value: str = field(repr=False)
    version: str | None = None
    """The version in the source's own numbering; None where it has none."""
    changed: datetime | None = None
    """When the source stored this value, in UTC; None where it does not report that."""


class Source(Protocol):
    """A place from which values of secrets are read."""

    def fetch(self, reference: Reference) -> SecretValue:
        """Return the value of ``reference``.

        Raises:
            MissingSecretError: the source does not have it, or does not give it.
        """
        ...


@dataclass
class Readings(Generic[T]):
    """What was read under each path, or why that failed: nothing is read twice."""

    _known: dict[tuple[str, str | None], T | MissingSecretError] = field(default_factory=dict)

    def of(self, reference: Reference, read: Callable[[Reference], T]) -> T:
        """Return what ``read`` gives for the path and version of ``reference``.

        Raises:
            MissingSecretError: as ``read`` did, at the first time too.
        """
        path = (reference.place, reference.version)
        if path not in self._known:
            try:
                self._known[path] = read(reference)
            except MissingSecretError as error:
                self._known[path] = error
        found = self._known[path]
        if isinstance(found, MissingSecretError):
            raise found
        return found
