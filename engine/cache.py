"""The engine's folder in the user's cache: complete folders only, one writer at a time."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

UNFINISHED = ".unfinished-"


def cache_folder(environ: Mapping[str, str], system: str = sys.platform) -> Path:
    """Return where the engine is kept: `$XDG_CACHE_HOME`, or the system's folder for caches."""
    home = Path(environ.get("HOME") or Path.home())
    if environ.get("XDG_CACHE_HOME"):
        base = Path(environ["XDG_CACHE_HOME"])
    elif system == "darwin":
        base = home / "Library" / "Caches"
    elif system == "win32":
        base = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        base = home / ".cache"
    return base / "portcullis" / "engine"


@contextlib.contextmanager
def locked(cache: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Lock `cache` for this process; the lock ends with it, however it ends.

    The lock is the operating system's, so none is left behind by a process that was killed.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("a") as lock:
        if not _try_lock(lock.fileno()):
            report("another run is installing the engine: waiting for it")
            _wait_lock(lock.fileno())
        for left in cache.glob(f"{UNFINISHED}*"):  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        yield


@contextlib.contextmanager
def filling(target: Path) -> Iterator[Path]:
    """Give a folder to fill; it becomes `target` at once when the block ends without error.

    `target` therefore never exists half made, whatever interrupts the block.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=target.parent))
    try:
        yield folder
        folder.chmod(0o755)
        folder.rename(target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait_lock(file: int) -> None:
        while True:
            with contextlib.suppress(OSError):  # it gives up after ten seconds
                msvcrt.locking(file, msvcrt.LK_LOCK, 1)
                return

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait_lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


def link_or_copy(source: Path, target: Path) -> None:
    """Put `source` at `target` too, without using its space again where the disk can do that."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
