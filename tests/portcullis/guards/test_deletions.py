"""Deletions that stop an update until they are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portcullis.guards.judge import stops
from tests.portcullis.guards.states import (
    component,
    environment,
    preview,
    resolved,
    resource,
    state,
)

if TYPE_CHECKING:
    from pathlib import Path

    from components.organization import ResolvedOrganization
    from portcullis.guards.stop import Stop


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> ResolvedOrganization:
    """A small organization that publishes nothing."""
    return resolved(tmp_path_factory.mktemp("acme"))


def variables(count: int, kind: str = "ActionsVariable") -> list[dict[str, Any]]:
    """Resources that no guard but that of the share is about, with one that always stays."""
    return [resource(kind, f"v{number}") for number in range(count)]


def found(
    acme: ResolvedOrganization, before: list[dict[str, Any]], gone: list[dict[str, Any]]
) -> list[Stop]:
    """What the guards stop when ``gone`` is deleted."""
    return stops(preview(delete=gone), state(*before), acme)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(total=st.integers(5, 120), data=st.data())
def test_a_share_of_deletions_stops_with_every_name(
    acme: ResolvedOrganization, total: int, data: st.DataObject
) -> None:
    """More than a tenth stops and names everything; up to a tenth, or three, stops nothing."""
    before = variables(total)
    count = data.draw(st.integers(0, total - 1))
    listed = found(acme, before, before[:count])
    if count > 3 and count * 10 > total:
        (stop,) = listed
        assert stop.unlock == f"delete {count} of {total} resources"
        names = stop.what.partition(": ")[2].split(", ")
        assert names == [f"ActionsVariable v{number}" for number in range(count)]
    else:
        assert listed == []


GUARDED = {
    "release environment": environment("api", "pypi"),
    "trial environment": environment("api", "testpypi", release="trial"),
    "organization ruleset": [
        component("Ruleset", "main", path=["protection", "main"]),
        resource(
            "OrganizationRuleset", "main", parent=component("Ruleset", "main", path=[])["urn"]
        ),
    ],
    "classic protection": [resource("BranchProtection", "api/main")],
    "reviewing team": [
        resource("Team", "releasers", id="42"),
        *environment("api", "gate", release=None, reviewers=[{"teams": [42.0]}]),
    ],
}
UNLOCKS = {
    "release environment": "delete repositories.api.environments.pypi",
    "trial environment": "delete repositories.api.environments.testpypi",
    "organization ruleset": "delete protection.main",
    "classic protection": "delete BranchProtection api/main",
    "reviewing team": "delete teams.releasers",
}
DELETED = {"reviewing team": 0}
"""The place of what is deleted, if it is not the last one."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    which=st.sampled_from(sorted(GUARDED)),
    others=st.integers(0, 60),
    besides=st.integers(0, 60),
    operation=st.sampled_from(["delete", "replace", "delete-replaced", "create-replacement"]),
)
def test_what_a_release_depends_on_is_always_named(
    acme: ResolvedOrganization, which: str, others: int, besides: int, operation: str
) -> None:
    """Whatever else is deleted, and also in a replacement, each is stopped by its own name."""
    rest = variables(others)
    thing = GUARDED[which][DELETED.get(which, -1)]
    planned = preview(**{operation: [thing, *rest[: min(besides, others)]]})
    listed = stops(planned, state(*GUARDED[which], *rest), acme)
    assert UNLOCKS[which] in {each.unlock for each in listed}


@pytest.mark.parametrize(
    ("kind", "count", "gone", "stopped"),
    [
        ("RepositoryWebhook", 2, 2, True),
        ("RepositoryWebhook", 2, 1, False),
        ("RepositoryWebhook", 1, 1, False),
        ("ActionsSecret", 3, 3, False),
    ],
)
def test_all_of_a_kind(
    acme: ResolvedOrganization, kind: str, count: int, gone: int, *, stopped: bool
) -> None:
    """Several of a kind, all deleted, stop; a single one and secrets have nothing to lose."""
    of_kind = variables(count, kind)
    listed = found(acme, [*of_kind, *variables(50)], of_kind[:gone])
    unlock = f"delete all {kind}"
    assert [each.unlock for each in listed] == ([unlock] if stopped else [])


def test_what_is_only_forgotten_is_no_deletion(acme: ResolvedOrganization) -> None:
    """Pulumi's retainOnDelete leaves the thing on GitHub as it is."""
    gate = environment("api", "pypi")
    planned = preview(delete=[gate[1]])
    planned.resources[gate[1]["urn"]] = "forget"
    assert stops(planned, state(*gate), acme) == []


def test_a_team_that_approves_nowhere_may_go(acme: ResolvedOrganization, tmp_path: Path) -> None:
    """Only teams with reviewers are guarded."""
    del tmp_path
    team = resource("Team", "apprentices", id="7")
    assert found(acme, [team, *variables(20)], [team]) == []
