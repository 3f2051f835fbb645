"""`portcullis check --fix`: where one field of the YAML is the whole remedy, it is set.

Only values that are written are changed: a field that is left out has the secure value already.
Whatever takes a decision (who reviews, which tags, which actions) is left to people.
"""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from components.declaration.load import FOLDER
from portcullis.check.edit import edited
from portcullis.check.organization import check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portcullis_policy.diagnostic import Diagnostic

    from components.declaration.yaml_file import Segments
    from portcullis.check.edit import Value
    from portcullis.check.organization import Subject

_ROUNDS = 5
"""A change can bring to light what it hid; more rounds than this would go in a circle."""


def fixed_files(what: Subject, policy_files: Sequence[Path] = ()) -> dict[str, tuple[str, str]]:
    """Return the files that change, relative to the project's folder: the text now, and then.

    Nothing is written. The files are changed in a copy, which is checked again.

    Args:
        what: the organization.
        policy_files: policy config files.

    Raises:
        DeclarationError: with all mistakes in the declaration.
        UserError: with all mistakes in the policy's configuration.
    """
    texts: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="portcullis-") as folder:
        copy = replace(what, root=_copied(what.root, Path(folder)))
        for _ in range(_ROUNDS):
            before = dict(texts)
            _, findings = check(copy, policy_files)
            for file, changes in _changes(findings).items():
                path = copy.root / file
                texts[file] = edited(_read(path), changes)
                _write(path, texts[file])
            if texts == before:
                break
        check(copy, policy_files)  # what is not understood is not written
    return {
        file: (now, text)
        for file, text in sorted(texts.items())
        if (now := _read(what.root / file)) != text
    }


def write(root: Path, files: Mapping[str, tuple[str, str]]) -> None:
    """Write what `fixed_files` returned."""
    for file, (_, text) in files.items():
        _write(root / file, text)


def difference(files: Mapping[str, tuple[str, str]]) -> str:
    """Return what changes as a unified diff of the changed lines alone."""
    return "".join(
        line if line.endswith("\n") else f"{line}\n"
        for file, (now, then) in files.items()
        for line in difflib.unified_diff(
            now.splitlines(keepends=True),
            then.splitlines(keepends=True),
            f"a/{file}",
            f"b/{file}",
            n=0,
        )
    )


def _changes(findings: Sequence[Diagnostic]) -> dict[str, dict[Segments, Value]]:
    """Return the new values that remedy findings, by file and path in the file."""
    changes: defaultdict[str, dict[Segments, Value]] = defaultdict(dict)
    for finding in findings:
        file = finding.location.file
        if file is not None and finding.yaml_fix is not None:
            path, value = finding.yaml_fix
            changes[file][_inside(file, path)] = value
    return changes


def _inside(file: str, path: Segments) -> Segments:
    """Return a path in the organization as one in the file: repositories can have their own."""
    own = Path(file).parent.name == "repositories" and path[:2] == ("repositories", Path(file).stem)
    return path[2:] if own else path


def _copied(root: Path, folder: Path) -> Path:
    """Return a project of the same files, whose declarations are copies."""
    for entry in root.iterdir():
        if entry.name != FOLDER:
            (folder / entry.name).symlink_to(entry)
    shutil.copytree(root / FOLDER, folder / FOLDER)
    return folder


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))
