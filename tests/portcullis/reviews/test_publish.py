"""One issue for each review, in place, and only ours: against the sandbox."""

from __future__ import annotations

import itertools
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from components.github_access import GitHubAccess
from portcullis.comment.body import marker
from portcullis.project import UserError
from portcullis.reviews.issues import Issues
from portcullis.reviews.periods import Kind
from portcullis.reviews.publish import publish
from portcullis.reviews.review import marker_of
from tests.portcullis.reviews.made import drifted, facts, secret
from tests.portcullis.reviews.test_boxes import click
from tests.portcullis.reviews.test_review import box
from tests.support.keys import app_keys
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.reviews.facts import Facts
    from tests.support.sandbox import World

REPOSITORY = "acme/config"
APP = "portcullis[bot]"
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
    "tokens": [{"login": "owner"}, {"login": "mallory"}, {"app": "portcullis"}, {"app": "blind"}],
    "apps": [
        {
            "slug": slug,
            "app_id": number,
            "public_key": app_keys()[1],
            "permissions": permissions,
            "organizations": ["acme"],
        }
        for slug, number, permissions in (
            ("portcullis", 1, {"issues": "write"}),
            ("blind", 2, {"issues": "read"}),
        )
    ],
}
TO_DO = facts(drift=drifted())
DONE = facts()
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox, whose answers are judged by GitHub's description."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    """A configuration repository without issues."""
    return sandbox.world(f"reviews{next(_numbers)}", SEED)


def published(world: World, kind: Kind, found: Facts, who: str = APP) -> str:
    """Bring one issue up to date, as an App."""
    client = GitHubAccess(world.base_url, token=world.tokens[who]).client()
    return publish(kind, found, Issues.of(client, REPOSITORY))


def issues(world: World) -> list[dict[str, Any]]:
    """All issues, the oldest first."""
    path = f"/repos/{REPOSITORY}/issues?state=all&per_page=100"
    found: list[dict[str, Any]] = world.request("GET", path, actor="owner")["body"]
    return found[::-1]


def person(world: World, number: int, **change: object) -> None:
    """Somebody who may write changes an issue on GitHub's page."""
    with world.client("owner") as owner:
        owner.patch(f"/repos/{REPOSITORY}/issues/{number}", json=change).raise_for_status()


def test_the_daily_issue_is_opened_updated_closed_and_opened_again(world: World) -> None:
    """R14: one issue, which is there while something is left to do."""
    assert published(world, Kind.DAILY, DONE) == "nothing is left to do"
    assert issues(world) == []
    assert published(world, Kind.DAILY, TO_DO).startswith("opened ")
    both = facts(drift=drifted(), secrets=(secret(due=date(2026, 12, 2)),))
    assert published(world, Kind.DAILY, both).startswith("updated ")
    assert "due on 2026-12-02" in issues(world)[0]["body"]
    assert published(world, Kind.DAILY, DONE).startswith("closed ")
    assert published(world, Kind.DAILY, DONE) == "nothing is left to do"
    assert published(world, Kind.DAILY, TO_DO).startswith("reopened ")
    (only,) = issues(world)
    assert only["state"] == "open"


def test_the_same_facts_write_nothing(world: World) -> None:
    """R14: a second run with the same facts sends no write."""
    for kind in Kind:
        published(world, kind, TO_DO)
    before = issues(world)
    for kind in Kind:
        published(world, kind, TO_DO)
    assert issues(world) == before
    assert len(before) == len(Kind)


def test_each_stack_has_its_own(world: World) -> None:
    """R14: what is done for one stack closes nothing of another one."""
    published(world, Kind.DAILY, TO_DO)
    other = facts(drift=drifted(), stack="dev", organization="guild")
    published(world, Kind.DAILY, other)
    published(world, Kind.DAILY, facts(stack="dev", organization="guild"))
    assert [each["state"] for each in issues(world)] == ["open", "closed"]


@pytest.mark.parametrize("kind", [Kind.DAILY, Kind.MONTHLY])
def test_a_forged_issue_is_left_alone(world: World, kind: Kind) -> None:
    """R14: an issue of somebody else with our marker is neither changed nor taken for ours."""
    first = marker("prod", "daily check")
    first = first if kind is Kind.DAILY else marker_of(kind, "2026-12", "prod")
    body = {"title": "Portcullis", "body": f"{first}\nall is well\n"}
    with world.client("mallory") as client:
        client.post(f"/repos/{REPOSITORY}/issues", json=body).raise_for_status()
    (forged,) = issues(world)
    assert published(world, kind, TO_DO).startswith("opened ")
    published(world, kind, DONE)
    assert issues(world)[0] == forged
    assert len(issues(world)) == 2


def test_the_issue_is_found_in_a_busy_repository(world: World) -> None:
    """R14: among 120 newer issues of people and of the same App."""
    published(world, Kind.DAILY, TO_DO)
    for who, count in ((APP, 101), ("owner", 19)):
        with world.client(who) as client:
            for n in range(count):
                client.post(f"/repos/{REPOSITORY}/issues", json={"title": f"{n}"})
    assert published(world, Kind.DAILY, DONE).endswith("/issues/1")


def test_ticks_and_comments_survive_in_the_period(world: World) -> None:
    """R14: a tick on GitHub's page, with its line ends, and a comment stay; facts are written."""
    published(world, Kind.MONTHLY, TO_DO)
    (made,) = issues(world)
    person(world, 1, body=click(made["body"], "logs").replace("\n", "\r\n"))
    with world.client("owner") as owner:
        owner.post(f"/repos/{REPOSITORY}/issues/1/comments", json={"body": "looked"})
    assert published(world, Kind.MONTHLY, DONE).startswith("updated ")
    (only,) = issues(world)
    assert box(only["body"], "logs").startswith("- [x]")
    assert box(only["body"], "drift").startswith("- [x]")
    assert only["comments"] == 1


def test_a_finished_review_is_closed_and_stays_so(world: World) -> None:
    """R14: closed when all is ticked; nothing of the period opens it again."""
    published(world, Kind.MONTHLY, DONE)
    body = issues(world)[0]["body"]
    for name in ("logs", "new-members", "new-secrets"):
        body = click(body, name)
    person(world, 1, body=body)
    assert published(world, Kind.MONTHLY, DONE).startswith("closed ")
    assert published(world, Kind.MONTHLY, TO_DO).startswith("finished: ")
    assert issues(world)[0]["state"] == "closed"


def test_the_next_period_opens_a_new_one(world: World) -> None:
    """R14: it names the unfinished one, which is left as it is."""
    published(world, Kind.QUARTERLY, TO_DO)
    before = issues(world)[0]
    later = facts(today=date(2027, 1, 1))
    assert published(world, Kind.QUARTERLY, later).startswith("opened ")
    first, second = issues(world)
    assert first == before
    assert "- #1 (open): " in second["body"]
    assert "2027-Q1" in second["title"]


@pytest.mark.parametrize(
    ("who", "repository", "says"),
    [
        ("blind[bot]", REPOSITORY, "`issues: write` (403)"),
        (APP, "acme/nothing", "no such repository"),
    ],
)
def test_why_no_issue_was_written(world: World, who: str, repository: str, says: str) -> None:
    """R14: an App that may not, and a repository that is not there, end in words."""
    client = GitHubAccess(world.base_url, token=world.tokens[who]).client()
    with pytest.raises(UserError, match="no issue was written") as failed:
        publish(Kind.DAILY, TO_DO, Issues.of(client, repository))
    assert says in str(failed.value)


def test_a_repository_without_issues(world: World) -> None:
    """R14: where issues are switched off, it says so."""
    with world.client("owner") as owner:
        owner.patch(f"/repos/{REPOSITORY}", json={"has_issues": False}).raise_for_status()
    with pytest.raises(UserError, match="issues are switched off"):
        published(world, Kind.DAILY, TO_DO)
