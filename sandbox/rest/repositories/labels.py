"""Labels of a repository: the nine that GitHub begins with, and others.

Source: https://docs.github.com/rest/issues/labels and
https://docs.github.com/issues/using-labels-and-milestones-to-track-work/managing-labels
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.api import fields, lengths
from sandbox.api.errors import failed, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.repositories.labels import is_default, labels_of
from sandbox.shapes.commits import base
from sandbox.world.kinds.repositories import LABEL, Label
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/labels"
_ONE = _LIST + "/{name}"
_COLOR = re.compile(r"[0-9A-Fa-f]{6}")
_NEW = Label(color="ededed", description=None)


def _find(call: Call) -> Record[Label]:
    labels_of(call.world, call.repository)
    found = call.world.find(LABEL, call.parameters["name"], call.repository.id)
    if found is None:
        raise not_found()
    return found


def named(call: Call, ids: list[int]) -> list[Record[Label]]:
    """Return the labels of these ids that are still there."""
    return [each for each in labels_of(call.world, call.repository) if each.id in ids]


def wanted(call: Call, names: list[str]) -> list[Record[Label]]:
    """Return the labels of these names; as on GitHub, one that is not there is made."""
    labels_of(call.world, call.repository)
    found = []
    for name in names:
        label = call.world.find(LABEL, name, call.repository.id)
        if label is None:
            label = call.world.make(LABEL, call.repository.id, name, _NEW)
        found.append(label)
    return found


def shape(call: Call, label: Record[Label]) -> dict[str, Any]:
    """Return a label as GitHub's `label`."""
    return {
        "id": label.id,
        "node_id": node_id("label", label.id),
        "url": f"{base(call)}/labels/{quote(label.name, safe='')}",
        "name": label.name,
        "description": label.data["description"],
        "color": label.data["color"],
        "default": is_default(label),
        # since 2026 labels can be archived; these are not
        "archived_at": None,
        "archived_by": None,
    }


def _checked(
    call: Call, found: dict[str, Any], name: str, old: Record[Label] | None
) -> dict[str, Any]:
    """Return what a body says of a label, its color without `#`, as lower case."""
    lengths.check("Label", {**found, "name": name})
    if not name.strip():
        raise failed("Label", "name", "invalid")
    taken = call.world.find(LABEL, name, call.repository.id)
    if taken is not None and (old is None or taken.id != old.id):
        raise failed("Label", "name", "already_exists")
    data: dict[str, Any] = {}
    if "color" in found:
        color = str(found["color"]).removeprefix("#")
        if not _COLOR.fullmatch(color):
            raise failed("Label", "color", "invalid")
        data["color"] = color.lower()
    if "description" in found:
        data["description"] = found["description"] or None
    return data


@ROUTES.get(_LIST, needs="repo:read")
def list_labels(call: Call) -> Response:
    """Return the labels, by name."""
    return page(call, labels_of(call.world, call.repository), lambda each: shape(call, each))


@ROUTES.post(_LIST, needs="repo:write")
def create(call: Call) -> Response:
    """Create a label; grey unless a color is given."""
    labels_of(call.world, call.repository)
    found = fields.body(call, **{"name!": "text", "description?": "text"}, color="text")
    data = _checked(call, found, found["name"], None)
    made = call.world.make(LABEL, call.repository.id, found["name"], _NEW, **data)
    return Response(201, shape(call, made))


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a label."""
    return Response(200, shape(call, _find(call)))


@ROUTES.patch(_ONE, needs="repo:write")
def update(call: Call) -> Response:
    """Change a label, also its name."""
    label = _find(call)
    found = fields.body(call, **{"description?": "text"}, new_name="text", color="text")
    name = found.get("new_name", label.name)
    changed = call.world.change(label, name, **_checked(call, found, name, label))
    return Response(200, shape(call, changed))


@ROUTES.delete(_ONE, needs="repo:write")
def delete(call: Call) -> Response:
    """Delete a label."""
    call.world.remove(_find(call))
    return NO_CONTENT
