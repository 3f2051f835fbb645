"""Reviews of pull requests, whom they are asked of, and their conversations.

Source: https://docs.github.com/rest/pulls/reviews, /review-requests and /comments
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import level, permission
from sandbox.api import fields
from sandbox.api.errors import GitHubError, forbidden, invalid, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.enforcement.attempt import Attempt
from sandbox.enforcement.bypass import is_one_of
from sandbox.enforcement.classic_model import rule_for
from sandbox.git.refs import update_of
from sandbox.repositories import pulls
from sandbox.rest.code.pulls import find, shape
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.commits import base, html_base
from sandbox.world.kinds.accounts import APP, USER, User
from sandbox.world.kinds.code import REVIEW, REVIEW_COMMENT, Pull, Review, ReviewComment
from sandbox.world.kinds.people import TEAM
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_PULL = "/repos/{owner}/{repo}/pulls/{pull_number}"
_LIST = _PULL + "/reviews"
_ONE = _LIST + "/{review_id}"
_STATES = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}


def _find(call: Call) -> Record[Review]:
    found = call.world.get(REVIEW, call.integer("review_id"))
    if found is None or found.parent != find(call).id:
        raise not_found()
    return found


def _shape(call: Call, review: Record[Review]) -> dict[str, Any]:
    pull = find(call)
    user = call.world.get(USER, review.data["user"])
    html = f"{html_base(call)}/pull/{pull.name}#pullrequestreview-{review.id}"
    body = {
        "id": review.id,
        "node_id": node_id("review", review.id),
        "user": None if user is None else simple_user(call, user),
        "body": review.data["body"],
        "state": review.data["state"],
        "html_url": html,
        "pull_request_url": f"{base(call)}/pulls/{pull.name}",
        "author_association": "MEMBER",
        "_links": {
            "html": {"href": html},
            "pull_request": {"href": f"{base(call)}/pulls/{pull.name}"},
        },
        "commit_id": review.data["commit"],
    }
    if review.data["state"] != "PENDING":
        body["submitted_at"] = review.data["submitted_at"]
    return body


@ROUTES.get(_LIST, needs="repo:read")
def list_reviews(call: Call) -> Response:
    """Return the reviews, oldest first."""
    return page(call, call.world.all(REVIEW, find(call).id), lambda each: _shape(call, each))


@ROUTES.post(_LIST, needs="repo:read")
def create(call: Call) -> Response:
    """Review: approve, request changes, comment; without an event it waits to be submitted."""
    pull = find(call)
    found = fields.body(call, event=tuple(_STATES), body="text", commit_id="text", comments="list")
    user = _reviewer(call, pull, found.get("event"))
    data = Review(
        user=user.id,
        body=found.get("body", ""),
        state=_STATES.get(found.get("event", ""), "PENDING"),
        commit=found.get("commit_id") or pulls.head_tip(call.world, call.repository, pull),
        submitted_at=call.world.clock.now(),
        by_app=call.actor.installation is not None
        and level(permission(call.world, call.repository, call.actor)) >= level("write"),
    )
    review = call.world.make(REVIEW, pull.id, "", data)
    for each in found.get("comments", []):
        _comment(call, pull, fields.checked(each, {"path!": "text", "body!": "text"}), review.id)
    return Response(200, _shape(call, review))


def _reviewer(call: Call, pull: Record[Pull], event: str | None) -> Record[User]:
    user = call.actor.user
    if user is None:
        raise not_found()
    if pull.data["state"] != "open" and event in ("APPROVE", "REQUEST_CHANGES"):
        raise invalid("Unprocessable Entity", "Can not review a closed pull request")
    if user.id == pull.data["user"] and event in ("APPROVE", "REQUEST_CHANGES"):
        verb = "approve" if event == "APPROVE" else "request changes on"
        raise invalid("Unprocessable Entity", f"Can not {verb} your own pull request")
    if user.data.get("type") == "Bot" and event == "APPROVE" and not _actions_may_approve(call):
        raise invalid(
            "Unprocessable Entity", "GitHub Actions is not permitted to approve pull requests."
        )
    return user


def _actions_may_approve(call: Call) -> bool:
    """Return whether the token of a workflow may approve; other Apps always may."""
    installation = call.actor.installation
    app = None if installation is None else call.world.get(APP, installation.data["app"])
    if app is None or app.name != "github-actions":
        return True
    name, key = "workflow", "can_approve_pull_request_reviews"
    of_org = call.world.document(call.repository.parent, name, {key: False})
    own = call.world.document(call.repository.id, name, {key: of_org[key]})
    return bool(of_org[key] and own[key])


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a review."""
    return Response(200, _shape(call, _find(call)))


@ROUTES.post(_ONE + "/events", needs="repo:read")
def submit(call: Call) -> Response:
    """Submit a pending review."""
    review = _find(call)
    found = fields.body(call, **{"event!": "text"}, body="text")
    if found["event"] not in _STATES or review.data["state"] != "PENDING":
        raise invalid("Unprocessable Entity", "Could not submit the review")
    _reviewer(call, find(call), found["event"])
    if review.data["user"] != call.actor.id:
        raise forbidden("Resource not accessible by this account.")
    changed = call.world.change(
        review,
        state=_STATES[found["event"]],
        body=found.get("body", review.data["body"]),
        submitted_at=call.world.clock.now(),
    )
    return Response(200, _shape(call, changed))


@ROUTES.put(_ONE + "/dismissals", needs="repo:write")
def dismiss(call: Call) -> Response:
    """Dismiss a review with a verdict; a protection may allow that to listed people only."""
    review, pull = _find(call), find(call)
    fields.body(call, **{"message!": "text"})
    if review.data["state"] not in ("APPROVED", "CHANGES_REQUESTED"):
        raise invalid("Unprocessable Entity", "Can not dismiss a commented pull request review")
    rule = rule_for(call.world, call.repository, pull.data["base"])
    if rule is not None and rule.data["restrictsReviewDismissals"]:
        update = update_of(call, f"refs/heads/{pull.data['base']}", pull.data["head_sha"])
        attempt = Attempt(call.world, call.actor, update)
        listed = is_one_of(attempt, rule.data["reviewDismissalActorIds"])
        if attempt.permission != "admin" and not listed:
            raise forbidden("You are not allowed to dismiss reviews on this branch.")
    return Response(200, _shape(call, call.world.change(review, state="DISMISSED")))


@ROUTES.post(_PULL + "/requested_reviewers", needs="repo:write")
def request_reviewers(call: Call) -> Response:
    """Request reviews from people and teams."""
    return _ask(call, add=True)


@ROUTES.delete(_PULL + "/requested_reviewers", needs="repo:write")
def remove_reviewers(call: Call) -> Response:
    """Withdraw requests for a review."""
    return _ask(call, add=False)


def _ask(call: Call, *, add: bool) -> Response:
    pull = find(call)
    found = fields.body(call, reviewers="texts", team_reviewers="texts")
    people, teams = list(pull.data["requested_reviewers"]), list(pull.data["requested_teams"])
    for name in found.get("reviewers", []):
        user = call.world.find(USER, name)
        _change_asked(people, None if user is None else user.id, pull, add=add)
    for name in found.get("team_reviewers", []):
        team = call.world.find(TEAM, name, call.org.id)
        _change_asked(teams, None if team is None else team.id, pull, add=add)
    changed = call.world.change(pull, requested_reviewers=people, requested_teams=teams)
    return Response(201 if add else 200, shape(call, changed, full=False))


def _change_asked(asked: list[int], ident: int | None, pull: Record[Pull], *, add: bool) -> None:
    """Add a reviewer to those who are asked, or remove one; 422 without one, and for the author."""
    if ident is None or ident == pull.data["user"]:
        raise GitHubError(
            422,
            "Reviews may only be requested from collaborators. One or more of the users or "
            "teams you specified is not a collaborator.",
        )
    if add and ident not in asked:
        asked.append(ident)
    if not add and ident in asked:
        asked.remove(ident)


def _comment_shape(call: Call, comment: Record[ReviewComment]) -> dict[str, Any]:
    pull = find(call)
    user = call.world.get(USER, comment.data["user"])
    html = f"{html_base(call)}/pull/{pull.name}#discussion_r{comment.id}"
    url = f"{base(call)}/pulls/comments/{comment.id}"
    body = {
        "id": comment.id,
        "node_id": node_id("review_comment", comment.id),
        "url": url,
        "pull_request_review_id": comment.data["review"],
        "diff_hunk": "",
        "path": comment.data["path"],
        "position": 1,
        "original_position": 1,
        "commit_id": comment.data["commit"],
        "original_commit_id": comment.data["commit"],
        "user": None if user is None else simple_user(call, user),
        "body": comment.data["body"],
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "html_url": html,
        "pull_request_url": f"{base(call)}/pulls/{pull.name}",
        "author_association": "MEMBER",
        "_links": {
            "self": {"href": url},
            "html": {"href": html},
            "pull_request": {"href": f"{base(call)}/pulls/{pull.name}"},
        },
    }
    if comment.data["in_reply_to"]:
        body["in_reply_to_id"] = comment.data["in_reply_to"]
    return body


def _comment(
    call: Call, pull: Record[Pull], found: dict[str, Any], review: int | None, reply: int = 0
) -> Record[ReviewComment]:
    data = ReviewComment(
        user=call.actor.id,
        path=found["path"],
        body=found["body"],
        commit=pulls.head_tip(call.world, call.repository, pull) or pull.data["head_sha"],
        review=review,
        in_reply_to=reply,
        resolved=False,
    )
    return call.world.make(REVIEW_COMMENT, pull.id, "", data)


@ROUTES.get(_PULL + "/comments", needs="repo:read")
def list_comments(call: Call) -> Response:
    """Return the comments on a pull request's files."""
    found = call.world.all(REVIEW_COMMENT, find(call).id)
    return page(call, found, lambda each: _comment_shape(call, each))


@ROUTES.post(_PULL + "/comments", needs="repo:read")
def create_comment(call: Call) -> Response:
    """Start a conversation on a file, or reply in one."""
    pull = find(call)
    found = fields.body(
        call, **{"body!": "text"}, path="text", commit_id="text", in_reply_to="integer"
    )
    reply = found.get("in_reply_to", 0)
    if reply:
        first = call.world.get(REVIEW_COMMENT, reply)
        if first is None or first.parent != pull.id:
            raise not_found()
        found["path"] = first.data["path"]
    elif "path" not in found or "commit_id" not in found:
        raise invalid('Invalid request.\n\n"commit_id", "path" weren\'t supplied.')
    return Response(201, _comment_shape(call, _comment(call, pull, found, None, reply)))
