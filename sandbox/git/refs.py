"""Every change of a branch or tag: each push, file change, merge and tag goes through here.

The protections of the ref are checked, the ref is moved, and workflows are started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import enforcement, runs
from sandbox.git import objects
from sandbox.git.update import Update
from sandbox.repositories import pulls
from sandbox.world.kinds.repositories import RELEASE

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.code import Ref
    from sandbox.world.records import Record


def update_of(call: Call, ref: str, after: str | None, **more: Any) -> Update:  # noqa: ANN401 - fields of Update
    """Return the update that makes a ref of the path's repository point to a commit."""
    found = objects.find_ref(call.world, call.repository, ref)
    before = None if found is None else str(found.data["sha"])
    return Update(call.repository, ref, before, after, **more)


def move(call: Call, ref: str, after: str, **more: Any) -> Record[Ref]:  # noqa: ANN401 - fields of Update
    """Create a ref of the path's repository, or move it; return it.

    Args:
        call: The request.
        ref: The ref's full name.
        after: The commit that it shall point to.
        more: `pull`, `method` and `status` of the update.

    Raises:
        GitHubError: A protection forbids it.
    """
    update = update_of(call, ref, after, **more)
    enforcement.check(call, update, record=True)
    moved = objects.set_ref(call.world, call.repository, ref, after, call.actor.id)
    _tell(call, update)
    return moved


def delete(call: Call, ref: Record[Ref]) -> None:
    """Delete a ref of the path's repository.

    Raises:
        GitHubError: A protection forbids it.
    """
    update = Update(call.repository, ref.name, str(ref.data["sha"]), None)
    enforcement.check(call, update, record=True)
    call.world.remove(ref)
    _unpublish(call, ref)
    _tell(call, update)


def _unpublish(call: Call, ref: Record[Ref]) -> None:
    """Turn the release of a tag that is gone into a draft, as GitHub does."""
    for release in call.world.all(RELEASE, call.repository.id):
        if ref.name == f"refs/tags/{release.data['tag']}":
            call.world.change(release, draft=True)


def _tell(call: Call, update: Update) -> None:
    """Tell pull requests and workflows that a ref has moved."""
    if update.ref.startswith("refs/heads/"):
        branch = update.ref.removeprefix("refs/heads/")
        for pull in pulls.synchronize(call.world, update.repository, branch, call.actor.id):
            runs.pull_request(call, pull, "synchronize")
    runs.moved(call, update)
