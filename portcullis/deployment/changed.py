"""The stacks on GitHub that a change may touch."""

from __future__ import annotations

import re
import subprocess
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from portcullis.project import StackSettings, UserError, stack_names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""The names of stacks, as Pulumi allows them; a workflow file passes them on."""

_NO_COMMIT = "0" * 40
"""What GitHub gives as the commit before a branch's first push."""

_DECLARATIONS = "orgs"
_OF_NO_STACK = ("README.md", "LICENSE", ".gitignore", "docs", ".github")
"""Files and folders that no preview reads."""


def stacks(root: Path) -> list[StackSettings]:
    """Return the stacks that are organizations on GitHub: all but those that practise.

    Raises:
        UserError: A name or a file of a stack cannot be used; with all of them.
    """
    found = []
    mistakes = []
    for name in stack_names(root):
        settings = StackSettings(name, root)
        try:
            if settings.practises:
                continue
            if not (_NAME.fullmatch(name) and _NAME.fullmatch(settings.organization)):
                mistakes.append(
                    f"Pulumi.{name}.yaml: allowed: letters, digits, `.`, `-` and `_`, at most 100, "
                    "as the stack's name and as portcullis:organization"
                )
            found.append(settings)
        except UserError as error:
            mistakes.append(str(error))
    if mistakes:
        raise UserError("\n".join(mistakes))
    return found


def changed_stacks(root: Path, since: str) -> list[StackSettings]:
    """Return the stacks that may be another since a commit.

    A file that belongs to no stack alone, such as the pinned packages, touches all.

    Args:
        root: The project's folder.
        since: The commit; where it is on another branch, their common ancestor counts.

    Raises:
        UserError: There is no such commit, or a stack cannot be used.
    """
    every = stacks(root)
    if since == _NO_COMMIT:
        return every
    paths = _changed(root, since)
    return [each for each in every if any(_touches(path, each) for path in paths)]


def _touches(path: PurePosixPath, stack: StackSettings) -> bool:
    """Say whether a stack may be another if a file is."""
    first = path.parts[0]
    if first in _OF_NO_STACK:
        return False
    if first == _DECLARATIONS and len(path.parts) > 1:
        return path.parts[1] in _declarations(stack.organization)
    if re.fullmatch(r"Pulumi\..+\.yaml", str(path)):
        return str(path) == f"Pulumi.{stack.name}.yaml"
    return True


def _declarations(organization: str) -> Iterable[str]:
    return organization, f"{organization}.yaml", f"{organization}.yml"


def _changed(root: Path, since: str) -> list[PurePosixPath]:
    """Return the files below the project's folder that differ; a renamed one by both names."""
    command = ["git", "-C", str(root), "diff", "--name-only", "--no-renames", "--relative", "-z"]
    command += ["--end-of-options", f"{since}...HEAD", "--"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - git of the PATH, no shell
    except OSError as error:
        raise UserError(f"git cannot be run: {error.strerror}") from None
    if done.returncode:
        raise UserError(
            f"--since {since}: git cannot compare with this commit; allowed: a commit of this "
            "repository (in a workflow, check out with fetch-depth: 0)"
        )
    return [
        PurePosixPath(each) for each in done.stdout.decode(errors="replace").split("\0") if each
    ]
