"""Forks that take over what is new upstream."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.sandbox.bodies import pull_request

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

SITE, FORK = "/repos/acme/site", "/repos/zoe/site"


def _write(api: httpx.Client, repo: str, path: str, text: str) -> None:
    content = base64.b64encode(text.encode()).decode()
    body = {"message": path, "content": content, "branch": "main"}
    assert api.put(f"{repo}/contents/{path}", json=body).status_code == 201


def _sync(api: httpx.Client, branch: str = "main", repo: str = FORK) -> httpx.Response:
    return api.post(f"{repo}/merge-upstream", json={"branch": branch})


def _kind(api: httpx.Client) -> str:
    answer = _sync(api)
    assert answer.status_code == 200, answer.text
    assert answer.json()["base_branch"] == "acme:main"
    return str(answer.json()["merge_type"])


def test_a_fork_catches_up(world: World, api: httpx.Client) -> None:
    """Nothing to do, fast-forward, merge, and a conflict that changes nothing (C1)."""
    with world.client("zoe") as zoe:
        assert zoe.post(f"{SITE}/forks").status_code == 202
        assert _kind(zoe) == "none"
        _write(api, SITE, "one.txt", "1\n")
        assert _kind(zoe) == "fast-forward"
        tips = [api.get(f"{each}/commits/main").json()["sha"] for each in (SITE, FORK)]
        assert tips[0] == tips[1]
        _write(api, SITE, "two.txt", "2\n")
        _write(zoe, FORK, "mine.txt", "m\n")
        assert _kind(zoe) == "merge"
        assert zoe.get(f"{FORK}/contents/two.txt").status_code == 200
        _write(api, SITE, "same.txt", "theirs\n")
        _write(zoe, FORK, "same.txt", "mine\n")
        before = zoe.get(f"{FORK}/commits/main").json()["sha"]
        refused = _sync(zoe)
        assert (refused.status_code, "merge conflicts" in refused.text) == (409, True)
        assert zoe.get(f"{FORK}/commits/main").json()["sha"] == before


def test_what_cannot_be_synced(world: World, api: httpx.Client) -> None:
    """A branch that one of both lacks, no fork at all, a stranger's fork (C2)."""
    with world.client("zoe") as zoe, world.client("kim") as kim:
        zoe.post(f"{SITE}/forks")
        assert _sync(zoe, "nope").status_code == 404
        sha = zoe.get(f"{FORK}/commits/main").json()["sha"]
        zoe.post(f"{FORK}/git/refs", json={"ref": "refs/heads/mine", "sha": sha})
        assert _sync(zoe, "mine").status_code == 422
        assert _sync(api, repo=SITE).status_code == 422
        assert _sync(kim).status_code == 403


def test_a_protected_fork_is_not_moved(world: World, api: httpx.Client) -> None:
    """Syncing is checked like a push (E1)."""
    with world.client("zoe") as zoe:
        zoe.post(f"{SITE}/forks")
        _write(api, SITE, "one.txt", "1\n")
        ruleset = {
            "name": "reviews",
            "target": "branch",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": ["~ALL"], "exclude": []}},
            "rules": [pull_request()],
        }
        assert zoe.post(f"{FORK}/rulesets", json=ruleset).status_code == 201
        assert _sync(zoe).status_code in (409, 422)
        assert zoe.get(f"{FORK}/contents/one.txt").status_code == 404
