"""The move of a ref that somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world.kinds.code import Pull
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record


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
        status: What a refusal is answered with: 422 for refs, 409 for files and merges of
            branches, 405 for pull requests.
    """

    repository: Record[Repository]
    ref: str
    before: str | None
    after: str | None
    pull: Record[Pull] | None = None
    method: str = "merge"
    status: int = 422
