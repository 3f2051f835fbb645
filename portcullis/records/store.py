"""The file of a stack's records: one line an entry, and only ever appended to."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portcullis.project import UserError
from portcullis.records.chain import canonical, hash_of, link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from portcullis.project import StackSettings

FOLDER = "PORTCULLIS_RECORDS"
"""The variable with the folder of the records."""


def folder(root: Path, environ: Mapping[str, str]) -> Path:
    """Return the folder of the records: the environment's, or the project's own."""
    given = environ.get(FOLDER)
    return Path(given) if given else root / ".portcullis" / "records"


@dataclass(frozen=True)
class Store:
    """The records of one stack."""

    path: Path
    """Of the file; beside it lie the locks."""

    @classmethod
    def of(cls, settings: StackSettings) -> Store:
        """Return the records of a stack."""
        return cls(folder(settings.root, os.environ) / f"{settings.name}.jsonl")

    def content(self) -> bytes:
        """Return what the file has; nothing if there is none yet.

        Raises:
            UserError: It cannot be read.
        """
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise UserError(
                f"the records cannot be read: {self.path}: {error.strerror}; {FOLDER} names "
                "another folder"
            ) from None

    def append(self, entry: Mapping[str, Any], key: Ed25519PrivateKey | None) -> dict[str, Any]:
        """Append an entry, and return it with its place in the chain.

        It is on the disk when this returns. The rest of an entry that a killed run has not written
        to its end is overwritten: no run went on after it.

        Raises:
            UserError: The file cannot be written, or its last entry was changed.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._alone(), self.path.open("a+b") as file:
                file.seek(0)
                content = file.read()
                whole = content.rfind(b"\n") + 1
                linked = link(entry, self._last(content[:whole]), key)
                file.truncate(whole)
                file.write(canonical(linked).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unwritable(error) from None
        return linked

    def _unwritable(self, error: OSError) -> UserError:
        return UserError(
            f"the record of this run cannot be written: {self.path}: "
            f"{error.strerror}; {FOLDER} names another folder"
        )

    def _last(self, content: bytes) -> dict[str, Any] | None:
        """Return the last entry."""
        lines = content.splitlines()
        if not lines:
            return None
        try:
            entry: dict[str, Any] = json.loads(lines[-1])
            if entry["hash"] == hash_of(entry) and isinstance(entry["number"], int):
                return entry
        except (ValueError, TypeError, KeyError, RecursionError):
            pass
        raise UserError(
            f"the last entry of {self.path} was changed; look at it: portcullis records verify; "
            "then keep the file elsewhere, and a new one is begun"
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process append meanwhile."""
        with self.path.with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def running(self, run: str) -> Iterator[None]:
        """Hold a lock as long as a run goes on: the system releases it if the run is killed.

        Raises:
            UserError: The folder cannot be written.
        """
        path = self._mark(run)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = path.open("wb")
        except OSError as error:
            raise self._unwritable(error) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
            finally:
                path.unlink(missing_ok=True)

    def is_running(self, run: str) -> bool:
        """Say whether a run goes on, on this machine."""
        try:
            with self._mark(run).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        self._mark(run).unlink(missing_ok=True)
        return False

    def _mark(self, run: str) -> Path:
        return self.path.with_name(f"{self.path.stem}.{run}.running")
