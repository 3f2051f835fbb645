"""Look once at the organization of `crowd`, in a process of its own.

`python -m tests.bench.look ADDRESS FOLDER [compare]` prints what was asked, as JSON. The token is
read from `GITHUB_TOKEN`. Without `compare`, the organization is only read.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from components.declaration import load
from components.github_access import GitHubAccess
from portcullis.drift.look import look
from portcullis.drift.report import report
from portcullis.drift.seen import Seen
from portcullis.live import reader
from portcullis.live.asking import Asking
from portcullis.live.etags import etags_of
from portcullis.project import StackSettings
from tests.bench.crowd import ORGANIZATION, STACK

if TYPE_CHECKING:
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


def main(address: str, folder: str, *what: str) -> None:
    """Look, and print the figures."""
    gc.set_threshold(100_000)  # as the command line has it
    access = GitHubAccess(address, token=os.environ["GITHUB_TOKEN"])
    usage, items = _compare(access, Path(folder)) if "compare" in what else _read(access)
    figures = {
        "graphql": usage.graphql,
        "rest": usage.rest,
        "not_modified": usage.not_modified,
        "items": items,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
