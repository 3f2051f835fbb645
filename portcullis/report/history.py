"""Since when a line of the declaration is as it is, by the project's git history."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_PATIENCE_SECONDS = 20
_LINE = re.compile(r"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?")
"""What `git blame --porcelain` writes before each line: commit, and number of the line."""
_TIME = "committer-time "
_NOT_COMMITTED = "0"
"""The digit of which the name of no commit consists."""

_Dates = dict[int, date | None]
"""By the numbers of lines; None: the line is not committed."""


@dataclass(frozen=True)
class History:
    """The git history of a project; without one, no date is known."""

    root: Path
    """The project's folder."""
    _files: dict[str, _Dates] = field(default_factory=dict, repr=False)
    """What was asked before."""

    def of_line(self, file: str, line: int) -> date | None:
        """Return when a line of a file was committed as it is now; None: not known."""
        return self._of(file).get(line)

    def of_files(self, files: Iterable[str]) -> date | None:
        """Return the date of the newest line of files; None where one is not committed."""
        dates = [each for file in files for each in self._of(file).values() or [None]]
        known = [each for each in dates if each]
        return max(known) if known and len(known) == len(dates) else None

    def _of(self, file: str) -> _Dates:
        if file not in self._files:
            self._files[file] = _blamed(self.root, file)
        return self._files[file]


def _blamed(root: Path, file: str) -> _Dates:
    """Return the dates of a file's lines; nothing where git knows none."""
    try:
        said = subprocess.run(  # noqa: S603 - git of the PATH, no shell
            ["git", "-C", str(root), "blame", "--porcelain", "--", file],  # noqa: S607 - the user's own git
            capture_output=True,
            check=True,
            timeout=_PATIENCE_SECONDS,
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.SubprocessError):
        return {}
    commits: dict[int, str] = {}
    times: dict[str, date] = {}
    commit = ""
    for line in said.split("\n"):
        if found := _LINE.fullmatch(line):
            commit = found[1]
            commits[int(found[2])] = commit
        elif line.startswith(_TIME):
            times[commit] = datetime.fromtimestamp(int(line.removeprefix(_TIME)), UTC).date()
    return {
        number: times[each] if each.strip(_NOT_COMMITTED) else None
        for number, each in commits.items()
    }
