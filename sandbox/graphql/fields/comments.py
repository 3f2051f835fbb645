"""Comments on issues and pull requests, and the bots that write some of them."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name, level, permission
from sandbox.graphql.addresses import address, avatar
from sandbox.graphql.reading import constants, data_of, parent_repository, record_of, updated_at
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.repositories import (
    ISSUE,
    ISSUE_COMMENT,
    REPOSITORY,
    IssueComment,
    Repository,
)

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver, Table
    from sandbox.world.records import AnyRecord, Record

_BOT = "[bot]"
"""What REST adds to a bot's login."""


def _login(_call: Call, bot: AnyRecord, _arguments: dict[str, Any]) -> str:
    return bot.name.removesuffix(_BOT)


def _writes(call: Call, comment: Record[IssueComment], _arguments: dict[str, Any]) -> bool:
    """Return whether the viewer may change a comment: its author may, and who may push."""
    repository = call.world.get(REPOSITORY, comment.parent)
    if repository is None:
        return False
    found = level(permission(call.world, repository, call.actor))
    return found >= level("write") or comment.data["user"] == call.actor.id


def _reasons(call: Call, comment: Record[IssueComment], arguments: dict[str, Any]) -> list[str]:
    return [] if _writes(call, comment, arguments) else ["INSUFFICIENT_ACCESS"]


def _path(call: Call, comment: Record[IssueComment]) -> str:
    repository: Record[Repository] | None = call.world.get(REPOSITORY, comment.parent)
    if repository is None:
        return ""
    number = comment.data["number"]
    place = "issues" if call.world.find(ISSUE, number, repository.id) else "pull"
    name = full_name(call.world, repository)
    return f"/{name}/{place}/{number}#issuecomment-{comment.id}"


def _page(*, whole: bool) -> Resolver:
    def resolve(call: Call, comment: Record[IssueComment], _arguments: dict[str, Any]) -> str:
        return f"{call.host if whole else ''}{_path(call, comment)}"

    return resolve


RESOLVERS: Table = {
    **constants(
        "IssueComment",
        authorAssociation="MEMBER",
        createdViaEmail=False,
        includesCreatedEdit=False,
        isMinimized=False,
        minimizedReason=None,
        viewerCanReact=True,
    ),
    ("IssueComment", "author"): record_of(USER, data_of(ISSUE_COMMENT, lambda it: it["user"])),
    ("IssueComment", "editor"): record_of(USER, data_of(ISSUE_COMMENT, lambda it: it["editor"])),
    ("IssueComment", "lastEditedAt"): data_of(ISSUE_COMMENT, lambda it: it["edited_at"]),
    ("IssueComment", "body"): data_of(ISSUE_COMMENT, lambda it: it["body"]),
    ("IssueComment", "bodyText"): data_of(ISSUE_COMMENT, lambda it: it["body"]),
    ("IssueComment", "bodyHTML"): data_of(ISSUE_COMMENT, lambda it: html.escape(it["body"])),
    ("IssueComment", "fullDatabaseId"): lambda _call, comment, _arguments: str(comment.id),
    ("IssueComment", "publishedAt"): lambda _call, comment, _arguments: comment.created_at,
    ("IssueComment", "repository"): parent_repository,
    ("IssueComment", "resourcePath"): _page(whole=False),
    ("IssueComment", "url"): _page(whole=True),
    ("IssueComment", "updatedAt"): updated_at,
    ("IssueComment", "viewerCanDelete"): _writes,
    ("IssueComment", "viewerCanMinimize"): _writes,
    ("IssueComment", "viewerCanUpdate"): _writes,
    ("IssueComment", "viewerCannotUpdateReasons"): _reasons,
    ("IssueComment", "viewerDidAuthor"): lambda call, comment, _arguments: (
        comment.data["user"] == call.actor.id
    ),
    ("Bot", "avatarUrl"): avatar,
    ("Bot", "login"): _login,
    ("Bot", "resourcePath"): address("", whole=False),
    ("Bot", "updatedAt"): updated_at,
    ("Bot", "url"): address("", whole=True),
}
