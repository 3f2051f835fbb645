"""Pull requests as the sandbox keeps them: heads, commits, files, and reviews that count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.actors import Actor
from sandbox.access.permissions import level, permission
from sandbox.enforcement.classic_model import rule_for
from sandbox.enforcement.ruleset_model import holds_for_ref, rulesets_of
from sandbox.git import objects
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.code import BLOB, COMMIT, PULL, REVIEW, Commit, Pull, Ref, Review
from sandbox.world.kinds.repositories import ISSUE, REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World


def next_number(world: World, repository: Record[Repository]) -> int:
    """Return the number of the next pull request or issue, which share their numbers."""
    return 1 + world.count(PULL, repository.id) + world.count(ISSUE, repository.id)


def head_repository(
    world: World, repository: Record[Repository], pull: Record[Pull]
) -> Record[Repository] | None:
    """Return the repository that a pull request comes from: a fork, or its own."""
    if not pull.data.get("head_repository"):
        return repository
    return world.get(REPOSITORY, pull.data["head_repository"])


def head_ref(
    world: World, repository: Record[Repository], pull: Record[Pull]
) -> tuple[Record[Repository] | None, Record[Ref] | None]:
    """Return the repository and the ref of a pull request's head; None for what is gone."""
    source = head_repository(world, repository, pull)
    ref = (
        None
        if source is None
        else objects.find_ref(world, source, f"refs/heads/{pull.data['head']}")
    )
    return source, ref


def head_tip(world: World, repository: Record[Repository], pull: Record[Pull]) -> str | None:
    """Return the commit that the head branch points to; None when the branch is gone."""
    _, ref = head_ref(world, repository, pull)
    return None if ref is None else str(ref.data["sha"])


def commits(
    world: World, repository: Record[Repository], head: str, into: str
) -> list[Record[Commit]]:
    """Return the commits of `head` that `into` does not have, newest first."""
    tip, below = (objects.resolve(world, repository, each) for each in (head, into))
    if tip is None:
        return []
    known = set()
    if below is not None:
        known = {commit.name for commit in objects.history(world, repository, below)}
    return [each for each in objects.history(world, repository, tip) if each.name not in known]


def paths(world: World, repository: Record[Repository], pull: Record[Pull]) -> set[str]:
    """Return the files that an open pull request changes."""
    return {
        change["path"]
        for commit in commits(world, repository, pull.data["head_sha"], pull.data["base"])
        for change in objects.changed(world, repository, commit)
    }


def opinions(
    world: World, repository: Record[Repository], pull: Record[Pull]
) -> dict[int, Record[Review]]:
    """Return the review that counts of each account with write access: the last that judges."""
    found: dict[int, Record[Review]] = {}
    for review in world.all(REVIEW, pull.id):
        user = world.get(USER, review.data["user"])
        if user is None or review.data["state"] in ("COMMENTED", "PENDING"):
            continue
        writes = level(permission(world, repository, Actor(user=user))) >= level("write")
        if writes or review.data["by_app"]:
            found[user.id] = review
    return found


def of_head(
    world: World, source: Record[Repository], branch: str
) -> list[tuple[Record[Repository], Record[Pull]]]:
    """Return the open pull requests whose head is a branch: repository and pull request."""
    targets = [source]
    if source.data.get("fork_of"):
        origin = world.get(REPOSITORY, source.data["fork_of"] or 0)
        targets += [] if origin is None else [origin]
    return [
        (target, pull)
        for target in targets
        for pull in world.all(PULL, target.id)
        if pull.data["state"] == "open"
        and pull.data["head"] == branch
        and (pull.data.get("head_repository") or target.id) == source.id
    ]


def synchronize(
    world: World, source: Record[Repository], branch: str, pusher: int
) -> list[Record[Pull]]:
    """Bring open pull requests up to their head branch, which was pushed to; return them.

    Approvals of what was there before are dismissed where the base asks for it; a head that is
    gone closes its pull requests.

    Args:
        world: The world.
        source: The repository of the head branch.
        branch: The head branch.
        pusher: Id of the account that pushed.
    """
    moved = []
    for target, pull in of_head(world, source, branch):
        tip = head_tip(world, target, pull)
        if tip is None:
            world.change(pull, state="closed", closed_at=world.clock.now())
            continue
        take_commits(world, source, target, tip)
        dismiss_stale(world, target, pull)
        moved.append(world.change(pull, head_sha=tip, pushed_by=pusher))
    return moved


def dismiss_stale(world: World, repository: Record[Repository], pull: Record[Pull]) -> None:
    """Dismiss the approvals of a pull request that has changed, where its base asks for it."""
    if not dismisses_stale(world, repository, pull.data["base"]):
        return
    for review in world.all(REVIEW, pull.id):
        if review.data["state"] == "APPROVED":
            world.change(review, state="DISMISSED")


def dismisses_stale(world: World, repository: Record[Repository], branch: str) -> bool:
    """Return whether a push to a pull request dismisses the approvals that it has."""
    rule = rule_for(world, repository, branch)
    if rule is not None and rule.data["dismissesStaleReviews"]:
        return True
    return any(
        rule["parameters"]["dismiss_stale_reviews_on_push"]
        for ruleset in rulesets_of(world, repository)
        if ruleset.data["enforcement"] == "active"
        and holds_for_ref(ruleset, repository, f"refs/heads/{branch}")
        for rule in ruleset.data["rules"]
        if rule["type"] == "pull_request"
    )


def take_commits(
    world: World, source: Record[Repository], target: Record[Repository], head: str
) -> None:
    """Make a fork's commits known in the repository that it was forked from, as GitHub does."""
    tip = world.find(COMMIT, head, source.id)
    if tip is None or source.id == target.id:
        return
    for commit in reversed(objects.history(world, source, tip)):
        if world.find(COMMIT, commit.name, target.id) is None:
            world.make(COMMIT, target.id, commit.name, commit.data)
        for sha in commit.data["files"].values():
            blob = world.find(BLOB, sha, source.id)
            if blob is not None and world.find(BLOB, sha, target.id) is None:
                world.make(BLOB, target.id, sha, blob.data)
