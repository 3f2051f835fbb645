"""Measure the look at a live organization: a crawl, the next one, the comparison, and peers.

`python -m tests.bench.live [COUNT ...]` measures this alone; 200 repositories by default.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from tests.bench import terraform
from tests.bench.crowd import ORGANIZATION, STACK, crowd, declaration, names
from tests.fidelity.clients import otterdog
from tests.support.project import ROOT
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.sandbox import World

REPOSITORIES = 200
REQUESTS_TARGET, COUNTED_TARGET, SECONDS_TARGET, MEMORY_TARGET = 8, 0.1, 60, 300
REPORT_TARGET = 10
"""Seconds of the report, after everything was read."""
_REPORT = "report"


@dataclass(frozen=True)
class Run:
    """A program that ended: its seconds, its megabytes, and what it printed."""

    wall: float
    cpu: float
    memory: float
    said: str


@dataclass(frozen=True)
class Figures:
    """What a step cost, with its requests by kind."""

    run: Run
    graphql: int
    rest: int
    not_modified: int
    items: int | None = None
    """Of the drift, where it is compared; one is the owner, whom nobody declares."""
    seconds: float | None = None
    """Of the report, after everything was read."""

    @property
    def sent(self) -> int:
        """All requests."""
        return self.graphql + self.rest


def _environment(world: World, cache: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'policy'}",
        "GITHUB_TOKEN": world.token,
        "GITHUB_BASE_URL": world.base_url,
        "XDG_CACHE_HOME": str(cache),
    }


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Run:
    """Run a program, which has to succeed."""
    begun = time.monotonic()
    with (folder / "output").open("w+b") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        output.seek(0)
        said = output.read().decode()
    cpu = used.ru_utime + used.ru_stime
    return Run(time.monotonic() - begun, cpu, used.ru_maxrss / 1024, said)


def _look(world: World, folder: Path, *what: str) -> Figures:
    command = [sys.executable, "-m", "tests.bench.look", world.base_url, str(folder), *what]
    run = _run(command, folder, _environment(world, folder / "cache"))
    return Figures(run, **json.loads(run.said))


def _import(world: World, home: Path) -> Figures:
    """Write the organization as YAML, without answers that were kept."""
    for part in ("Pulumi.yaml", "__main__.py", "workflows"):
        (home / part).symlink_to(ROOT / part)
    command = [sys.executable, "-m", "portcullis", "import", ORGANIZATION]
    return _other(world, home, command, _environment(world, home / "cache"))


def _otterdog(world: World, home: Path) -> Figures:
    """Import the organization with otterdog."""
    return _other(world, home, *otterdog.importing(world, home, ORGANIZATION))


def _terraform(world: World, home: Path, count: int) -> Figures:
    """Plan with Terraform, whose state has the organization; nothing differs."""
    return _other(world, home, *terraform.terraform(world, home, count))


def _other(
    world: World, home: Path, command: Sequence[str], environment: Mapping[str, str]
) -> Figures:
    """Run a program that does not count its requests: the sandbox does."""
    world.clear_journal()
    run = _run(command, home, environment)
    counts: Mapping[str, int] = world.control("GET", "journal/counts")
    graphql = counts.get("POST /graphql", 0)
    return Figures(run, graphql, sum(counts.values()) - graphql, 0)


def measure(sandbox: Sandbox, folder: Path, count: int) -> dict[str, Figures]:
    """Return what each step costs on an organization of ``count`` repositories."""
    world = crowd(sandbox, count)
    (folder / "orgs").mkdir()
    (folder / f"orgs/{STACK}.yaml").write_text(declaration(count), encoding="utf-8")
    (folder / f"Pulumi.{STACK}.yaml").write_text(
        f"config: {{portcullis:organization: {STACK}}}\n", encoding="utf-8"
    )
    homes = {name: folder / name for name in ("import", "otterdog", "terraform")}
    for home in homes.values():
        home.mkdir()
    looks = {
        "first crawl": _look(world, folder),
        "second crawl": _look(world, folder),
        "drift of an unchanged organization": _look(world, folder, "compare"),
    }
    changed = f"/repos/{ORGANIZATION}/{names(count)[-1]}"
    world.request("PATCH", changed, {"has_wiki": True})
    looks["drift of one changed repository"] = _look(world, folder, "compare")
    looks[_REPORT] = _look(world, folder, "report")
    world.request("PATCH", changed, {"has_wiki": False})
    return {
        **looks,
        "import": _import(world, homes["import"]),
        f"otterdog {otterdog.VERSION}, import": _otterdog(world, homes["otterdog"]),
        f"{terraform.name()}, plan": _terraform(world, homes["terraform"], count),
    }


def show(console: Console, counts: Sequence[int] = (REPOSITORIES,)) -> None:
    """Print the figures, and the targets that were missed."""
    with Sandbox(judged=False) as sandbox:
        for count in counts:
            with tempfile.TemporaryDirectory() as folder:
                found = measure(sandbox, Path(folder), count)
            console.print(_table(found, count))
            console.print(f"report: {found[_REPORT].seconds:.1f} s after everything was read")
            for line in _missed(found, count):
                console.print(f"missed: {line}")


def _table(found: Mapping[str, Figures], count: int) -> Table:
    table = Table(title=f"live organization, {count} repositories; requests a repository")
    heads = ("", "s", "CPU s", "MB", "GraphQL", "REST", "of which 304", "counted", "drift")
    for head in heads:
        table.add_column(head, justify="left" if not head else "right")
    for step, each in found.items():
        requests = (each.graphql, each.rest, each.not_modified, each.sent - each.not_modified)
        table.add_row(
            step,
            f"{each.run.wall:.1f}",
            f"{each.run.cpu:.1f}",
            f"{each.run.memory:.0f}",
            *(f"{number / count:.2f}" for number in requests),
            "" if each.items is None else str(each.items),
        )
    return table


def _missed(found: Mapping[str, Figures], count: int) -> list[str]:
    first, _, drift, _, _, imported, *_ = found.values()
    checks = {
        f"crawl and import send at most {REQUESTS_TARGET} requests a repository": (
            max(first.sent, imported.sent) / count <= REQUESTS_TARGET
        ),
        f"drift counts at most {COUNTED_TARGET} requests a repository": (
            (drift.sent - drift.not_modified) / count <= COUNTED_TARGET
        ),
        f"each takes at most {SECONDS_TARGET} s": (
            max(each.run.wall for each in (first, drift, imported)) <= SECONDS_TARGET
        ),
        f"the report takes at most {REPORT_TARGET} s after everything was read": (
            (found[_REPORT].seconds or 0) <= REPORT_TARGET
        ),
        f"drift takes at most {MEMORY_TARGET} MB": drift.run.memory <= MEMORY_TARGET,
    }
    return [text for text, reached in checks.items() if not reached]


if __name__ == "__main__":
    show(Console(width=120), [int(each) for each in sys.argv[1:]] or (REPOSITORIES,))
