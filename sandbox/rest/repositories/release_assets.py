"""Files of releases: uploaded raw, with their digest.

Source: https://docs.github.com/rest/releases/assets
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from sandbox.api import fields
from sandbox.api.errors import failed, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.repositories import releases
from sandbox.rest.repositories.releases import LIST, find
from sandbox.shapes.releases import asset_json
from sandbox.world.kinds.repositories import RELEASE_ASSET, Release, ReleaseAsset

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_ASSETS = LIST + "/{release_id}/assets"
_ONE = LIST + "/assets/{asset_id}"
_ODD = re.compile(r"[^A-Za-z0-9_.+-]+")


def _name(text: str) -> str:
    """Return the name that GitHub gives a file: odd characters become dots."""
    name = _ODD.sub(".", text).strip(".")
    if not name:
        raise failed("ReleaseAsset", "name", "missing_field")
    return name


def _check_free(call: Call, release: int, name: str, ident: int = 0) -> None:
    taken = call.world.find(RELEASE_ASSET, name, release)
    if taken is not None and taken.id != ident:
        raise failed("ReleaseAsset", "name", "already_exists")


def _asset(call: Call) -> tuple[Record[ReleaseAsset], Record[Release]]:
    """Return the path's file, and its release."""
    asset = call.world.get(RELEASE_ASSET, call.integer("asset_id"))
    for release in releases.visible(call, call.repository):
        if asset is not None and asset.parent == release.id:
            return asset, release
    raise not_found()


@ROUTES.get(_ASSETS, needs="repo:read")
def list_assets(call: Call) -> Response:
    """Return the files of a release."""
    release = find(call)
    found = call.world.all(RELEASE_ASSET, release.id)
    return page(call, found, lambda each: asset_json(call, each, release.data["tag"]))


@ROUTES.post(_ASSETS, needs="repo:write")
def upload(call: Call) -> Response:
    """Add a file: the body is its content, the query has its name."""
    release = find(call)
    name = _name(call.query.get("name", ""))
    _check_free(call, release.id, name)
    if not call.content:
        raise invalid("Bad Content-Length: an asset is not empty.")
    asset = call.world.make(
        RELEASE_ASSET,
        release.id,
        name,
        ReleaseAsset(
            label=call.query.get("label", ""),
            content_type=call.headers.get("content-type", "application/octet-stream"),
            size=len(call.content),
            digest=f"sha256:{hashlib.sha256(call.content).hexdigest()}",
            content=base64.b64encode(call.content).decode(),
            uploader=call.actor.id,
            downloads=0,
        ),
    )
    return Response(201, asset_json(call, asset, release.data["tag"]))


@ROUTES.get(_ONE, needs="repo:read")
def get(call: Call) -> Response:
    """Return a file: what is known of it, or its content for `Accept: application/octet-stream`."""
    asset, release = _asset(call)
    if "application/octet-stream" not in call.headers.get("accept", ""):
        return Response(200, asset_json(call, asset, release.data["tag"]))
    call.world.change(asset, downloads=asset.data["downloads"] + 1)
    content = base64.b64decode(asset.data["content"])
    return Response(200, content, {"Content-Type": "application/octet-stream"})


@ROUTES.patch(_ONE, needs="repo:write")
def update(call: Call) -> Response:
    """Rename a file, or label it."""
    asset, release = _asset(call)
    found = fields.body(call, name="text", label="text")
    name = _name(found.get("name", asset.name))
    _check_free(call, release.id, name, asset.id)
    changed = call.world.change(asset, name, label=found.get("label", asset.data["label"]))
    return Response(200, asset_json(call, changed, release.data["tag"]))


@ROUTES.delete(_ONE, needs="repo:write")
def delete(call: Call) -> Response:
    """Delete a file."""
    call.world.remove(_asset(call)[0])
    return NO_CONTENT
