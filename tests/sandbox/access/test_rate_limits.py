"""Rate limits, primary and secondary, are GitHub's when they are on, and stop nobody when not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.sandbox import Refused

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

REPO = "/repos/acme/widget"


def limit(world: World, **limits: int) -> None:
    """Switch limits on, with some numbers of their own."""
    world.control("PATCH", "settings", {"rate_limits": True, "limits": limits})


def test_every_answer_tells_what_is_left(world: World, api: httpx.Client) -> None:
    """Limit, remaining, used and reset go together, and count down (C2)."""
    world.clock(set="2030-01-01T00:00:00Z", stopped=True)
    limit(world)
    for used in (1, 2, 3):
        headers = api.get(REPO).headers
        assert headers["x-ratelimit-limit"] == "5000"
        assert headers["x-ratelimit-used"] == str(used)
        assert headers["x-ratelimit-remaining"] == str(5000 - used)
        assert headers["x-ratelimit-reset"] == str(1_893_456_000 + 3600)
        assert headers["x-ratelimit-resource"] == "core"


def test_what_is_used_up_is_refused_until_the_window_ends(world: World, api: httpx.Client) -> None:
    """403 with nothing left and GitHub's words; an hour later it goes on (C2)."""
    limit(world, core=2)
    assert [api.get(REPO).status_code for _ in range(3)] == [200, 200, 403]
    refused = api.patch(REPO, json={"description": "x"})
    assert "API rate limit exceeded" in refused.json()["message"]
    assert refused.headers["x-ratelimit-remaining"] == "0"
    world.clock(advance=3601)
    assert api.get(REPO).json()["description"] is None


def test_asking_for_the_limit_costs_nothing(world: World, api: httpx.Client) -> None:
    """`GET /rate_limit` answers when everything is used up, and counts for nothing (C2)."""
    limit(world, core=1)
    api.get(REPO)
    for _ in range(3):
        found = api.get("/rate_limit").json()
        assert (found["rate"]["remaining"], found["resources"]["core"]["used"]) == (0, 1)
        assert found["resources"]["graphql"]["remaining"] == 5000


def test_what_has_not_changed_costs_nothing(world: World, api: httpx.Client) -> None:
    """A conditional request that is answered 304 is free (C2)."""
    world.control("PATCH", "settings", {"etags": True})
    limit(world, core=5)
    tag = api.get(REPO).headers["etag"]
    for _ in range(3):
        again = api.get(REPO, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["x-ratelimit-used"]) == (304, "1")


def test_each_caller_has_a_limit_of_its_own(world: World, api: httpx.Client) -> None:
    """One person's requests use up nobody else's, GraphQL's none of REST's (C2)."""
    limit(world, core=1)
    with world.client("ben") as ben:
        assert [api.get(REPO).status_code, api.get(REPO).status_code] == [200, 403]
        assert ben.get(REPO).status_code == 200
    body = {"query": "{ viewer { login } }"}
    answer = api.post(f"{world.base_url}api/graphql", json=body)
    assert (answer.status_code, answer.headers["x-ratelimit-resource"]) == (200, "graphql")


@pytest.mark.parametrize(
    ("limits", "method", "path", "passes"),
    [
        ({"points_a_minute": 3}, "GET", REPO, 3),
        ({"points_a_minute": 12}, "PATCH", REPO, 2),
        ({"content_a_minute": 2}, "POST", f"{REPO}/actions/variables", 2),
        ({"content_an_hour": 1}, "POST", f"{REPO}/actions/variables", 1),
    ],
)
def test_secondary_limits(  # noqa: PLR0917 - the columns of the table
    world: World, api: httpx.Client, limits: dict[str, int], method: str, path: str, passes: int
) -> None:
    """Points a minute (a write costs five), content a minute and an hour: wait, then go on (C2)."""
    limit(world, **limits)
    codes = []
    for number in range(passes + 1):
        body = {"name": f"N{number}", "value": "1"} if method == "POST" else {}
        answer = api.request(method, path, json=None if method == "GET" else body)
        codes.append(answer.status_code)
    assert codes[-1] == 403
    assert all(code < 300 for code in codes[:-1])
    assert "secondary rate limit" in answer.json()["message"]
    wait = int(answer.headers["retry-after"])
    assert 0 < wait <= 3601
    world.clock(advance=wait + 1)
    assert api.get(REPO).status_code == 200


def test_off_by_default(world: World, api: httpx.Client) -> None:
    """Nobody who practises is throttled, and the headers frighten no client (C2)."""
    world.control("PATCH", "settings", {"limits": {"core": 1}})
    for _ in range(3):
        answer = api.get(REPO)
        assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (200, "1")


def test_a_wrong_setting_is_reported(world: World) -> None:
    """The control interface says which settings there are (C2)."""
    with pytest.raises(Refused, match="there are: etags"):
        world.control("PATCH", "settings", {"speed": 1})
