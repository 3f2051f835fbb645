"""Standard files: the lines that somebody took out of files that people wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.files.committing import PROPOSALS
from portcullis.files import added
from portcullis.files.live import Place
from portcullis.live import files
from portcullis.live.asking import Unread
from portcullis.live.compare import Declared, Drift
from portcullis.live.resource import Gap, LiveResource
from portcullis.project import UserError

if TYPE_CHECKING:
    from components.organization import ResolvedOrganization
    from portcullis.files.added import Change, Commit
    from portcullis.live.asking import Asking
    from portcullis.live.resource import Live

_KIND = "RepositoryFile"


def lacking(asking: Asking, live: Live, resolved: ResolvedOrganization) -> list[Drift]:
    """Return the standard files that lack something, and that no pull request proposes."""
    if not any(each.added_files for each in resolved.repositories.values()):
        return []
    try:
        commits = added.commits(asking.client, resolved, {})
    except UserError as error:
        live.gaps.append(Gap("standard files", (_KIND,), None, Unread(0, reason=str(error))))
        return []
    found = [
        (commit, change)
        for commit in commits
        if not commit.is_empty and commit.head and commit.declared
        for change in commit.changes
        if change.path in commit.declared.added_files
    ]
    waiting = {
        Place(commit.repository, change.path, PROPOSALS): change
        for commit, change in found
        if commit.by_pull_request
    }
    texts = files.texts(asking, live, waiting)
    proposed = [change for place, change in waiting.items() if texts.get(place) == change.new]
    return [_drift(commit, change) for commit, change in found if change not in proposed]


def _drift(commit: Commit, change: Change) -> Drift:
    where: dict[str, Any] = {"repository": commit.repository, "file": change.path}
    name = f"{commit.repository}/{change.path}"
    wanted = Declared(_KIND, name, "", {**where, "content": change.new})
    if change.old is None:
        return Drift("missing", _KIND, name, wanted)
    there = LiveResource(_KIND, name, name, {**where, "content": change.old})
    return Drift("changed", _KIND, name, wanted, there, ("content",))
