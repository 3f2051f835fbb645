"""Worlds on disk: SQLite in WAL mode, one transaction a request.

A transaction is handed to the operating system before its request is answered, so `kill -9` loses
at most the request that was being served. (A power cut may lose more: this is a sandbox.)
The master key of the sealed boxes lies in a file beside the database, so that the database alone
holds nothing but ciphertext.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from typing import TYPE_CHECKING, Any

from sandbox.world.records import AnyRecord, Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS worlds (name TEXT PRIMARY KEY, meta TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    world TEXT NOT NULL, id INTEGER NOT NULL, kind TEXT NOT NULL, parent INTEGER NOT NULL,
    name TEXT NOT NULL, data TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (world, id)) WITHOUT ROWID;
"""
_VERSION = 1
_KEY_BYTES = 32


class Store:
    """The database of all worlds in a state folder."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, or make it.

        Raises:
            ValueError: The database was written by another version of the sandbox.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.path = folder / "sandbox.sqlite"
        self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise ValueError(
                f"{self.path} has format {version}; this sandbox reads {_VERSION}: "
                "give another --state folder, or delete this one"
            )
        self._db.executescript(_SCHEMA)
        self._db.execute(f"PRAGMA user_version={_VERSION}")
        self.path.chmod(0o600)

    def master_key(self) -> bytes:
        """Return the 32 bytes that the sealed-box keys derive from; made at the first call.

        Raises:
            ValueError: The file holds something else.
        """
        path = self.folder / "master.key"
        if not path.exists():
            # whole or not at all: a process may be killed here
            partial = path.with_name(f"{path.name}.{os.getpid()}")
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
            partial.replace(path)
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise ValueError(
                f"{path} is no key of {_KEY_BYTES} bytes: give another --state folder, or delete "
                "this one"
            )
        return key

    def worlds(self) -> list[tuple[str, dict[str, Any], list[AnyRecord]]]:
        """Return all saved worlds: name, meta, records."""
        return [
            (name, json.loads(meta), self._records(name))
            for name, meta in self._db.execute("SELECT name, meta FROM worlds ORDER BY name")
        ]

    def save(
        self, world: str, meta: Mapping[str, Any], changes: Sequence[tuple[int, AnyRecord | None]]
    ) -> None:
        """Save one transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute("INSERT OR REPLACE INTO worlds VALUES (?, ?)", (world, _dump(meta)))
            for ident, record in changes:
                if record is None:
                    self._db.execute("DELETE FROM records WHERE world=? AND id=?", (world, ident))
                else:
                    self._db.execute(
                        "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            world,
                            ident,
                            record.kind,
                            record.parent,
                            record.name,
                            _dump(record.data),
                            record.created_at,
                            record.updated_at,
                        ),
                    )
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def delete(self, world: str) -> None:
        """Forget a world."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("DELETE FROM records WHERE world=?", (world,))
        self._db.execute("DELETE FROM worlds WHERE name=?", (world,))
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def _records(self, world: str) -> list[AnyRecord]:
        rows = self._db.execute(
            "SELECT id, kind, parent, name, data, created_at, updated_at FROM records "
            "WHERE world=? ORDER BY id",
            (world,),
        )
        return [Record(r[0], r[1], r[2], r[3], json.loads(r[4]), r[5], r[6]) for r in rows]


def _dump(data: Mapping[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"))
