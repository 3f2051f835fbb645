"""Releases: a tag with notes and files, created and checked like every tag."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

REPO = "/repos/acme/widget"
RELEASES = f"{REPO}/releases"
TAG = f"{REPO}/git/ref/tags/v1"
WAITS = """on: {release: {types: [TYPE]}}
jobs:
  publish:
    runs-on: ubuntu-latest
    steps: [{run: echo}]
"""


def test_a_release_lives_and_dies(api: httpx.Client) -> None:
    """Created with its tag, read in four ways, changed, deleted; the tag stays (C1)."""
    made = api.post(RELEASES, json={"tag_name": "v1", "name": "One", "body": "notes"}).json()
    one = f"{RELEASES}/{made['id']}"
    assert (made["draft"], made["prerelease"], made["target_commitish"]) == (False, False, "main")
    assert api.get(TAG).status_code == 200
    for path in (one, f"{RELEASES}/latest", f"{RELEASES}/tags/v1"):
        assert api.get(path).json()["id"] == made["id"]
    assert [each["id"] for each in api.get(RELEASES).json()] == [made["id"]]
    assert api.post(RELEASES, json={"tag_name": "v1"}).json()["errors"][0]["code"] == (
        "already_exists"
    )
    assert api.patch(one, json={"name": "First"}).json()["name"] == "First"
    assert api.get(one).json()["body"] == "notes"
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    assert api.get(TAG).status_code == 200


def test_a_draft_is_for_those_who_push_and_makes_no_tag(world: World, api: httpx.Client) -> None:
    """Nobody else sees it; publishing it makes the tag, and deleting the tag a draft of it (C1)."""
    site = "/repos/acme/site"
    made = api.post(f"{site}/releases", json={"tag_name": "v1", "draft": True}).json()
    one = f"{site}/releases/{made['id']}"
    with world.client("zoe") as zoe:
        assert zoe.get(one).status_code == 404
        assert zoe.get(f"{site}/releases").json() == []
    assert made["published_at"] is None
    assert api.get(f"{site}/git/ref/tags/v1").status_code == 404
    assert api.get(f"{site}/releases/tags/v1").status_code == 404
    assert api.get(f"{site}/releases/latest").status_code == 404
    assert api.patch(one, json={"draft": False}).json()["published_at"]
    assert api.get(f"{site}/git/ref/tags/v1").status_code == 200
    assert api.delete(f"{site}/git/refs/tags/v1").status_code == 204
    assert api.get(one).json()["draft"] is True


@pytest.mark.parametrize("draft", [False, True])
def test_a_ruleset_on_tags_stops_a_release(world: World, api: httpx.Client, *, draft: bool) -> None:
    """Who may not make the tag makes no release, and publishes no draft; who bypasses does (E1)."""
    rules: dict[str, Any] = {
        "name": "tags",
        "target": "tag",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}},
        "rules": [{"type": "creation"}],
        "bypass_actors": [
            {"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"},
        ],
    }
    assert api.post(f"{REPO}/rulesets", json=rules).status_code == 201
    body = {"tag_name": "v1", "draft": draft}
    with world.client("ben") as ben:
        tried = ben.post(RELEASES, json=body)
        if draft:
            tried = ben.patch(f"{RELEASES}/{tried.json()['id']}", json={"draft": False})
        assert tried.status_code == 422
        assert api.get(TAG).status_code == 404
        assert ben.post(RELEASES, json={"tag_name": "other"}).status_code == 201
    assert api.post(RELEASES, json={"tag_name": "v1"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tag_name": "v1", "target_commitish": "nowhere"}, "target_commitish"),
        ({"tag_name": "a b"}, "tag_name"),
        ({"tag_name": ""}, "tag_name"),
    ],
)
def test_a_release_that_makes_no_sense(api: httpx.Client, body: dict[str, Any], field: str) -> None:
    """An unknown target or a tag that git would not take is refused (C2)."""
    answer = api.post(RELEASES, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_the_latest_is_the_marked_one(api: httpx.Client) -> None:
    """A new release is the latest; prereleases and `make_latest: false` are not (C2)."""

    def latest() -> str:
        return str(api.get(f"{RELEASES}/latest").json()["tag_name"])

    first = api.post(RELEASES, json={"tag_name": "v1"}).json()
    api.post(RELEASES, json={"tag_name": "v2"})
    assert latest() == "v2"
    api.post(RELEASES, json={"tag_name": "v1.1", "make_latest": "false"})
    api.post(RELEASES, json={"tag_name": "v3-rc", "prerelease": True})
    assert latest() == "v2"
    api.patch(f"{RELEASES}/{first['id']}", json={"make_latest": "true"})
    assert latest() == "v1"


def test_notes_are_generated(api: httpx.Client) -> None:
    """They say where to see what changed since the release before (C1)."""
    first = api.post(RELEASES, json={"tag_name": "v1", "generate_release_notes": True}).json()
    assert first["body"].endswith("/commits/v1")
    notes = api.post(f"{RELEASES}/generate-notes", json={"tag_name": "v2"}).json()
    assert (notes["name"], notes["body"].endswith("/compare/v1...v2")) == ("v2", True)


def test_files_of_a_release(world: World, api: httpx.Client) -> None:
    """Uploaded raw where `upload_url` says, downloaded as they were, renamed, deleted (C1)."""
    made = api.post(RELEASES, json={"tag_name": "v1"}).json()
    content = b"\x00wheel\xff"
    head = {"Content-Type": "application/zip"}
    upload = made["upload_url"].partition("{")[0]
    # a client of an Enterprise Server builds this address by itself
    other = upload.replace("/api/v3/", "/api/uploads/")
    asset = api.post(f"{upload}?name=a b.whl", content=content, headers=head).json()
    assert api.post(f"{other}?name=c.whl", content=b"x", headers=head).status_code == 201
    assert api.post(f"{upload}?name=a.b.whl", content=b"x", headers=head).status_code == 422
    assert (asset["name"], asset["size"]) == ("a.b.whl", len(content))
    assert asset["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    one = f"{RELEASES}/assets/{asset['id']}"
    raw = api.get(one, headers={"Accept": "application/octet-stream"})
    assert raw.content == content
    assert api.patch(one, json={"name": "b.whl"}).json()["download_count"] == 1
    names = [each["name"] for each in api.get(f"{RELEASES}/{made['id']}/assets").json()]
    assert sorted(names) == ["b.whl", "c.whl"]
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    with world.client("zoe") as zoe:
        assert zoe.post(f"{upload}?name=z", content=b"x", headers=head).status_code == 404


@pytest.mark.parametrize(
    ("kind", "steps", "started"),
    [
        ("published", [{}], True),
        ("created", [{}], True),
        ("released", [{}], True),
        ("released", [{"prerelease": True}], False),
        ("prereleased", [{"prerelease": True}], True),
        ("created", [{"draft": True}], False),
        ("published", [{"draft": True}], False),
        ("published", [{"draft": True}, {"draft": False}], True),
        ("edited", [{}, {"name": "x"}], True),
        ("edited", [{"draft": True}, {"name": "x"}], False),
        ("unpublished", [{}, {"draft": True}], True),
        ("released", [{"prerelease": True}, {"prerelease": False}], True),
    ],
)
def test_a_release_starts_workflows(
    api: httpx.Client, kind: str, steps: list[dict[str, Any]], *, started: bool
) -> None:
    """`on: release` with its types, from the file at the tag; drafts start nothing (R3)."""
    text = WAITS.replace("TYPE", kind).encode()
    path = f"{REPO}/contents/.github/workflows/publish.yml"
    api.put(path, json={"message": "w", "content": base64.b64encode(text).decode()})
    made = api.post(RELEASES, json={"tag_name": "v1", **steps[0]}).json()
    for step in steps[1:]:
        api.patch(f"{RELEASES}/{made['id']}", json=step)
    runs = api.get(f"{REPO}/actions/runs", params={"event": "release"}).json()["workflow_runs"]
    assert [run["head_branch"] for run in runs] == (["v1"] if started else [])
