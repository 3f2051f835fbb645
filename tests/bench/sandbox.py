"""Measure the sandbox: how soon it listens, what a large organization costs, how fast lists are."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rich.table import Table

from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from rich.console import Console

REPOSITORIES = 1000
STARTS = 5
SECONDS = 5.0
"""How long lists are read."""
PER_PAGE = 100
# the targets of issue 4
START_TARGET, MEMORY_TARGET, RATE_TARGET = 1.5, 400, 300


@dataclass(frozen=True)
class Figures:
    """What was measured: seconds, megabytes, requests a second on one core."""

    start: float
    memory: float
    rate: float


def _seed() -> dict[str, Any]:
    names = [f"repository-{number}" for number in range(REPOSITORIES)]
    files = {"README.md": "# large\n"}
    return {
        "organizations": [
            {
                "login": "large",
                "plan": "enterprise",
                "owners": ["owner"],
                "repositories": {name: {"files": files} for name in names},
            }
        ]
    }


def _start() -> float:
    """Return the least seconds of some starts until it listens."""
    times = []
    for _ in range(STARTS):
        begun = time.monotonic()
        with Sandbox(judged=False):
            times.append(time.monotonic() - begun)
    return min(times)


def _memory(process: int) -> float:
    """Return the megabytes that a process holds in memory."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    held = next(line for line in lines if line.startswith("VmRSS:"))
    return int(held.split()[1]) / 1024


def _cpu(process: int) -> float:
    """Return the CPU seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def measure() -> Figures:
    """Start it, fill it, read its lists."""
    start = _start()
    with Sandbox(judged=False) as sandbox:
        world = sandbox.world("large", _seed())
        memory = _memory(sandbox.process.pid)
        address = urlsplit(world.rest_url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port)
        headers = {"Authorization": f"Bearer {world.token}"}
        count, begun, before = 0, time.monotonic(), _cpu(sandbox.process.pid)
        while time.monotonic() - begun < SECONDS:
            page = count % (REPOSITORIES // PER_PAGE) + 1
            path = f"{address.path}/orgs/large/repos?per_page={PER_PAGE}&page={page}"
            connection.request("GET", path, headers=headers)
            assert len(connection.getresponse().read()) > PER_PAGE * 1000
            count += 1
        rate = count / (_cpu(sandbox.process.pid) - before)
        connection.close()
    return Figures(start, memory, rate)


def show(console: Console) -> None:
    """Print the figures beside their targets."""
    found = measure()
    table = Table(title=f"sandbox, {REPOSITORIES} repositories")
    for head in ("figure", "measured", "target"):
        table.add_column(head)
    table.add_row("start", f"{found.start:.2f} s", f"under {START_TARGET} s")
    table.add_row("memory", f"{found.memory:.0f} MB", f"under {MEMORY_TARGET} MB")
    pages = f"list pages of {PER_PAGE}, a second of one core"
    table.add_row(pages, f"{found.rate:.0f}", f"at least {RATE_TARGET}")
    console.print(table)
