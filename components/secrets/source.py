"""The one small interface behind which secret sources stand.

A source turns a reference into a Pulumi secret. It never puts the value anywhere else: not into an
error, not into a log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pulumi


class MissingSecretError(Exception):
    """A source does not have what a secret refers to, or has it in the open.

    The text names the source's key and what to do; never a value.
    """


class Source(Protocol):
    """Where values of secrets come from."""

    def fetch(self, key: str) -> pulumi.Output[str]:
        """The value under ``key``, as a Pulumi secret.

        Raises:
            MissingSecretError: the source has no such key, or keeps it in the open.
        """
        ...
