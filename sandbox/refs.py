"""Branches and tags move: the one door through which every push, file change, merge and tag goes.

What moves a ref is checked against the protections that hold for it, then done, then told to
whoever starts workflow runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox import enforcement, git, runs

if TYPE_CHECKING:
    from sandbox.http import Call
    from sandbox.records import Record


@dataclass(frozen=True, slots=True)
class Update:
    """A ref that somebody wants to move.

    Attributes:
        repository: The repository.
        ref: The ref's full name, such as `refs/heads/main`.
        before: The commit that it points to; None when it is to be created.
        after: The commit that it shall point to; None when it is to be deleted.
        pull: The pull request whose merge moves it; None for a push.
        method: How the pull request is merged: `merge`, `squash` or `rebase`.
    """

    repository: Record
    ref: str
    before: str | None
    after: str | None
    pull: Record | None = None
    method: str = "merge"


def move(
    call: Call, ref: str, after: str, *, pull: Record | None = None, method: str = "merge"
) -> Record:
    """Create a ref of the path's repository, or move it; return it.

    Raises:
        GitHubError: A protection forbids it.
    """
    found = git.find_ref(call.world, call.repository, ref)
    before = None if found is None else str(found["sha"])
    update = Update(call.repository, ref, before, after, pull, method)
    enforcement.check(call, update)
    moved = git.set_ref(call.world, call.repository, ref, after)
    runs.moved(call, update)
    return moved


def delete(call: Call, ref: Record) -> None:
    """Delete a ref of the path's repository.

    Raises:
        GitHubError: A protection forbids it.
    """
    update = Update(call.repository, ref.name, str(ref["sha"]), None)
    enforcement.check(call, update)
    call.world.remove(ref)
    runs.moved(call, update)
