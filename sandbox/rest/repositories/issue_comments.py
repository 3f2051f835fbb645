"""Comments on issues and pull requests.

Source: https://docs.github.com/rest/issues/comments
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import level, permission
from sandbox.api import fields
from sandbox.api.errors import failed, forbidden, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.commits import base, html_base
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.code import PULL
from sandbox.world.kinds.repositories import ISSUE, ISSUE_COMMENT, IssueComment
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/issues/{issue_number}/comments"
_ONE = "/repos/{owner}/{repo}/issues/comments/{comment_id}"

LONGEST = 65_536
"""Characters of a comment.

Source: the message that GitHub answers with, "Body is too long (maximum is 65536 characters)"
"""


def _number(call: Call) -> str:
    """Return the number in the path, which an issue or a pull request has."""
    number = str(call.integer("issue_number"))
    parent = call.repository.id
    issue = call.world.find(ISSUE, number, parent)
    pull = call.world.find(PULL, number, parent)
    if issue is None and pull is None:
        raise not_found()
    return number


def _find(call: Call, *, write: bool = False) -> Record[IssueComment]:
    """Return the comment in the path; only its author and maintainers may change it."""
    found = call.world.get(ISSUE_COMMENT, call.integer("comment_id"))
    if found is None or found.parent != call.repository.id:
        raise not_found()
    maintains = level(permission(call.world, call.repository, call.actor)) >= level("write")
    if write and found.data["user"] != call.actor.id and not maintains:
        raise forbidden("Must have write access to the repository.")
    return found


def _shape(call: Call, comment: Record[IssueComment]) -> dict[str, Any]:
    number = comment.data["number"]
    author = call.world.get(USER, comment.data["user"])
    place = "issues" if call.world.find(ISSUE, number, call.repository.id) else "pull"
    return {
        "id": comment.id,
        "node_id": node_id("issue_comment", comment.id),
        "url": f"{base(call)}/issues/comments/{comment.id}",
        "html_url": f"{html_base(call)}/{place}/{number}#issuecomment-{comment.id}",
        "issue_url": f"{base(call)}/issues/{number}",
        "body": comment.data["body"],
        "user": None if author is None else simple_user(call, author),
        "author_association": "MEMBER",
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
    }


def _body(call: Call) -> str:
    text = str(fields.body(call, **{"body!": "text"})["body"])
    if len(text) > LONGEST:
        raise failed("IssueComment", "body", "unprocessable")
    return text


@ROUTES.get(_LIST, needs="repo:read")
def list_comments(call: Call) -> Response:
    """Return the comments of an issue or pull request, the oldest first."""
    number = _number(call)
    listed = call.world.all(ISSUE_COMMENT, call.repository.id)
    found = [each for each in listed if each.data["number"] == number]
    return page(call, found, lambda each: _shape(call, each))


@ROUTES.post(_LIST, needs="repo:read")
def create(call: Call) -> Response:
    """Comment on an issue or a pull request."""
    number = _number(call)
    new = IssueComment(
        number=number, body=_body(call), user=call.actor.id, editor=None, edited_at=None
    )
    name = f"{number}#{call.world.count(ISSUE_COMMENT, call.repository.id) + 1}"
    made = call.world.make(ISSUE_COMMENT, call.repository.id, name, new)
    return Response(201, _shape(call, made))


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a comment."""
    return Response(200, _shape(call, _find(call)))


@ROUTES.patch(_ONE, needs="repo:read")
def update(call: Call) -> Response:
    """Replace a comment's text."""
    comment = _find(call, write=True)
    edit = {"editor": call.actor.id, "edited_at": call.world.clock.now()}
    return Response(200, _shape(call, call.world.change(comment, body=_body(call), **edit)))


@ROUTES.delete(_ONE, needs="repo:read")
def delete(call: Call) -> Response:
    """Delete a comment."""
    call.world.remove(_find(call, write=True))
    return NO_CONTENT
