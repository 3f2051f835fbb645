"""Refs in paths, with their slashes as they are."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.api.lookups import whole_ref

if TYPE_CHECKING:
    import httpx

REPO = "/repos/acme/widget"
SEGMENT = st.from_regex(r"[a-z0-9._-]{1,8}", fullmatch=True)


@pytest.mark.parametrize("below", ["", "/status", "/statuses", "/check-runs", "/check-suites"])
@pytest.mark.parametrize("ref", ["heads/main", "tags/v1", "fix/1/a", "heads/fix/1/a", "main"])
def test_a_commit_is_named_by_any_ref(api: httpx.Client, ref: str, below: str) -> None:
    """`heads/main`, `tags/v1` and a branch with slashes, encoded or not (C1)."""
    sha = api.get(f"{REPO}/git/ref/heads/main").json()["object"]["sha"]
    for name in ("heads/fix/1/a", "tags/v1"):
        api.post(f"{REPO}/git/refs", json={"ref": f"refs/{name}", "sha": sha})
    answers = [api.get(f"{REPO}/commits/{each}{below}") for each in (ref, ref.replace("/", "%2F"))]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert below or answers[0].json()["sha"] == sha


def test_a_branch_with_slashes_is_protected_by_its_path(api: httpx.Client) -> None:
    """As GitHub takes it, not encoded (C1)."""
    sha = api.get(f"{REPO}/commits/main").json()["sha"]
    api.post(f"{REPO}/git/refs", json={"ref": "refs/heads/fix/1", "sha": sha})
    assert api.get(f"{REPO}/branches/fix/1").json()["name"] == "fix/1"
    path = f"{REPO}/branches/fix/1/protection/enforce_admins"
    assert api.get(path).status_code == 404
    body = {
        "required_status_checks": None,
        "enforce_admins": True,
        "required_pull_request_reviews": None,
        "restrictions": None,
    }
    assert api.put(f"{REPO}/branches/fix/1/protection", json=body).status_code == 200
    assert api.get(path).json()["enabled"] is True


def test_files_and_lists_are_read_at_any_ref(api: httpx.Client) -> None:
    """`ref` of a file and `sha` of a list name commits in the same ways (C1)."""
    content = base64.b64encode(b"new\n").decode()
    api.put(f"{REPO}/contents/new.txt", json={"message": "new", "content": content})
    assert api.get(f"{REPO}/contents/new.txt", params={"ref": "heads/main"}).status_code == 200
    assert len(api.get(f"{REPO}/commits", params={"sha": "heads/main"}).json()) == 2


@given(st.lists(SEGMENT, min_size=1, max_size=4))
def test_nothing_but_a_ref_is_put_together(parts: list[str]) -> None:
    """What has no slash in a ref, and what is no repository's, stays as it is (C1)."""
    tail = "/".join(parts)
    assert whole_ref(f"/orgs/acme/teams/x/{tail}") == f"/orgs/acme/teams/x/{tail}"
    assert whole_ref(f"/repos/a/b/contents/{tail}") == f"/repos/a/b/contents/{tail}"
    assert whole_ref(f"/repos/a/b/commits/{parts[0]}/status") == (
        f"/repos/a/b/commits/{parts[0]}/status"
    )
    assert whole_ref("/repos/a/b/commits") == "/repos/a/b/commits"
