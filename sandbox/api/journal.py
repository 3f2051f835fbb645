"""The requests to a world: bounded in memory, appended to a file when the state is kept.

Never in it: headers (so no credential), values of passwords and keys. Secrets arrive encrypted and
are shown as they arrived.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

KEPT = 20_000
"""Entries kept in memory."""
FILE_LIMIT = 64 * 1024 * 1024
"""Bytes after which the file is put aside as `.1` (one is kept)."""
TEXT_LIMIT = 2_000
"""Characters kept of a text in a body."""
REDACTED = "[redacted]"
_PRIVATE = {"secret", "password", "token", "access_token", "client_secret", "pem", "private_key"}
"""Names of fields, anywhere in a body, whose values are credentials or private."""


def redacted(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a JSON value without credentials, its long texts cut."""
    if isinstance(value, dict):
        return {
            key: REDACTED if key.lower() in _PRIVATE and item else redacted(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [redacted(item) for item in value]
    if isinstance(value, str) and len(value) > TEXT_LIMIT:
        return f"{value[:TEXT_LIMIT]}... ({len(value)} characters)"
    return value


def redacted_query(query: Mapping[str, str]) -> dict[str, str]:
    """Return a query string's fields without credentials."""
    return {key: REDACTED if key.lower() in _PRIVATE else item for key, item in query.items()}


class Journal:
    """The requests of one world, oldest first."""

    def __init__(self, path: Path | None = None) -> None:
        """Start an empty journal; `path` is the file that it is appended to, one JSON a line."""
        self.entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.total = 0
        self._path = path
        self._size = path.stat().st_size if path is not None and path.exists() else 0

    def add(self, entry: dict[str, Any]) -> None:
        """Add one request."""
        self.total += 1
        entry["number"] = self.total
        self.entries.append(entry)
        if self._path is not None:
            line = json.dumps(entry, separators=(",", ":")) + "\n"
            if self._size > FILE_LIMIT:
                self._path.replace(self._path.with_suffix(self._path.suffix + ".1"))
                self._size = 0
            if not self._path.exists():
                self._path.touch(mode=0o600)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
            self._size += len(line)

    def select(self, keep: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Return the entries that `keep` accepts."""
        return [entry for entry in self.entries if keep(entry)]

    def counts(self) -> dict[str, int]:
        """Return how often each operation was requested, most frequent first."""
        return dict(Counter(entry["operation"] for entry in self.entries).most_common())

    def clear(self) -> None:
        """Forget the entries in memory."""
        self.entries.clear()
