"""Conversations of pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import level, permission
from sandbox.graphql.reading import constants, data_of
from sandbox.world.kinds.code import PULL, REVIEW_COMMENT, Pull, ReviewComment
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver, Table
    from sandbox.world.records import Record


def _thread_repository(
    call: Call, thread: Record[ReviewComment], _arguments: dict[str, Any]
) -> Record[Repository] | None:
    pull = call.world.get(PULL, thread.parent)
    return None if pull is None else call.world.get(REPOSITORY, pull.parent)


def may_settle(call: Call, repository: Record[Repository], pull: Record[Pull]) -> bool:
    """Return whether the viewer may resolve a pull request's conversations, and open them again."""
    found = level(permission(call.world, repository, call.actor))
    return found >= level("write") or call.actor.id == pull.data["user"]


def _settles(*, resolved: bool) -> Resolver:
    def resolve(call: Call, thread: Record[ReviewComment], arguments: dict[str, Any]) -> bool:
        repository = _thread_repository(call, thread, arguments)
        pull = call.world.get(PULL, thread.parent)
        if repository is None or pull is None:
            return False
        may = may_settle(call, repository, pull)
        return may and bool(thread.data["resolved"]) != resolved

    return resolve


RESOLVERS: Table = {
    **constants(
        "PullRequestReviewThread",
        diffSide="RIGHT",
        isOutdated=False,
        line=None,
        originalLine=None,
        originalStartLine=None,
        resolvedBy=None,
        startDiffSide=None,
        startLine=None,
        subjectType="LINE",
        viewerCanReply=True,
    ),
    ("PullRequestReviewThread", "id"): lambda _call, thread, _arguments: node_id(
        "review_thread", thread.id
    ),
    ("PullRequestReviewThread", "isResolved"): data_of(REVIEW_COMMENT, lambda it: it["resolved"]),
    ("PullRequestReviewThread", "isCollapsed"): data_of(REVIEW_COMMENT, lambda it: it["resolved"]),
    ("PullRequestReviewThread", "path"): data_of(REVIEW_COMMENT, lambda it: it["path"]),
    ("PullRequestReviewThread", "repository"): _thread_repository,
    ("PullRequestReviewThread", "viewerCanResolve"): _settles(resolved=True),
    ("PullRequestReviewThread", "viewerCanUnresolve"): _settles(resolved=False),
}
