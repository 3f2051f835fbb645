"""Annotated tags: anybody who writes makes the object, rulesets guard the ref."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    import httpx

    from tests.sandbox.enforcement.acting import Acting

TAGGER = {"name": "Ben", "email": "ben@example.com", "date": "2026-01-02T03:04:05Z"}


def _tag(acting: Acting, login: str = "ben", **more: object) -> httpx.Response:
    body: dict[str, Any] = {
        "tag": "v1",
        "message": "one",
        "object": acting.tip(),
        "type": "commit",
        "tagger": TAGGER,
        **more,
    }
    return acting.as_(login).post(f"{REPO}/git/tags", json=body)


def _point(acting: Acting, login: str, ref: str, sha: str) -> httpx.Response:
    return acting.as_(login).post(f"{REPO}/git/refs", json={"ref": f"refs/{ref}", "sha": sha})


def test_the_object_has_git_s_own_id(acting: Acting) -> None:
    """It names commit, tagger and message, and is no ref yet (C1)."""
    made = _tag(acting).json()
    lines = [
        f"object {acting.tip()}",
        "type commit",
        "tag v1",
        "tagger Ben <ben@example.com> 1767323045 +0000",
        "",
        "one",
    ]
    content = "\n".join(lines).encode()
    whole = f"tag {len(content)}\0".encode() + content
    assert made["sha"] == hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    assert acting.as_("kim").get(f"{REPO}/git/tags/{made['sha']}").json() == made
    assert acting.as_("kim").get(f"{REPO}/tags").json() == []


def test_a_ref_leads_to_the_object_and_stands_for_the_commit(acting: Acting) -> None:
    """`git/ref` shows the tag object; commits and the list of tags the commit (C1)."""
    sha = _tag(acting).json()["sha"]
    assert _point(acting, "ben", "tags/v1", sha).status_code == 201
    shown = acting.as_("ben").get(f"{REPO}/git/ref/tags/v1").json()["object"]
    assert (shown["type"], shown["sha"]) == ("tag", sha)
    assert acting.as_("ben").get(shown["url"]).json()["sha"] == sha
    assert acting.tip("tags/v1") == acting.tip()
    [listed] = acting.as_("ben").get(f"{REPO}/tags").json()
    assert listed["commit"]["sha"] == acting.tip()
    body = {"sha": acting.tip(), "force": True}
    moved = acting.as_("ben").patch(f"{REPO}/git/refs/tags/v1", json=body)
    assert moved.json()["object"]["type"] == "commit"


def test_the_rules_are_those_of_the_ref(acting: Acting) -> None:
    """Anyone who may not make the tag may make the object, and cannot point to it (E1)."""
    acting.ruleset({"type": "creation"}, target="tag", include="refs/tags/v*")
    made = _tag(acting)
    assert made.status_code == 201
    refused = _point(acting, "ben", "tags/v1", made.json()["sha"])
    assert (refused.status_code, "Cannot create" in refused.text) == (422, True)
    assert _point(acting, "ben", "tags/other", made.json()["sha"]).status_code == 201


@pytest.mark.parametrize(
    ("login", "more", "status"),
    [
        ("zoe", {}, 403),
        ("ben", {"object": "0" * 40}, 422),
        ("ben", {"tagger": {"name": "Ben"}}, 422),
        ("ben", {"type": "note"}, 422),
        ("ben", {"message": None}, 422),
    ],
)
def test_what_is_no_tag(acting: Acting, login: str, more: dict[str, Any], status: int) -> None:
    """Somebody who only reads, an unknown commit, half a tagger, no message (C2)."""
    assert _tag(acting, login, **more).status_code == status


def test_a_branch_is_no_place_for_a_tag(acting: Acting) -> None:
    """A branch leads to a commit (E3)."""
    sha = _tag(acting).json()["sha"]
    assert _point(acting, "ben", "heads/mine", sha).status_code == 422
    patched = acting.as_("ana").patch(f"{REPO}/git/refs/heads/main", json={"sha": sha})
    assert patched.status_code == 422
    assert acting.as_("ben").get(f"{REPO}/git/tags/{acting.tip()}").status_code == 404
