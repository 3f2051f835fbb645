"""Releases: drafts, prereleases, the latest.

Source: https://docs.github.com/rest/releases/releases
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.api import fields, lengths
from sandbox.api.errors import failed, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.git import objects
from sandbox.repositories import releases
from sandbox.shapes.releases import release_json
from sandbox.world.kinds.code import REF
from sandbox.world.kinds.repositories import RELEASE, Release

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
LIST = "/repos/{owner}/{repo}/releases"
_ONE = LIST + "/{release_id}"
_TAG = re.compile(r"(?!.*(\.\.|//|[ ~^:?*\[\\]))[^/](.*[^/.])?")
_FIELDS: dict[str, fields.Kind] = {
    "target_commitish": "text",
    "name?": "text",
    "body?": "text",
    "draft": "boolean",
    "prerelease": "boolean",
    "make_latest": ("true", "false", "legacy"),
}


def find(call: Call) -> Record[Release]:
    """Return the path's release; 404 when there is none, or a draft is not for the caller."""
    ident = call.integer("release_id")
    found = next(
        (each for each in releases.visible(call, call.repository) if each.id == ident), None
    )
    if found is None:
        raise not_found()
    return found


def _check_tag(call: Call, tag: str, *, draft: bool, ident: int = 0) -> None:
    if not _TAG.fullmatch(tag):
        raise failed("Release", "tag_name", "custom", "tag_name is not well-formed")
    if not call.world.count(REF, call.repository.id):
        raise failed("Release", "target_commitish", "custom", "Repository is empty.")
    taken = releases.of_tag(call.world, call.repository, tag)
    if not draft and taken is not None and taken.id != ident:
        raise failed("Release", "tag_name", "already_exists")


@ROUTES.get(LIST, needs="repo:read")
def list_releases(call: Call) -> Response:
    """Return the releases, newest first; drafts for those who may push."""
    return page(
        call, releases.visible(call, call.repository), lambda each: release_json(call, each)
    )


@ROUTES.post(LIST, needs="repo:write")
def create(call: Call) -> Response:
    """Create a release; unless it is a draft, its tag is made, as far as rules allow that."""
    found = fields.body(call, **{"tag_name!": "text"}, generate_release_notes="boolean", **_FIELDS)
    lengths.check("Release", found)
    world, repository = call.world, call.repository
    tag, draft = found["tag_name"], found.get("draft", False)
    target = found.get("target_commitish") or repository.data["default_branch"]
    _check_tag(call, tag, draft=draft)
    text = found.get("body")
    if found.get("generate_release_notes"):
        text = "\n\n".join(filter(None, (text, releases.notes(call, tag, None))))
    if not draft:
        releases.make_tag(call, tag, target)
    made = world.make(
        RELEASE,
        repository.id,
        "",
        Release(
            tag=tag,
            target=target,
            title=found.get("name"),
            body=text,
            draft=draft,
            prerelease=found.get("prerelease", False),
            author=call.actor.id,
            published_at=None if draft else world.clock.now(),
        ),
    )
    releases.mark(world, repository, made, found.get("make_latest", "true"))
    if not draft:
        kind = "prereleased" if made.data["prerelease"] else "released"
        releases.tell(call, made, "created", "published", kind)
    return Response(201, release_json(call, made))


@ROUTES.post(LIST + "/generate-notes", needs="repo:write")
def generate_notes(call: Call) -> Response:
    """Return name and text for a release that does not exist yet."""
    found = fields.body(
        call, **{"tag_name!": "text"}, target_commitish="text", previous_tag_name="text"
    )
    text = releases.notes(call, found["tag_name"], found.get("previous_tag_name"))
    return Response(200, {"name": found["tag_name"], "body": text})


@ROUTES.get(LIST + "/latest", needs="repo:read")
def get_latest(call: Call) -> Response:
    """Return the latest full release."""
    found = releases.latest(call.world, call.repository)
    if found is None:
        raise not_found()
    return Response(200, release_json(call, found))


@ROUTES.get(LIST + "/tags/{tag*}", needs="repo:read")
def get_by_tag(call: Call) -> Response:
    """Return the published release of a tag."""
    found = releases.of_tag(call.world, call.repository, call.parameters["tag"])
    if found is None:
        raise not_found()
    return Response(200, release_json(call, found))


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a release."""
    return Response(200, release_json(call, find(call)))


@ROUTES.patch(_ONE, needs="repo:write")
def update(call: Call) -> Response:
    """Change a release; a draft is published by `draft: false`."""
    old = find(call)
    found = fields.body(call, tag_name="text", **_FIELDS)
    lengths.check("Release", found)
    tag = found.get("tag_name", old.data["tag"])
    draft = found.get("draft", old.data["draft"])
    target = found.get("target_commitish", old.data["target"])
    _check_tag(call, tag, draft=draft, ident=old.id)
    if objects.resolve(call.world, call.repository, target) is None:
        raise failed("Release", "target_commitish", "invalid")
    if not draft:
        releases.make_tag(call, tag, target)
    fresh = old.data["draft"] and not draft
    new = call.world.change(
        old,
        tag=tag,
        target=target,
        title=found.get("name", old.data["title"]),
        body=found.get("body", old.data["body"]),
        draft=draft,
        prerelease=found.get("prerelease", old.data["prerelease"]),
        published_at=call.world.clock.now() if fresh else old.data["published_at"],
    )
    latest = found.get("make_latest", "true" if fresh else "false")
    releases.mark(call.world, call.repository, new, latest)
    releases.changed(call, old, new)
    return Response(200, release_json(call, new))


@ROUTES.delete(_ONE, needs="repo:write")
def delete(call: Call) -> Response:
    """Delete a release with its files; its tag stays."""
    found = find(call)
    call.world.remove(found)
    if not found.data["draft"]:
        releases.tell(call, found, "deleted")
    return NO_CONTENT
