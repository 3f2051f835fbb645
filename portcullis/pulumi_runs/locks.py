"""A run that was killed leaves a lock on the state, and may leave half a file beside it.

Only self-managed backends in a folder have such locks: {"pid", "hostname", ...} in a file each.
Pulumi Cloud has leases of its own, which end by themselves.

Source: https://www.pulumi.com/docs/iac/concepts/state-and-backends/
"""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def lift_dead_locks(environment: Mapping[str, str], stack: str) -> int:
    """Remove the stack's locks whose process on this machine has ended; how many they were."""
    dead = [path for path in _locks(environment, stack) if _is_dead(path)]
    for path in dead:
        path.unlink(missing_ok=True)
    return len(dead)


def remove_half_files(environment: Mapping[str, str], stack: str) -> int:
    """Remove the stack's broken `.attrs` files, unless a run holds its lock; how many they were.

    The library below Pulumi's folder backend keeps such a file beside each object and writes it in
    place. A run that is killed there leaves half of one, and then the state cannot be read. Without
    the file it can: it holds nothing that Pulumi needs.
    Source: https://pkg.go.dev/gocloud.dev/blob/fileblob
    """
    if any(_locks(environment, stack)):
        return 0
    broken = [path for path in _below(environment, f"stacks/*/{stack}.json*.attrs") if _torn(path)]
    for path in broken:
        path.unlink(missing_ok=True)
    return len(broken)


def _torn(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return True
    except OSError:
        return False
    return False


def _locks(environment: Mapping[str, str], stack: str) -> Iterator[Path]:
    yield from _below(environment, f"locks/*/*/{stack}/*.json")


def _below(environment: Mapping[str, str], pattern: str) -> Iterator[Path]:
    """Yield the files of a folder backend that match ``pattern``."""
    address = urlsplit(environment.get("PULUMI_BACKEND_URL", ""))
    if address.scheme == "file":
        # `file://~` is the home folder, as for Pulumi
        folder = Path(unquote(address.netloc + address.path)).expanduser()
        yield from folder.joinpath(".pulumi").glob(pattern)


def _is_dead(path: Path) -> bool:
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
        pid, machine = int(lock["pid"]), lock["hostname"]
    except (OSError, ValueError, KeyError, TypeError):
        return False  # not a lock as we know them: let Pulumi say what it thinks of it
    if machine != socket.gethostname() or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Say whether a process has ended without its parent having noticed, as far as is known."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] == "Z"
