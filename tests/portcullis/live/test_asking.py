"""Asking GitHub: cheaply, patiently, and without a traceback."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from githubkit.exception import RequestError

from components.github_access import GitHubAccess
from portcullis.adopt import existing
from portcullis.live.asking import MOST_TRIES, Asking, Unread
from portcullis.project import UserError
from tests.portcullis.live.conftest import asking, read

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import World

SEED: dict[str, Any] = {
    "organizations": [
        {
            "login": "acme",
            "plan": "team",
            "owners": ["ana"],
            "repositories": {
                name: {"files": {"README.md": "x"}} for name in ("site", "tool", "widget")
            },
        }
    ],
    "tokens": [{"login": "ana"}],
}


def test_what_has_not_changed_costs_nothing(world: World, tmp_path: Path) -> None:
    """Promise: the second look gets 304 for each REST request, counts them, and sees the same."""
    world.control("PATCH", "settings", {"etags": True})
    first, before = read(world, tmp_path)
    again, usage = read(world, tmp_path)
    assert again == first
    assert before.usage.counted > before.usage.not_modified
    assert usage.usage.not_modified == usage.usage.rest
    assert usage.usage.counted == usage.usage.graphql
    world.request("PATCH", "/orgs/acme", {"description": "changed"})
    changed, third = read(world, tmp_path)
    settings = changed.of("OrganizationSettings")[0]
    assert settings.inputs["description"] == "changed"
    assert 0 < third.usage.not_modified < third.usage.rest


@pytest.mark.usefixtures("slept")
def test_an_interrupted_look_goes_on(world: World, tmp_path: Path) -> None:
    """Promise: what was answered before a failure is not paid for twice."""
    world.control("PATCH", "settings", {"etags": True})
    world.fault(path="/users/*", drop="before", count=None)

    def interrupted() -> None:
        with asking(world, tmp_path) as conversation:
            conversation.get("/orgs/acme")
            conversation.get("/users/ana")

    with pytest.raises(RequestError):
        interrupted()
    with asking(world, tmp_path) as conversation:
        conversation.get("/orgs/acme")
        assert conversation.usage.not_modified == 1


@pytest.mark.parametrize(("failures", "answered"), [(MOST_TRIES - 1, True), (MOST_TRIES, False)])
def test_a_failure_of_github_is_tried_again(
    world: World, slept: list[float], failures: int, *, answered: bool
) -> None:
    """Promise: 5xx is tried again some times; then it is unread, and no error."""
    world.fault(method="GET", path="/orgs/acme", status=502, count=failures)
    with asking(world) as conversation:
        answer = conversation.get("/orgs/acme")
    assert isinstance(answer, Unread) is not answered
    assert len(slept) == MOST_TRIES - 1
    if not answered:
        assert not answer.hidden
        assert str(answer) == "GitHub answered 502"


def test_what_is_refused_names_its_permission(world: World, slept: list[float]) -> None:
    """Promise: 403 is asked once, and the line says which permission reads it."""
    world.fault(
        path="/orgs/acme/hooks*",
        status=403,
        headers={"X-Accepted-GitHub-Permissions": "organization_hooks=read"},
    )
    live, _ = read(world)
    assert not slept
    [gap] = live.gaps
    assert (gap.kinds, gap.why) == (
        ("OrganizationWebhook",),
        Unread(403, "organization_hooks=read"),
    )
    assert "organization_hooks=read" in str(gap.why)


def _waits(world: World) -> tuple[Asking, list[tuple[str, float]]]:
    said: list[tuple[str, float]] = []
    access = GitHubAccess(world.base_url, token=world.token)
    return Asking(access, waits=lambda reason, seconds: said.append((reason, seconds))), said


SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (403, {"Retry-After": "7"}, 7),
        (429, {"Retry-After": "0"}, 1),
        (403, {}, 60),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "+90"}, 90),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "-90"}, 1),
    ],
)
def test_a_rate_limit_is_waited_for_and_reported(
    world: World,
    slept: list[float],
    status: int,
    headers: dict[str, str],
    seconds: int,
) -> None:
    """Promise: a limit is never taken for a refusal; the run says how long it waits."""
    body = {"message": "API rate limit exceeded"} if len(headers) > 1 else SECONDARY
    if reset := headers.get("X-RateLimit-Reset"):
        headers = {**headers, "X-RateLimit-Reset": str(int(time.time()) + int(reset))}
    world.fault(path="/orgs/acme", status=status, headers=headers, body=body)
    conversation, said = _waits(world)
    with conversation:
        assert conversation.get("/orgs/acme")["login"] == "acme"
    [(reason, waited)] = said
    assert "rate limit" in reason
    assert waited == pytest.approx(seconds, abs=2 if seconds == 90 else 0)
    assert slept == [waited]
    assert conversation.usage.seconds_waited == waited


def test_the_limit_of_a_world_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: a look that is larger than the secondary limit ends whole."""
    monkeypatch.setattr("githubkit.core.time.sleep", lambda seconds: world.clock(advance=seconds))
    world.control("PATCH", "settings", {"rate_limits": True, "limits": {"points_a_minute": 15}})
    live, conversation = read(world)
    assert set(live.repositories) == {"site", "tool", "widget"}
    assert not live.gaps
    assert conversation.usage.seconds_waited > 1


def test_no_answer_at_all_is_a_plain_error(world: World, slept: list[float]) -> None:
    """Promise: a connection that breaks is tried again, then reported without the token."""
    world.fault(path="/orgs/acme", drop="before", count=None)
    with pytest.raises(UserError, match="could not be reached") as error, existing.asking():
        read(world)
    assert world.token not in str(error.value)
    assert len(slept) == MOST_TRIES - 1


def test_a_break_is_tried_again(world: World, slept: list[float]) -> None:
    """Promise: one broken connection in a look costs a pause."""
    world.fault(path="/orgs/acme/hooks*", drop="half")
    live, _ = read(world)
    assert not live.gaps
    assert len(slept) == 1


def test_credentials_go_to_no_other_address(world: World) -> None:
    """Promise: of the address of the next page only its query is taken."""
    link = '<https://theirs.invalid/other?page=2&per_page=100>; rel="next"'
    path = "/orgs/acme/actions/secrets"
    world.fault(path=path, status=200, headers={"Link": link}, body={"secrets": [1]})
    world.clear_journal()
    with asking(world) as conversation:
        assert conversation.listed(path, "secrets") == [1]
    second = world.journal()[-1]
    assert (second["path"], second["query"]["page"]) == (path, "2")
