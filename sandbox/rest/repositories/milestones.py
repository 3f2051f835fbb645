"""Milestones of a repository.

Source: https://docs.github.com/rest/issues/milestones
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import failed, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.commits import base, html_base
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.repositories import ISSUE, MILESTONE, Milestone
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/milestones"
_ONE = _LIST + "/{milestone_number}"
_STATES = ("open", "closed")
_FIELDS: dict[str, fields.Kind] = {
    "title": "text",
    "state": _STATES,
    "description?": "text",
    "due_on?": "text",
}


def numbered(call: Call, number: int) -> Record[Milestone] | None:
    """Return the repository's milestone of that number."""
    found = call.world.all(MILESTONE, call.repository.id)
    return next((each for each in found if each.data["number"] == number), None)


def _find(call: Call) -> Record[Milestone]:
    found = numbered(call, call.integer("milestone_number"))
    if found is None:
        raise not_found()
    return found


def shape(call: Call, milestone: Record[Milestone]) -> dict[str, Any]:
    """Return a milestone as GitHub's `milestone`."""
    url = f"{base(call)}/milestones/{milestone.data['number']}"
    issues = call.world.all(ISSUE, call.repository.id)
    states = [each.data["state"] for each in issues if each.data["milestone"] == milestone.id]
    creator = call.world.get(USER, milestone.data["creator"])
    return {
        "id": milestone.id,
        "node_id": node_id("milestone", milestone.id),
        "number": milestone.data["number"],
        "title": milestone.name,
        "description": milestone.data["description"],
        "state": milestone.data["state"],
        "due_on": milestone.data["due_on"],
        "closed_at": milestone.data["closed_at"],
        "creator": None if creator is None else simple_user(call, creator),
        "open_issues": states.count("open"),
        "closed_issues": states.count("closed"),
        "url": url,
        "labels_url": f"{url}/labels",
        "html_url": f"{html_base(call)}/milestone/{milestone.data['number']}",
        "created_at": milestone.created_at,
        "updated_at": milestone.updated_at,
    }


def _checked(call: Call, found: dict[str, Any], old: Record[Milestone] | None) -> dict[str, Any]:
    title = found.get("title", "" if old is None else old.name)
    taken = call.world.find(MILESTONE, title, call.repository.id)
    if not title.strip():
        raise failed("Milestone", "title", "missing_field")
    if taken is not None and (old is None or taken.id != old.id):
        raise failed("Milestone", "title", "already_exists")
    if "state" in found:
        found["closed_at"] = call.world.clock.now() if found["state"] == "closed" else None
    return found


@ROUTES.get(_LIST, needs="repo:read")
def list_milestones(call: Call) -> Response:
    """Return the milestones: the open ones, unless `state` says otherwise."""
    wanted = call.query.get("state", "open")
    found = [
        each
        for each in call.world.all(MILESTONE, call.repository.id)
        if wanted in ("all", each.data["state"])
    ]
    return page(call, found, lambda each: shape(call, each))


@ROUTES.post(_LIST, needs="repo:write")
def create(call: Call) -> Response:
    """Create a milestone."""
    found = _checked(call, fields.body(call, **{**_FIELDS, "title!": "text"}), None)
    title = found.pop("title")
    count = call.world.document(call.repository.id, "milestones", {}).get("count", 0) + 1
    call.world.set_document(call.repository.id, "milestones", count=count)
    new = Milestone(
        number=count,
        state="open",
        description=None,
        due_on=None,
        closed_at=None,
        creator=call.actor.id,
    )
    made = call.world.make(MILESTONE, call.repository.id, title, new, **found)
    return Response(201, shape(call, made))


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a milestone by its number."""
    return Response(200, shape(call, _find(call)))


@ROUTES.patch(_ONE, needs="repo:write")
def update(call: Call) -> Response:
    """Change a milestone; fields that are left out stay."""
    old = _find(call)
    found = _checked(call, fields.body(call, **_FIELDS), old)
    changed = call.world.change(old, found.pop("title", old.name), **found)
    return Response(200, shape(call, changed))


@ROUTES.delete(_ONE, needs="repo:write")
def delete(call: Call) -> Response:
    """Delete a milestone; its issues stay."""
    gone = _find(call)
    for issue in call.world.all(ISSUE, call.repository.id):
        if issue.data["milestone"] == gone.id:
            call.world.change(issue, milestone=None)
    call.world.remove(gone)
    return NO_CONTENT
