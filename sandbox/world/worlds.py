"""The whole sandbox: its worlds, and where they are kept."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from sandbox.api.journal import Journal
from sandbox.world.store import Store
from sandbox.world.world import World

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Sandbox:
    """All worlds of one server."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the worlds kept in `folder`; None keeps everything in memory.

        Raises:
            ValueError: The folder's database is of another version.
            OSError: The folder cannot be used.
        """
        self._store = None if folder is None else Store(folder)
        self.master_key = (
            secrets.token_bytes(32) if self._store is None else self._store.master_key()
        )
        self.worlds: dict[str, World] = {}
        if self._store is not None:
            for name, meta, records in self._store.worlds():
                self._add(name).restore(meta, records)

    def create(self, name: str) -> World:
        """Make an empty world.

        Raises:
            ValueError: The name is taken, or none that can stand in a path.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} cannot name a world; allowed: up to 64 letters, digits, '-', '_', '.', "
                "beginning with a letter or digit"
            )
        if name in self.worlds:
            raise ValueError(f"there is a world {name!r} already")
        return self._add(name)

    def delete(self, name: str) -> None:
        """Forget a world with its journal.

        Raises:
            KeyError: There is none of that name.
        """
        del self.worlds[name]
        if self._store is not None:
            self._store.delete(name)
            for path in self._journals().glob(f"{name}.jsonl*"):
                path.unlink()

    def close(self) -> None:
        """Close the database."""
        if self._store is not None:
            self._store.close()

    def _add(self, name: str) -> World:
        path = None if self._store is None else self._journals() / f"{name}.jsonl"
        world = World(name, Journal(path), self._store, self.master_key)
        self.worlds[name] = world
        return world

    def _journals(self) -> Path:
        if self._store is None:
            raise AssertionError("only a sandbox with a folder keeps journals")
        folder = self._store.folder / "journal"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder
