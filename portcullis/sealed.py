"""Files that are kept with a digest: a lockdown's record, an incident's.

A file that was changed by hand is refused, and a run that is killed leaves the old file or the new
one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Content = TypeVar("Content", bound=BaseModel)


@contextmanager
def alone(path: Path, what: str) -> Iterator[None]:
    """Let one run at a time work on a file; the lock ends with the process.

    Args:
        path: The file, which need not exist.
        what: What a run is called, such as `lockdown`.

    Raises:
        UserError: Another run works on it, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = path.with_suffix(".lock").open("w")
    except OSError as error:
        raise UserError(f"{path.parent} cannot be written ({error.strerror})") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(f"another {what} works on {path}: wait until it has ended") from None
        yield


def load(path: Path, kind: type[Content], without: str) -> Content | None:
    """Return what is in a file; None if there is none.

    Args:
        path: The file.
        kind: Its model.
        without: What to do without it, for people.

    Raises:
        UserError: It was changed, or is none.
    """
    if not path.is_file():
        return None
    broken = f"{path} is not the record that Portcullis wrote: restore it from a copy; {without}"
    try:
        sealed = json.loads(path.read_text(encoding="utf-8"))
        if sealed["digest"] != _digest(sealed["record"]):
            raise UserError(broken)
        return kind.model_validate(sealed["record"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, ValidationError):
        raise UserError(broken) from None


def save(path: Path, record: BaseModel) -> None:
    """Write a record.

    Raises:
        UserError: It cannot be written.
    """
    content = record.model_dump(mode="json")
    text = json.dumps({"digest": _digest(content), "record": content}, indent=1)
    new = path.with_suffix(".new")
    try:
        with open(new, "w", encoding="utf-8", opener=_private) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
