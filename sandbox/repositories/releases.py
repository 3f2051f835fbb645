"""Releases: a tag with notes and files. Publishing one creates its tag, checked like any ref.

Source: https://docs.github.com/rest/releases/releases and
https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#release
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import runs
from sandbox.access.permissions import level, permission
from sandbox.api.errors import failed
from sandbox.git import objects, refs
from sandbox.shapes.commits import html_base
from sandbox.world.kinds.code import COMMIT, Commit
from sandbox.world.kinds.repositories import RELEASE, Release, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record
    from sandbox.world.world import World

_LATEST = "latest-release"


def published(world: World, repository: Record[Repository]) -> list[Record[Release]]:
    """Return the releases that are no drafts, newest first."""
    return [each for each in world.all(RELEASE, repository.id)[::-1] if not each.data["draft"]]


def of_tag(world: World, repository: Record[Repository], tag: str) -> Record[Release] | None:
    """Return the published release of a tag, or None."""
    found = (each for each in published(world, repository) if each.data["tag"] == tag)
    return next(found, None)


def visible(call: Call, repository: Record[Repository]) -> list[Record[Release]]:
    """Return the releases that the caller sees, newest first: drafts are for those who push."""
    if level(permission(call.world, repository, call.actor)) >= level("write"):
        return call.world.all(RELEASE, repository.id)[::-1]
    return published(call.world, repository)


def commit_of(
    world: World, repository: Record[Repository], release: Record[Release]
) -> Record[Commit] | None:
    """Return the commit that a release's tag points to, or None while there is no such tag."""
    tag = objects.find_ref(world, repository, f"refs/tags/{release.data['tag']}")
    return None if tag is None else world.find(COMMIT, tag.data["sha"], repository.id)


def created_at(world: World, repository: Record[Repository], release: Record[Release]) -> str:
    """Return a release's date: its commit's, and a draft's own."""
    commit = None if release.data["draft"] else commit_of(world, repository, release)
    return release.created_at if commit is None else str(commit.data["committer"]["date"])


def latest(world: World, repository: Record[Repository]) -> Record[Release] | None:
    """Return the release that is marked as latest, else the newest full one, or None."""
    full = [each for each in published(world, repository) if not each.data["prerelease"]]
    marked = world.document(repository.id, _LATEST, {"id": None})["id"]
    for each in full:
        if each.id == marked:
            return each
    return max(full, key=lambda each: (created_at(world, repository, each), each.id), default=None)


def mark(
    world: World, repository: Record[Repository], release: Record[Release], make_latest: str
) -> None:
    """Mark a release as latest (`true`), leave it (`false`), or go by date (`legacy`)."""
    if make_latest == "legacy":
        world.set_document(repository.id, _LATEST, id=None)
    elif make_latest == "true" and not release.data["prerelease"] and not release.data["draft"]:
        world.set_document(repository.id, _LATEST, id=release.id)


def make_tag(call: Call, tag: str, target: str) -> None:
    """Make a release's tag, unless it is there.

    Args:
        call: The request; its actor creates the tag.
        tag: The tag's name.
        target: A branch or a commit id.

    Raises:
        GitHubError: 422, when there is no such target, or a rule forbids the tag.
    """
    ref = f"refs/tags/{tag}"
    if objects.find_ref(call.world, call.repository, ref) is not None:
        return
    commit = objects.resolve(call.world, call.repository, target)
    if commit is None:
        raise failed("Release", "target_commitish", "invalid")
    refs.move(call, ref, commit.name)


def tell(call: Call, release: Record[Release], *actions: str) -> None:
    """Start the workflows that wait for what was done to a release.

    Args:
        call: The request.
        release: The release, as it is now.
        actions: Activity types, such as `published`.
    """
    commit = commit_of(call.world, call.repository, release)
    if commit is not None:
        for action in actions:
            runs.release(call, release, commit, action)


def changed(call: Call, old: Record[Release], new: Record[Release]) -> None:
    """Start the workflows that wait for a release's change from `old` to `new`."""
    full = not new.data["prerelease"]
    if old.data["draft"] and not new.data["draft"]:
        tell(call, new, "published", *(["released"] if full else []))
    elif new.data["draft"] and not old.data["draft"]:
        tell(call, new, "unpublished")
    elif not new.data["draft"]:
        tell(call, new, "edited", *(["released"] if full and old.data["prerelease"] else []))


def notes(call: Call, tag: str, previous: str | None) -> str:
    """Return notes for a release: where to see what changed since the one before."""
    if previous is None:
        before = (
            each for each in published(call.world, call.repository) if each.data["tag"] != tag
        )
        previous = next((str(each.data["tag"]) for each in before), None)
    seen = f"commits/{tag}" if previous is None else f"compare/{previous}...{tag}"
    return f"**Full Changelog**: {html_base(call)}/{seen}"
