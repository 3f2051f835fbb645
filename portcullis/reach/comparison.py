"""Whether fewer people suffice after a change: the numbers before it, and those after it."""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portcullis_policy.release_path.numbers import falls, people
from rich.text import Text

from components.declaration import DeclarationError
from components.declaration.load import FOLDER
from portcullis.check.organization import configured_for, recorded
from portcullis.project import UserError
from portcullis.reach.answers import numbers_of
from portcullis.reach.state import resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portcullis_policy.release_path.numbers import Numbers
    from rich.console import Console

    from portcullis.check.organization import Subject

VARIABLE = "PORTCULLIS_REACH_BEFORE"
"""Tells the policy pack at the engine the numbers of the state, as JSON."""


@dataclass(frozen=True)
class Change:
    """A goal for which another number of people suffices than before."""

    goal: str
    before: int | None
    after: int | None

    @property
    def falls(self) -> bool:
        """Whether fewer suffice."""
        return falls(self.before, self.after)

    def __str__(self) -> str:
        """Return it as one line: `publish riveter/pypi-release: 2 people -> 1 person`."""
        return f"{self.goal}: {people(self.before)} -> {people(self.after)}"


def changes(before: Numbers, after: Numbers) -> tuple[Change, ...]:
    """Return the goals whose number is another; those that fall come first.

    A goal that is new or gone has nothing to be compared with.
    """
    both = [Change(goal, before[goal], after[goal]) for goal in after if goal in before]
    different = (each for each in both if each.before != each.after)
    return tuple(sorted(different, key=lambda each: not each.falls))


def of_state(state: Mapping[str, Any], what: Subject, files: Sequence[Path] = ()) -> Numbers | None:
    """Return the numbers of a stack's last deployment; None if there was none.

    Args:
        state: as it was exported.
        what: the organization, and the stack whose policy configuration counts.
        files: policy config files.

    Raises:
        UserError: with all mistakes in the policy's configuration.
    """
    deployed = resources(state)
    return numbers_of(deployed, configured_for(what, files)) if deployed else None


def of_declaration(what: Subject, files: Sequence[Path] = ()) -> Numbers:
    """Return the numbers of what the organization's file declares.

    Raises:
        DeclarationError: with all mistakes in the declaration.
        UserError: with all mistakes in the policy's configuration.
    """
    return numbers_of(recorded(what)[1], configured_for(what, files))


def of_commit(commit: str, what: Subject, files: Sequence[Path] = ()) -> Numbers | None:
    """Return the numbers of what the file declared at a commit; None if it was not there.

    Raises:
        UserError: there is no such commit, or its file has mistakes.
    """
    with _checked_out(commit, what.root) as root:
        before = replace(what, root=root)
        folder = root / FOLDER
        if not any((folder / f"{what.name}{end}").exists() for end in ("", ".yaml", ".yml")):
            return None
        try:
            return of_declaration(before, files)
        except DeclarationError as error:
            raise UserError(
                f"--since {commit}: the file of {what.name} has mistakes there, so nothing can be "
                f"compared; compare with a commit whose file is right:\n{error}"
            ) from None


@contextmanager
def _checked_out(commit: str, root: Path) -> Iterator[Path]:
    """Write the project's files at a commit into a folder of their own.

    Raises:
        UserError: there is no such commit, or no git.
    """
    command = ["git", "-C", str(root), "archive", "--format=tar", "--end-of-options", commit]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - git of the PATH, no shell
    except OSError as error:
        raise UserError(f"--since {commit}: git cannot be run: {error.strerror}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise UserError(
            f"--since {commit}: {said}; allowed: a branch, tag or commit of this clone, "
            "such as origin/main"
        )
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder)


def for_the_pack(before: Numbers) -> dict[str, str]:
    """Return the variable that tells the policy pack at the engine what there was before."""
    return {VARIABLE: json.dumps(before)}


def show(console: Console, found: Sequence[Change]) -> None:
    """Show each changed number in a line, those that fall first."""
    for each in found:
        console.print(Text(f"{'reach':<10} {each}"))
