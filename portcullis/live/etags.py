"""What GitHub answered before, by ETag: an answer 304 costs nothing of the rate limit.

Source: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api

The file holds settings and names, as GitHub's REST API shows them to these credentials, and never a
secret's value, which GitHub does not show. Only the user may read it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zlib
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from components.github_access import GitHubAccess

PATIENCE = 5.0
"""Seconds that a run waits for another one that saves."""

_TABLE = """
    CREATE TABLE IF NOT EXISTS answers
    (path TEXT PRIMARY KEY, etag TEXT NOT NULL, content BLOB NOT NULL, following TEXT)
"""


@dataclass(frozen=True)
class Known:
    """An answer of GitHub's."""

    etag: str
    content: Any
    following: str | None
    """The path of the list's next page."""


@dataclass
class Etags:
    """The answers that are kept of one organization, for one set of credentials."""

    file: Path
    _known: dict[str, tuple[str, bytes, str | None]] = field(default_factory=dict, repr=False)
    _new: dict[str, tuple[str, bytes, str | None]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        """Read what is kept. A file that is damaged, or cannot be read, is an empty one."""
        if not self.file.is_file():
            return
        try:
            with closing(sqlite3.connect(self.file)) as kept:
                rows = kept.execute("SELECT path, etag, content, following FROM answers")
                self._known = {row[0]: (row[1], row[2], row[3]) for row in rows}
        except sqlite3.Error as error:
            self._drop(error)

    def _drop(self, error: sqlite3.Error) -> None:
        """Remove a file that is damaged; one that is only in use stays."""
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            with suppress(OSError):
                self.file.unlink()

    def find(self, path: str) -> Known | None:
        """Return GitHub's last answer to ``path``."""
        row = self._known.get(path)
        if row is None:
            return None
        try:
            return Known(row[0], json.loads(zlib.decompress(row[1])), row[2])
        except (zlib.error, ValueError, TypeError):
            return None  # damaged: asked again

    def note(self, path: str, etag: str, content: Any, following: str | None) -> None:  # noqa: ANN401 - any JSON
        """Keep an answer."""
        packed = zlib.compress(json.dumps(content).encode(), level=1)
        with self._lock:
            self._new[path] = self._known[path] = (etag, packed, following)

    def save(self) -> None:
        """Write what is new, so that an aborted run asks for it only once.

        It saves requests only: where the file cannot be written, the run goes on without.
        """
        if not self._new:
            return
        rows = [(path, *row) for path, row in self._new.items()]
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.file, os.O_CREAT | os.O_WRONLY, 0o600)
            os.fchmod(descriptor, 0o600)
            os.close(descriptor)
            with closing(sqlite3.connect(self.file, timeout=PATIENCE)) as kept, kept:
                kept.execute(_TABLE)
                kept.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", rows)
        except OSError:
            return
        except sqlite3.Error as error:
            self._drop(error)
            return
        self._new.clear()


def etags_of(access: GitHubAccess, organization: str, folder: Path | None = None) -> Etags:
    """Return the answers that are kept for an organization.

    Args:
        access: Others may see other answers.
        organization: Its login.
        folder: Where files lie; None: the user's cache.
    """
    who = f"app {access.app.app_id}/{access.app.installation_id}" if access.app else access.token
    text = "\n".join((access.base_url, organization.lower(), who or ""))
    name = hashlib.sha256(text.encode()).hexdigest()[:24]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Etags((folder or cache / "portcullis" / "live") / f"{name}.sqlite")
