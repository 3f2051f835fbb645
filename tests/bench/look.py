"""Look once at the organization of `crowd`, in a process of its own.

`python -m tests.bench.look ADDRESS FOLDER [compare | report]` prints what was asked, as JSON. The
token is read from `GITHUB_TOKEN`. Without `compare`, the organization is only read; with `report`,
the seconds are printed that the page of the report takes after everything was read.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from components.declaration import load
from components.github_access import GitHubAccess
from portcullis.check.organization import Subject
from portcullis.drift.look import look
from portcullis.drift.report import report
from portcullis.drift.run import Compared
from portcullis.drift.seen import Seen
from portcullis.live import reader
from portcullis.live.asking import Asking
from portcullis.live.etags import etags_of
from portcullis.project import StackSettings
from portcullis.report.facts import facts
from portcullis.report.known import of_compared
from portcullis.report.output import page
from tests.bench.crowd import ORGANIZATION, STACK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portcullis.live.asking import Usage


def _read(access: GitHubAccess) -> tuple[Usage, int | None]:
    with Asking(access, etags_of(access, ORGANIZATION)) as asking:
        live = reader.read(asking, ORGANIZATION)
    assert not live.gaps, live.gaps[:3]
    return asking.usage, None


def _compare(access: GitHubAccess, folder: Path) -> tuple[Usage, int]:
    settings = StackSettings(STACK, folder)
    declaration = load(STACK, folder)
    looked = look(access, settings, declaration, Console(file=io.StringIO()), state={})
    found = report(looked, looked.drift, settings, declaration, Seen())
    return looked.usage, len(found.items)


def _report(access: GitHubAccess, folder: Path) -> tuple[Usage, float]:
    settings = StackSettings(STACK, folder)
    declaration = load(STACK, folder)
    looked = look(access, settings, declaration, Console(file=io.StringIO()), state={})
    begun = time.monotonic()
    found = report(looked, looked.drift, settings, declaration, Seen())
    what = Subject(folder, STACK, settings)
    known = of_compared(Compared(declaration, {}, looked, found, access), what, [])
    assert page.text(facts(known)).count('class="package') == -(-len(looked.live.repositories) // 4)
    return looked.usage, time.monotonic() - begun


def main(address: str, folder: str, *what: str) -> None:
    """Look, and print the figures."""
    gc.set_threshold(100_000)  # as the command line has it
    access = GitHubAccess(address, token=os.environ["GITHUB_TOKEN"])
    usage, result = _read(access) if not what else _ASKED[what[0]](access, Path(folder))
    figures = {
        "graphql": usage.graphql,
        "rest": usage.rest,
        "not_modified": usage.not_modified,
        "seconds" if "report" in what else "items": result,
    }
    sys.stdout.write(json.dumps(figures))


_ASKED: Mapping[str, Callable[[GitHubAccess, Path], tuple[Usage, float]]] = {
    "compare": _compare,
    "report": _report,
}


if __name__ == "__main__":
    main(*sys.argv[1:])
