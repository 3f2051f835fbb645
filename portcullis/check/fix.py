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

from portcullis_policy.rules.branches_and_tags.branches import APPROVALS

from components.declaration.load import FOLDER
from portcullis.check.edit import Value, edited
from portcullis.check.organization import check, configured_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.declaration.yaml_file import Segments
    from portcullis.check.findings import Finding
    from portcullis.check.organization import Subject

_NEW = "enabled_for_new_repositories"

SAFE: Mapping[str, Mapping[str, Value]] = {
    "OR001": {"default_repository_permission": "none"},
    "OR002": {
        "members_can_create_public_repositories": False,
    },
    "OR003": {"members_can_fork_private_repositories": False},
    "OR004": {
        f"dependency_graph_{_NEW}": True,
        f"dependabot_alerts_{_NEW}": True,
        f"dependabot_security_updates_{_NEW}": True,
    },
    "OR005": {
        f"secret_scanning_{_NEW}": True,
        f"secret_scanning_push_protection_{_NEW}": True,
    },
    "OR006": {"web_commit_signoff_required": True},
    "AC001": {"default_workflow_permissions": "read"},
    "AC002": {"can_approve_pull_request_reviews": False},
    "AC004": {"sha_pinning_required": True},
    "RE001": {"vulnerability_alerts": True},
    "RE002": {"dependabot_security_updates": True},
    "RE003": {"secret_scanning": True, "secret_scanning_push_protection": True},
    "BR002": {"allow_force_pushes": False},
    "BR003": {"allow_deletions": False},
    "BR005": {"approvals": 2},  # or what is configured: see _value
    "BR006": {"dismiss_stale_reviews": True},
    "BR007": {"require_last_push_approval": True},
    "BR008": {"require_code_owner_review": True},
    "BR010": {"strict_checks": True},
    "BR011": {"require_conversation_resolution": True},
    "BR012": {"require_signatures": True},
    "BR013": {"require_linear_history": True},
    "RS001": {"mode": "pull_request"},
    "RS003": {"enforcement": "active"},
    "EN002": {"prevent_self_review": True},
    "EN003": {"can_admins_bypass": False},
    "SE002": {"visible_to": "private"},
}
"""By rule, the fields that may be set, and to what."""

_ROUNDS = 5
"""A change can bring to light what it hid; more rounds than this would go in a circle."""


def mended(what: Subject, policy_files: Sequence[Path] = ()) -> dict[str, tuple[str, str]]:
    """Return the files that change, relative to the project's folder: the text now, and then.

    Nothing is written. The files are changed in a copy, which is checked again.

    Args:
        what: the organization.
        policy_files: policy config files.

    Raises:
        DeclarationError: with all mistakes in the declaration.
        UserError: with all mistakes in the policy's configuration.
    """
    minimum = configured_for(what, policy_files).parameters.get("BR005", {}).get(APPROVALS.name)
    texts: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="portcullis-") as folder:
        copy = replace(what, root=_copied(what.root, Path(folder)))
        for _ in range(_ROUNDS):
            before = dict(texts)
            _, findings = check(copy, policy_files)
            for file, changes in _changes(findings, minimum).items():
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
    """Write what `mended` returned."""
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


def _changes(findings: Sequence[Finding], minimum: object) -> dict[str, dict[Segments, Value]]:
    """Return the new values that remedy findings, by file and path in the file."""
    changes: defaultdict[str, dict[Segments, Value]] = defaultdict(dict)
    for finding in findings:
        path = finding.path
        if finding.rule.id == "RS001" and path and isinstance(path[-1], int):
            path = (*path, "mode")
        value = SAFE.get(finding.rule.id, {}).get(str(path[-1])) if path else None
        if finding.file is None or value is None:
            continue
        if finding.rule.id == "BR005" and isinstance(minimum, int | float):
            value = max(int(minimum), int(value))
        changes[finding.file][_inside(finding.file, path)] = value
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
