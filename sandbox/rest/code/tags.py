"""Annotated tags, and the list of tags.

Source: https://docs.github.com/rest/git/tags
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields
from sandbox.api.errors import conflict, invalid, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.git import objects, tags
from sandbox.shapes.commits import VERIFICATION, base, html_base
from sandbox.world.kinds.code import COMMIT, REF, GitTag, Ref
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_TAGS = "/repos/{owner}/{repo}/git/tags"


def _shape(call: Call, tag: Record[GitTag]) -> dict[str, Any]:
    return {
        "node_id": node_id(tag.kind, tag.id),
        "sha": tag.name,
        "url": f"{base(call)}/git/tags/{tag.name}",
        "tag": tag.data["tag"],
        "message": tag.data["message"],
        "tagger": tag.data["tagger"],
        "object": {
            "type": "commit",
            "sha": tag.data["commit"],
            "url": f"{base(call)}/git/commits/{tag.data['commit']}",
        },
        "verification": VERIFICATION,
    }


@ROUTES.post(_TAGS, needs="repo:write")
def create(call: Call) -> Response:
    """Make the object of an annotated tag; the tag itself is a ref, made after it."""
    wanted: dict[str, fields.Kind] = {
        "tag!": "text",
        "message!": "text",
        "object!": "text",
        "type!": ("commit", "tree", "blob"),
    }
    found = fields.body(call, **wanted, tagger="object")
    if not call.world.count(REF, call.repository.id):
        raise conflict("Git Repository is empty.")
    if found["type"] != "commit":
        raise invalid("The sandbox tags commits only.")
    commit = call.world.find(COMMIT, found["object"], call.repository.id)
    if commit is None:
        raise invalid("Object does not exist")
    if call.actor.user is None:
        raise not_found()
    now = call.world.clock.now()
    given = found.get("tagger")
    tagger = objects.person_from(given, now) if given else objects.person_of(call.actor.user, now)
    about = {"commit": commit.name, "message": found["message"], "tagger": tagger}
    made = tags.make(call.world, call.repository, found["tag"], **about)
    return Response(201, _shape(call, made))


@ROUTES.get(_TAGS + "/{tag_sha}", needs="repo:read")
def get(call: Call) -> Response:
    """Return the object of an annotated tag."""
    found = tags.find(call.world, call.repository, call.parameters["tag_sha"])
    if found is None:
        raise not_found()
    return Response(200, _shape(call, found))


@ROUTES.get("/repos/{owner}/{repo}/tags", needs="repo:read")
def list_tags(call: Call) -> Response:
    """Return the tags."""
    every = call.world.all(REF, call.repository.id)
    tags = (ref for ref in every if ref.name.startswith("refs/tags/"))
    found = sorted(tags, key=lambda ref: ref.name)

    def shape(ref: Record[Ref]) -> dict[str, Any]:
        name = ref.name.removeprefix("refs/tags/")
        return {
            "name": name,
            "commit": {"sha": ref.data["sha"], "url": f"{base(call)}/commits/{ref.data['sha']}"},
            "zipball_url": f"{html_base(call)}/zipball/{ref.name}",
            "tarball_url": f"{html_base(call)}/tarball/{ref.name}",
            "node_id": node_id("ref", ref.id),
        }

    return page(call, found, shape)
