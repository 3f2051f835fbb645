"""The last owner, the automation's own access, and gates that a publishing change lowers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from portcullis.guards.judge import stops
from tests.portcullis.engine_events import run_of
from tests.portcullis.guards.states import (
    change,
    component,
    creation,
    environment,
    preview,
    resolved,
    resource,
    root,
    state,
)

if TYPE_CHECKING:
    from components.organization import ResolvedOrganization

APP = {"actorType": "Integration", "actorId": 1001.0, "bypassMode": "always"}
OTHER = {"actorType": "Team", "actorId": 7.0, "bypassMode": "always"}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> ResolvedOrganization:
    """A small organization that declares no App any more."""
    return resolved(tmp_path_factory.mktemp("acme"))


def owner(login: str, role: str = "admin") -> dict[str, Any]:
    """A declared member of the organization."""
    return resource("Membership", login, inputs={"username": login, "role": role})


def test_the_last_owner_is_not_removed(acme: ResolvedOrganization) -> None:
    """Deleting or demoting every declared owner stops; as long as one stays, it does not."""
    ana, ben = owner("ana"), owner("ben")
    both = run_of(*[change(ana, role="member")])
    both.resources[ben["urn"]] = "delete"
    (stop,) = stops(both, state(ana, ben, owner("kim", "member")), acme)
    assert (stop.guard, stop.unlock) == ("last owner", "remove the last owner")
    assert "ana, ben" in stop.what
    assert stops(run_of(change(ana, role="member")), state(ana, ben), acme) == []


def test_the_automation_keeps_its_bypass(acme: ResolvedOrganization) -> None:
    """The App as of the last update is known from the state, though the YAML has none now."""
    ruleset = resource("OrganizationRuleset", "main", inputs={"bypassActors": [APP, OTHER]})
    planned = run_of(change(ruleset, bypassActors=[OTHER]))
    (stop,) = stops(planned, state(root(automationApp=1001.0), ruleset), acme)
    assert stop.guard == "own access"
    assert stop.unlock == "lock out of OrganizationRuleset main"
    less = run_of(change(ruleset, bypassActors=[APP]))
    assert stops(less, state(root(automationApp=1001.0), ruleset), acme) == []


def test_the_automation_keeps_its_repositories(acme: ResolvedOrganization) -> None:
    """An App's access to repositories is neither deleted nor made smaller."""
    access = resource(
        "AppInstallationRepositories", "portcullis", inputs={"selectedRepositories": ["api", "web"]}
    )
    assert stops(preview(delete=[access]), state(access), acme)[0].guard == "own access"
    planned = run_of(change(access, selectedRepositories=["web"]))
    (stop,) = stops(planned, state(access), acme)
    assert "loses its access to api" in stop.what


GATE = environment(
    "api",
    "pypi",
    reviewers=[{"teams": [1.0, 2.0]}],
    waitTimer=30.0,
    preventSelfReview=True,
    canAdminsBypass=False,
    deploymentBranchPolicy={"protectedBranches": False, "customBranchPolicies": True},
)
POLICY = resource(
    "RepositoryEnvironmentDeploymentPolicy",
    "api/pypi/tag/v*",
    inputs={"repository": "api", "environment": "pypi", "tagPattern": "v*"},
)
RULESET = resource(
    "RepositoryRuleset",
    "api/main",
    parent=component("Ruleset", "api/main")["urn"],
    inputs={
        "target": "branch",
        "enforcement": "active",
        "bypassActors": [APP],
        "conditions": {"refName": {"includes": ["~DEFAULT_BRANCH"]}},
        "rules": {
            "deletion": True,
            "pullRequest": {"requiredApprovingReviewCount": 2.0},
            "requiredStatusChecks": {"requiredChecks": [{"context": "ci"}, {"context": "scan"}]},
        },
    },
)
RULES: dict[str, Any] = RULESET["inputs"]["rules"]
ENVIRONMENT = "lower repositories.api.environments.pypi"
BRANCHES = "lower repositories.api.protection.main"
LOWERED = {
    "fewer reviewers": (change(GATE[1], reviewers=[{"teams": [1.0]}]), ENVIRONMENT),
    "no reviewers": (change(GATE[1], reviewers=None), ENVIRONMENT),
    "one more reviewer": (change(GATE[1], reviewers=[{"teams": [1.0, 2.0, 3.0]}]), ENVIRONMENT),
    "another reviewer": (
        change(GATE[1], reviewers=[{"teams": [1.0], "users": [2.0]}]),
        ENVIRONMENT,
    ),
    "shorter wait": (change(GATE[1], waitTimer=5.0), ENVIRONMENT),
    "self review": (change(GATE[1], preventSelfReview=False), ENVIRONMENT),
    "administrators": (change(GATE[1], canAdminsBypass=True), ENVIRONMENT),
    "any ref": (change(GATE[1], deploymentBranchPolicy=None), ENVIRONMENT),
    "another ref": (change(POLICY, tagPattern="*"), ENVIRONMENT),
    "one more ref": (
        creation(
            resource(
                "RepositoryEnvironmentDeploymentPolicy",
                "api/pypi/branch/x",
                inputs={"repository": "api", "environment": "pypi", "branchPattern": "x"},
            )
        ),
        ENVIRONMENT,
    ),
    "not enforced": (change(RULESET, enforcement="evaluate"), BRANCHES),
    "one more bypass": (change(RULESET, bypassActors=[APP, OTHER]), BRANCHES),
    "fewer refs": (change(RULESET, conditions={"refName": {"includes": []}}), BRANCHES),
    "rule off": (change(RULESET, rules={**RULES, "deletion": False}), BRANCHES),
    "fewer approvals": (
        change(RULESET, rules={**RULES, "pullRequest": {"requiredApprovingReviewCount": 1.0}}),
        BRANCHES,
    ),
    "fewer checks": (
        change(
            RULESET,
            rules={**RULES, "requiredStatusChecks": {"requiredChecks": [{"context": "ci"}]}},
        ),
        BRANCHES,
    ),
}
HIGHER = {
    "longer wait": change(GATE[1], waitTimer=60.0),
    "fewer bypasses": change(RULESET, bypassActors=[]),
    "more approvals": change(
        RULESET, rules={**RULES, "pullRequest": {"requiredApprovingReviewCount": 3.0}}
    ),
}
PUBLISHES = creation(
    resource("RepositoryFile", "api/release", inputs={"file": ".github/workflows/release.yml"})
)
BEFORE = state(
    *GATE,
    POLICY,
    component("Ruleset", "api/main", path=["repositories", "api", "protection", "main"]),
    RULESET,
)


@pytest.mark.parametrize("how", LOWERED)
def test_a_change_that_publishes_lowers_no_gate(acme: ResolvedOrganization, how: str) -> None:
    """It is stopped with a release workflow in the same change, and not without one."""
    event, unlock = LOWERED[how]
    (stop,) = stops(run_of(event, PUBLISHES), BEFORE, acme)
    assert (stop.guard, stop.unlock) == ("lowered protection", unlock)
    assert "the release workflow api/release" in stop.what
    assert stops(run_of(event), BEFORE, acme) == []


def test_what_somebody_took_away_may_come_back_with_a_release(acme: ResolvedOrganization) -> None:
    """A step that only repairs drift lowers nothing, and publishes nothing new.

    A deployment policy that was deleted on GitHub is created again: that admits refs, as declared.
    """
    planned = run_of(LOWERED["fewer reviewers"][0], PUBLISHES)
    for urn in planned.steps:
        assert stops(planned, BEFORE, acme, restored={urn}) == []


@pytest.mark.parametrize("how", HIGHER)
def test_a_gate_may_be_raised_with_a_release(acme: ResolvedOrganization, how: str) -> None:
    """What makes a gate stricter is never stopped."""
    assert stops(run_of(HIGHER[how], PUBLISHES), BEFORE, acme) == []


def test_a_new_package_is_a_change_that_publishes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the last update did not publish counts, whatever resources change."""
    more = """\
teams: {makers: {members: [kim]}, releasers: {members: [ana]}}
repositories:
  api:
    visibility: public
    access: {makers: maintain, releasers: push}
    publish: [{python: acme-api, auth: oidc, approvers: [releasers]}]
tag_protection: {releases: {created_by: [makers]}}
"""
    publishing = resolved(tmp_path_factory.mktemp("publishing"), more)
    event, unlock = LOWERED["fewer reviewers"]
    (stop,) = stops(run_of(event), BEFORE, publishing)
    assert stop.unlock == unlock
    assert "acme-api on " in stop.what
