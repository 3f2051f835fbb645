"""Releases and their files as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.repositories import releases
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.commits import base, html_base
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.repositories import RELEASE_ASSET, Release, ReleaseAsset
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record


def asset_json(call: Call, asset: Record[ReleaseAsset], tag: str) -> dict[str, Any]:
    """Return a file of the release of that tag as `release-asset`."""
    uploader = call.world.get(USER, asset.data["uploader"])
    return {
        "url": f"{base(call)}/releases/assets/{asset.id}",
        "browser_download_url": f"{html_base(call)}/releases/download/{quote(tag)}/{asset.name}",
        "id": asset.id,
        "node_id": node_id("release_asset", asset.id),
        "name": asset.name,
        "label": asset.data["label"],
        "state": "uploaded",
        "content_type": asset.data["content_type"],
        "size": asset.data["size"],
        "digest": asset.data["digest"],
        "download_count": asset.data["downloads"],
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
        "uploader": None if uploader is None else simple_user(call, uploader),
    }


def release_json(call: Call, release: Record[Release]) -> dict[str, Any]:
    """Return a release as `release`."""
    url = f"{base(call)}/releases/{release.id}"
    tag, draft = str(release.data["tag"]), release.data["draft"]
    author = call.world.get(USER, release.data["author"])
    if author is None:
        raise AssertionError("a release has an author")
    page = f"untagged-{release.id}" if draft else quote(tag)
    return {
        "url": url,
        "html_url": f"{html_base(call)}/releases/tag/{page}",
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "tarball_url": None if draft else f"{base(call)}/tarball/{quote(tag)}",
        "zipball_url": None if draft else f"{base(call)}/zipball/{quote(tag)}",
        "id": release.id,
        "node_id": node_id("release", release.id),
        "tag_name": tag,
        "target_commitish": release.data["target"],
        "name": release.data["title"],
        "body": release.data["body"],
        "draft": draft,
        "prerelease": release.data["prerelease"],
        "immutable": False,
        "created_at": releases.created_at(call.world, call.repository, release),
        "published_at": None if draft else release.data["published_at"],
        "updated_at": release.updated_at,
        "author": simple_user(call, author),
        "assets": [
            asset_json(call, each, tag) for each in call.world.all(RELEASE_ASSET, release.id)
        ],
    }
