"""An organization of 60 repositories, made by a script that knows nothing of the reader."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from githubkit.exception import GitHubException

from components.github_access import GitHubAccess
from portcullis.live import reader
from portcullis.live.asking import Asking
from portcullis.live.compare import Declared, compare
from tests.portcullis.live.settings_made import overlooked, wanted
from tests.support import sixty
from tests.support.extent import cases
from tests.support.sixty.script import ORG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from portcullis.live.resource import Live
    from tests.support.sandbox import World
    from tests.support.sixty.script import Script


@pytest.fixture(scope="module")
def world(make_world: Callable[[dict[str, Any]], World]) -> World:
    """A world with an empty organization."""
    return make_world(sixty.SEED)


@pytest.fixture(scope="module")
def script(world: World) -> Script:
    """What was asked to make the organization."""
    return sixty.make(world)


@pytest.fixture(scope="module")
def live(world: World, script: Script) -> Live:
    """What the reader sees."""
    assert script.changes
    return read(world)


def read(world: World) -> Live:
    """Read the organization."""
    with Asking(GitHubAccess(world.base_url, token=world.token)) as asking:
        return reader.read(asking, ORG)


@contextmanager
def struck(world: World, fault: dict[str, Any]) -> Iterator[None]:
    """Let a fault strike for a time."""
    world.fault(**fault)
    try:
        yield
    finally:
        world.clear_faults()


def test_no_setting_is_overlooked(script: Script, live: Live) -> None:
    """Promise: each field of each request that made the organization is among what is read."""
    assert not live.gaps
    assert overlooked(wanted(ORG, script.changes), live) == []


def test_the_organization_has_sixty_repositories(live: Live) -> None:
    """Promise: forks, templates, archived and empty repositories are read as well."""
    assert len(live.repositories) == 60
    assert sum(each.archived for each in live.repositories.values()) == 5
    assert sum(not each.default_branch for each in live.repositories.values()) == 2
    assert {"parser", ".github", "Go.Toolkit", "go-1.18-compat"} <= {*live.repositories}


def test_no_value_of_a_secret_is_read(live: Live) -> None:
    """Promise: secrets are names."""
    assert len(live.of("ActionsOrganizationSecret")) == 4
    assert "canary-secret-of-sixty" not in repr(live)


def test_the_default_of_a_property_belongs_to_nobody(live: Live) -> None:
    """Promise: what every repository has of itself is marked, what somebody set is not."""
    values = {each.name: each.inputs["byDefault"] for each in live.of("RepositoryCustomProperty")}
    assert values["hyperion/tier"] is False
    assert values["sandbox/tier"] is True


_HYPERION = f"/repos/{ORG}/hyperion/*"
_LIMITED: dict[str, Any] = {"status": 429, "headers": {"Retry-After": "7"}}
_SECONDARY: dict[str, Any] = {
    "status": 403,
    "body": {"message": "You have exceeded a secondary rate limit."},
    "headers": {"Retry-After": "7"},
}
PASSING: list[dict[str, Any]] = cases(
    [
        {"path": f"/repos/{ORG}/*", "skip": 100, "count": 5, **_LIMITED},
        {"path": "/graphql", "skip": 2, "count": 1, "drop": "half"},
    ],
    {"path": "/graphql", "skip": 1, "count": 1, **_SECONDARY},
    {"path": "/graphql", "count": 2, **_LIMITED},
    {"path": f"/orgs/{ORG}/*", "count": 3, **_SECONDARY},
    {"path": f"/repos/{ORG}/*", "skip": 50, "count": 3, "status": 502},
    {"path": f"/repos/{ORG}/*", "skip": 200, "count": 2, "drop": "before"},
    {"path": "/graphql", "count": 3, "drop": "after"},
    {"path": f"/orgs/{ORG}/*", "skip": 5, "count": 1, "drop": "after"},
)


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_what_passes_leaves_no_trace(world: World, live: Live, fault: dict[str, Any]) -> None:
    """Promise: limits, failures and aborts that end after some tries cost nothing but time."""
    with struck(world, fault):
        again = read(world)
    assert not again.gaps
    assert sorted(map(repr, again.resources)) == sorted(map(repr, live.resources))


LASTING: list[dict[str, Any]] = cases(
    [
        {"path": _HYPERION, "status": 403},
        {"path": f"/orgs/{ORG}/*", "method": "GET", "status": 500},
    ],
    {"path": _HYPERION, "status": 404},
    {"path": _HYPERION, "status": 500},
    {"path": f"/repos/{ORG}/*/environments*", "status": 403},
    {"path": f"/repos/{ORG}/*/hooks*", "status": 404},
    {"path": f"/orgs/{ORG}/actions/*", "status": 403},
    {"path": f"/orgs/{ORG}/teams/*", "status": 502},
    {"path": f"/orgs/{ORG}/properties/*", "status": 404},
    {"path": f"/repos/{ORG}/*/rulesets/*", "status": 403},
)


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize("fault", LASTING, ids=str)
def test_what_is_refused_is_named_and_the_rest_goes_on(
    world: World, live: Live, fault: dict[str, Any]
) -> None:
    """Promise: what cannot be read is a gap with its reason; it is neither missing nor changed.

    All else is read as without the fault, and the next run reads everything.
    """
    with struck(world, {"count": None, **fault}):
        seen = read(world)
    assert seen.gaps
    assert {gap.why.status for gap in seen.gaps} == {fault["status"]}
    everything = [Declared(e.kind, e.name, "urn", e.inputs) for e in live.resources]
    assert [(e.what, e.kind, e.name, e.fields) for e in compare(everything, seen)] == []
    kinds = {kind for gap in seen.gaps for kind in gap.kinds}
    there = {(each.kind, each.name) for each in seen.resources}
    lost = [e for e in live.resources if (e.kind, e.name) not in there]
    assert {each.kind for each in lost} <= kinds


@pytest.mark.usefixtures("slept")
def test_a_github_that_hangs_up_for_ever_is_an_error(world: World) -> None:
    """Promise: without GitHub there is no reading of a part that would look like the whole."""
    fault = {"path": "*", "skip": 60, "count": None, "drop": "before"}
    with struck(world, fault), pytest.raises(GitHubException):
        read(world)
    assert len(read(world).repositories) == 60
