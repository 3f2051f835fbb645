"""Annotated tags: objects of their own that name a commit; a ref makes a tag of one.

A ref that points to one keeps the commit as `sha`, as all others do, and the object beside it.
Source: https://docs.github.com/rest/git/tags
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.git import objects
from sandbox.world.kinds.code import GIT_TAG, GitTag

if TYPE_CHECKING:
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World


def make(
    world: World,
    repository: Record[Repository],
    name: str,
    *,
    commit: str,
    message: str,
    tagger: objects.Person,
) -> Record[GitTag]:
    """Make the object; no ref is moved.

    Args:
        world: The world.
        repository: The repository.
        name: The tag's name.
        commit: Id of the commit that is tagged.
        message: What the tag says.
        tagger: Who tags, and when.
    """
    lines = [f"object {commit}", "type commit", f"tag {name}", f"tagger {tagger.line()}"]
    sha = objects.object_id("tag", "\n".join([*lines, "", message]).encode())
    found = world.find(GIT_TAG, sha, repository.id)
    if found is not None:
        return found
    data = GitTag(tag=name, commit=commit, message=message, tagger=tagger.json())
    return world.make(GIT_TAG, repository.id, sha, data)


def find(world: World, repository: Record[Repository], sha: str) -> Record[GitTag] | None:
    """Return an annotated tag by its git id, or None."""
    return world.find(GIT_TAG, sha, repository.id)
