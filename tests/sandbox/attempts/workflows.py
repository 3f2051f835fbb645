"""What workflows may do and use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.attempts.attempt import pulls_only, stopped_by
from tests.sandbox.attempts.path import CI, REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path


@stopped_by(
    "a workflow's token that only reads",
    lambda path: path.token_may("read"),
    lambda path: path.token_may("write"),
)
def _(path: Path) -> bool:
    """A contributor's workflow pushes to main with its token."""
    return path.commit("", "src/sophia.py", "evil", client=path.held_job(CI)).is_success


def _reviewed(path: Path, *, approve: bool) -> None:
    pulls_only()(path)
    path.token_may("write", approve=approve)


@stopped_by(
    "workflows that cannot approve",
    lambda path: _reviewed(path, approve=False),
    lambda path: _reviewed(path, approve=True),
)
def _(path: Path) -> bool:
    """A contributor's workflow approves the contributor's change."""
    number = path.pull("carl")
    token = path.held_job(CI)
    token.post(f"{REPO}/pulls/{number}/reviews", json={"event": "APPROVE"})
    return path.merge("carl", number)


@stopped_by(
    "actions that have to be pinned",
    lambda path: path.put(
        f"{REPO}/actions/permissions",
        {"enabled": True, "allowed_actions": "all", "sha_pinning_required": True},
    ),
)
def _(path: Path) -> bool:
    """A release uses an action by a tag that its author can move."""
    path.dispatch("carl")
    return path.leaked()


def _only_own_actions(path: Path) -> None:
    path.put(f"{REPO}/actions/permissions", {"enabled": True, "allowed_actions": "local_only"})


@stopped_by("only actions of the organization", _only_own_actions)
def _(path: Path) -> bool:
    """A release uses an action of strangers."""
    path.dispatch("carl")
    return path.leaked()


@stopped_by(
    "Actions switched off",
    lambda path: path.put(f"{REPO}/actions/permissions", {"enabled": False}),
)
def _(path: Path) -> bool:
    """A repository that publishes nothing runs a workflow all the same."""
    path.ref("carl", "tags/v9")
    return path.leaked()
