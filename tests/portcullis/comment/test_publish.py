"""One comment a stack, in place, and only ours: against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.github_access import GitHubAccess
from portcullis.comment.body import marker
from portcullis.comment.publish import publish
from portcullis.project import UserError
from tests.portcullis.comment.test_body import plan
from tests.support.keys import app_keys
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import World

REPOSITORY = "acme/config"
SEED: dict[str, Any] = {
    "users": ["mallory"],
    "organizations": [
        {
            "login": "acme",
            "plan": "team",
            "owners": ["owner"],
            "repositories": {"config": {"visibility": "public", "files": {"README.md": "x\n"}}},
        }
    ],
    "tokens": [{"login": "owner"}, {"app": "preview"}, {"app": "blind"}],
    "apps": [
        {
            "slug": slug,
            "app_id": number,
            "public_key": app_keys()[1],
            "permissions": permissions,
            "organizations": ["acme"],
        }
        for slug, number, permissions in (
            ("preview", 1, {"pull_requests": "write", "contents": "read"}),
            ("blind", 2, {"contents": "read"}),
        )
    ],
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A configuration repository with two pull requests."""
    with Sandbox() as sandbox:
        made = sandbox.world("comment", SEED)
        with made.client("owner") as owner:
            repository = f"/repos/{REPOSITORY}"
            main = owner.get(f"{repository}/git/ref/heads/main").json()["object"]["sha"]
            for name in ("one", "two"):
                body = {"ref": f"refs/heads/{name}", "sha": main}
                owner.post(f"{repository}/git/refs", json=body).raise_for_status()
                content = {"message": name, "content": "eA==", "branch": name}
                owner.put(f"{repository}/contents/{name}", json=content).raise_for_status()
                pull = {"title": name, "head": name, "base": "main"}
                owner.post(f"{repository}/pulls", json=pull).raise_for_status()
        yield made


def published(world: World, number: int, who: str = "preview[bot]", **given: object) -> str:
    """Publish a plan's comment as an App."""
    client = GitHubAccess(world.base_url, token=world.tokens[who]).client()
    return publish(client, plan(**given), REPOSITORY, number)


def comments(world: World, number: int) -> list[dict[str, Any]]:
    """All comments on a pull request."""
    found: list[dict[str, Any]] = []
    for page in (1, 2, 3):
        path = f"/repos/{REPOSITORY}/issues/{number}/comments?per_page=100&page={page}"
        found += world.request("GET", path, actor="owner")["body"]
    return found


def test_the_comment_is_replaced_however_busy_the_pull_request_is(world: World) -> None:
    """C5: among 120 comments, ours is found again and replaced; each stack has its own."""
    first = published(world, 1)
    with world.client("owner") as owner:
        for n in range(120):
            owner.post(f"/repos/{REPOSITORY}/issues/1/comments", json={"body": f"{n}"})
    other = published(world, 1, stack="dev")
    assert other != first
    assert published(world, 1, stack="dev", digest="e" * 64) == other
    assert published(world, 1, digest="f" * 64) == first
    ours = [each for each in comments(world, 1) if each["user"]["login"] == "preview[bot]"]
    assert len(ours) == 2
    assert "f" * 64 in ours[0]["body"]


def test_two_pull_requests_do_not_share_a_comment(world: World) -> None:
    """C5: each pull request shows its own plan."""
    one, two = published(world, 1, digest="1" * 64), published(world, 2, digest="2" * 64)
    assert one != two
    assert "2" * 64 in comments(world, 2)[-1]["body"]


def test_a_forged_comment_is_left_alone(world: World) -> None:
    """C5: a comment with our marker that somebody else wrote is neither taken nor changed."""
    forged = f"{marker('prod')}\n### Portcullis: passes, plan {'0' * 64}"
    with world.client("mallory") as mallory:
        path = f"/repos/{REPOSITORY}/issues/2/comments"
        made = mallory.post(path, json={"body": forged}).json()
    address = published(world, 2, digest="3" * 64)
    assert address != made["html_url"]
    (kept,) = [each for each in comments(world, 2) if each["id"] == made["id"]]
    assert kept["body"] == forged


@pytest.mark.parametrize(
    ("number", "who", "said"),
    [
        (1, "blind[bot]", "the App needs the permission `pull_requests: write`"),
        (99, "preview[bot]", "there is no such pull request"),
    ],
)
def test_what_is_in_the_way_is_told(world: World, number: int, who: str, said: str) -> None:
    """C5: a missing permission and a missing pull request are reported, with what to do."""
    with pytest.raises(UserError, match=said):
        published(world, number, who)


def test_an_expired_token_is_told(world: World) -> None:
    """C5: an expired token is reported as that."""
    client = GitHubAccess(world.base_url, token="expired").client()
    with pytest.raises(UserError, match="the token is wrong or has expired"):
        publish(client, plan(), REPOSITORY, 1)
