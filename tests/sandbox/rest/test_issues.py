"""Issues and milestones behave as documented."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

WIDGET = "/repos/acme/widget"


def test_milestones(api: httpx.Client) -> None:
    """Numbered per repository, never twice; listed when open; gone with a delete."""
    base = f"{WIDGET}/milestones"
    first = api.post(base, json={"title": "v1", "due_on": "2026-03-01T00:00:00Z"}).json()
    assert (first["number"], first["state"], first["open_issues"]) == (1, "open", 0)
    assert first["creator"]["login"] == "ana"
    assert api.post(base, json={"title": "v1"}).json()["errors"][0]["code"] == "already_exists"
    second = api.post(base, json={"title": "v2", "state": "closed"}).json()
    assert second["closed_at"] is not None
    assert [each["title"] for each in api.get(base).json()] == ["v1"]
    assert [each["number"] for each in api.get(f"{base}?state=all").json()] == [1, 2]
    opened = api.patch(f"{base}/2", json={"state": "open", "title": "v3"}).json()
    assert (opened["title"], opened["closed_at"]) == ("v3", None)
    assert api.delete(f"{base}/2").status_code == 204
    assert api.get(f"{base}/2").status_code == 404
    assert api.post(base, json={"title": "v4"}).json()["number"] == 3


def test_issues(api: httpx.Client) -> None:
    """An issue has labels (new ones are made), people, a milestone; it is closed, not deleted."""
    api.post(f"{WIDGET}/milestones", json={"title": "v1"})
    base = f"{WIDGET}/issues"
    body = {"title": "Bug", "labels": ["bug", "fresh"], "assignees": ["ben"], "milestone": 1}
    made = api.post(base, json=body).json()
    assert {label["name"] for label in made["labels"]} == {"bug", "fresh"}
    assert [user["login"] for user in made["assignees"]] == ["ben"]
    assert made["milestone"]["number"] == 1
    assert api.get(f"{WIDGET}/milestones/1").json()["open_issues"] == 1
    one = f"{base}/{made['number']}"
    closed = api.patch(one, json={"state": "closed", "labels": []}).json()
    assert (closed["state"], closed["state_reason"], closed["labels"]) == (
        "closed",
        "completed",
        [],
    )
    assert api.get(base).json() == []
    assert [each["id"] for each in api.get(f"{base}?state=closed").json()] == [made["id"]]
    assert api.post(base, json={"title": "x", "milestone": 9}).status_code == 422
    assert api.patch(one, json={"title": "Other"}).json()["title"] == "Other"


def test_issues_and_pull_requests_share_their_numbers(api: httpx.Client) -> None:
    """The pull request after issue 1 is number 2, and the next issue number 3."""
    assert api.post(f"{WIDGET}/issues", json={"title": "one"}).json()["number"] == 1
    sha = api.get(f"{WIDGET}/git/ref/heads/main").json()["object"]["sha"]
    api.post(f"{WIDGET}/git/refs", json={"ref": "refs/heads/topic", "sha": sha})
    change = {"message": "x", "content": "eA==", "branch": "topic"}
    assert api.put(f"{WIDGET}/contents/x.txt", json=change).status_code == 201
    pull = api.post(f"{WIDGET}/pulls", json={"title": "two", "head": "topic", "base": "main"})
    assert pull.json()["number"] == 2
    assert api.post(f"{WIDGET}/issues", json={"title": "three"}).json()["number"] == 3


def test_a_repository_without_issues_has_none(api: httpx.Client, world: World) -> None:
    """Switched off, issues are gone (410); who only reads may open one, not change it."""
    made = api.post("/repos/acme/site/issues", json={"title": "one"}).json()
    with world.client("zoe") as client:
        assert client.post("/repos/acme/site/issues", json={"title": "two"}).status_code == 201
        one = f"/repos/acme/site/issues/{made['number']}"
        assert client.patch(one, json={"title": "mine"}).status_code in (403, 404)
    api.patch("/repos/acme/site", json={"has_issues": False})
    assert api.get(f"/repos/acme/site/issues/{made['number']}").status_code == 410
    assert api.post("/repos/acme/site/issues", json={"title": "x"}).status_code == 410


def test_comments(api: httpx.Client, world: World) -> None:
    """By page, the oldest first; only their author and people who may write change them."""
    base = "/repos/acme/site/issues"
    api.post(base, json={"title": "one"})
    comments = f"{base}/1/comments"
    made = [api.post(comments, json={"body": f"{n}"}).json() for n in range(3)]
    assert [each["body"] for each in api.get(f"{comments}?per_page=2").json()] == ["0", "1"]
    assert [each["body"] for each in api.get(f"{comments}?per_page=2&page=2").json()] == ["2"]
    one = f"{base}/comments/{made[1]['id']}"
    assert api.patch(one, json={"body": "new"}).json()["body"] == "new"
    with world.client("zoe") as stranger:
        assert stranger.get(one).json()["user"]["login"] == "ana"
        assert stranger.patch(one, json={"body": "mine"}).status_code == 403
        own = stranger.post(comments, json={"body": "hello"}).json()
        assert stranger.patch(f"{base}/comments/{own['id']}", json={"body": "x"}).is_success
    assert api.post(comments, json={"body": "x" * 65_537}).status_code == 422
    assert api.post(f"{base}/9/comments", json={"body": "x"}).status_code == 404
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
