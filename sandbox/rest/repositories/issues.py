"""Issues of a repository: as much as declarations can make. Pull requests are not listed here.

Source: https://docs.github.com/rest/issues/issues
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields, lookups
from sandbox.api.errors import GitHubError, failed, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.repositories.pulls import next_number
from sandbox.rest.repositories import labels, milestones
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.commits import base, html_base
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.repositories import ISSUE, ISSUE_COMMENT, MILESTONE, Issue
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/issues"
_ONE = _LIST + "/{issue_number}"
_FIELDS: dict[str, fields.Kind] = {
    "body?": "text",
    "labels": "list",
    "assignees": "texts",
    "milestone?": "any",
}
_LONGEST = {"title": 256, "body": 65_536}
"""Characters.

Source: GitHub's messages, such as "title is too long (maximum is 256 characters)"
"""
_GONE = "Issues has been disabled in this repository."


def _find(call: Call) -> Record[Issue]:
    if not call.repository.data["has_issues"]:
        raise GitHubError(410, _GONE)
    found = call.world.find(ISSUE, str(call.integer("issue_number")), call.repository.id)
    if found is None:
        raise not_found()
    return found


def _shape(call: Call, issue: Record[Issue]) -> dict[str, Any]:
    url = f"{base(call)}/issues/{issue.name}"
    people = [call.world.get(USER, ident) for ident in issue.data["assignees"]]
    assignees = [simple_user(call, user) for user in people if user is not None]
    author = call.world.get(USER, issue.data["user"])
    comments = call.world.all(ISSUE_COMMENT, call.repository.id)
    milestone = call.world.get(MILESTONE, issue.data["milestone"] or 0)
    return {
        "id": issue.id,
        "node_id": node_id("issue", issue.id),
        "number": int(issue.name),
        "title": issue.data["title"],
        "body": issue.data["body"],
        "state": issue.data["state"],
        "state_reason": issue.data["state_reason"],
        "user": None if author is None else simple_user(call, author),
        "labels": [labels.shape(call, each) for each in labels.named(call, issue.data["labels"])],
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None if milestone is None else milestones.shape(call, milestone),
        "locked": False,
        "active_lock_reason": None,
        "comments": sum(each.data["number"] == issue.name for each in comments),
        "closed_at": issue.data["closed_at"],
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "author_association": "MEMBER",
        "url": url,
        "repository_url": base(call),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{html_base(call)}/issues/{issue.name}",
    }


def _checked(call: Call, found: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with labels, people and milestone by their ids."""
    for name, most in _LONGEST.items():
        if len(found.get(name) or "") > most:
            raise failed("Issue", name, "invalid")
    if "labels" in found:
        names = [each["name"] if isinstance(each, dict) else str(each) for each in found["labels"]]
        found["labels"] = [each.id for each in labels.wanted(call, names)]
    if "assignees" in found:
        people = [lookups.user(call, login) for login in found["assignees"]]
        found["assignees"] = [user.id for user in people]
    if found.get("milestone") is not None:
        number = found["milestone"]
        milestone = milestones.numbered(call, number) if isinstance(number, int) else None
        if milestone is None:
            raise failed("Issue", "milestone", "invalid")
        found["milestone"] = milestone.id
    return found


@ROUTES.get(_LIST, needs="repo:read")
def list_issues(call: Call) -> Response:
    """Return the issues: the open ones, newest first, unless `state` says otherwise.

    `creator` narrows to those that an account opened.
    """
    wanted = call.query.get("state", "open")
    creator = call.query.get("creator")
    author = lookups.user(call, creator).id if creator else None
    found = [
        each
        for each in reversed(call.world.all(ISSUE, call.repository.id))
        if wanted in ("all", each.data["state"]) and author in (None, each.data["user"])
    ]
    return page(call, found, lambda each: _shape(call, each))


@ROUTES.post(_LIST, needs="repo:read")
def create(call: Call) -> Response:
    """Open an issue."""
    if not call.repository.data["has_issues"]:
        raise GitHubError(410, _GONE)
    found = _checked(call, fields.body(call, **{**_FIELDS, "title!": "text"}))
    new = Issue(
        title=found["title"],
        body=None,
        labels=[],
        assignees=[],
        milestone=None,
        state="open",
        state_reason=None,
        closed_at=None,
        user=call.actor.id,
    )
    number = next_number(call.world, call.repository)
    made = call.world.make(ISSUE, call.repository.id, str(number), new, **found)
    return Response(201, _shape(call, made))


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return an issue by its number."""
    return Response(200, _shape(call, _find(call)))


@ROUTES.patch(_ONE, needs="repo:write")
def update(call: Call) -> Response:
    """Change an issue, or close it; fields that are left out stay."""
    issue = _find(call)
    reasons = ("completed", "not_planned", "duplicate", "reopened")
    found = _checked(
        call,
        fields.body(
            call,
            **_FIELDS,
            title="text",
            state=("open", "closed"),
            **{"state_reason?": reasons},
        ),
    )
    if "state" in found and found["state"] != issue.data["state"]:
        closes = found["state"] == "closed"
        found["closed_at"] = call.world.clock.now() if closes else None
        found.setdefault("state_reason", "completed" if closes else "reopened")
    return Response(200, _shape(call, call.world.change(issue, **found)))
