"""Environments: the gates of the release path, and who opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.environment import LONGEST_WAIT_MINUTES
from components.stack import outputs
from tests.components.building import CANARY, declare, organization
from tests.support.recording import Secret, number_of

if TYPE_CHECKING:
    from tests.support.recording import Recording

RELEASE_TAG = "v[0-9]*.[0-9]*.[0-9]*"
TOKENS = {"pypi": {"from": {"config": "p"}}, "testpypi": {"from": {"config": "t"}}}


def team(slug: str) -> int:
    """A team's number."""
    return number_of("github:index/team:Team", slug)


def policies(recording: Recording, environment: str) -> list[dict[str, Any]]:
    """The deployment policies of an environment of app."""
    return [
        {key: value for key, value in each.inputs.items() if key.endswith("Pattern")}
        for each in recording.resources
        if each.type == "RepositoryEnvironmentDeploymentPolicy"
        and each.inputs["environment"] == environment
    ]


def test_an_environment_declares_every_secure_default() -> None:
    """Nobody approves an own run, no administrator passes by, the default branch alone gets in."""
    recording = declare(("repositories.app.environments", {"x": {"reviewers": {"users": ["ana"]}}}))
    inputs = recording.one("RepositoryEnvironment", "app/x").inputs
    assert inputs == {
        "repository": "app",
        "environment": "x",
        "reviewers": [{"teams": [], "users": [11]}],
        "preventSelfReview": True,
        "canAdminsBypass": False,
        "waitTimer": 0,
        "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
    }
    assert policies(recording, "x") == [{"branchPattern": "main"}]


def test_reviewers_are_one_block_of_teams_and_users(sound: Recording) -> None:
    """By their numeric ids, a login in any case (E1)."""
    environment = sound.one("RepositoryEnvironment", "app/staging").inputs
    assert environment["reviewers"] == [{"teams": [team("devs")], "users": [11]}]


def test_the_default_branch_is_the_repository_s_own() -> None:
    """`default` stands for what the repository calls it; other names and patterns are kept."""
    recording = declare(
        ("repositories.app.default_branch", "trunk"),
        ("repositories.app.environments.staging.deploy_from", {"branches": ["default", "fix/*"]}),
    )
    assert sorted(map(str, policies(recording, "staging"))) == [
        "{'branchPattern': 'fix/*'}",
        "{'branchPattern': 'trunk'}",
    ]


def test_an_open_environment_has_no_policy() -> None:
    """`any_ref: true` is the one way to open it, and then no policy is declared."""
    path = "repositories.app.environments.staging.deploy_from"
    recording = declare((path, {"any_ref": True}))
    inputs = recording.one("RepositoryEnvironment", "app/staging").inputs
    assert "deploymentBranchPolicy" not in inputs
    assert policies(recording, "staging") == []


def test_secrets_and_variables_of_an_environment(sound: Recording) -> None:
    """Only a job that passed the gate reads them (E3)."""
    secret = sound.one("ActionsEnvironmentSecret", "app/staging/DSN").inputs
    assert secret == {
        "repository": "app",
        "environment": "staging",
        "secretName": "DSN",
        "value": Secret(CANARY),
    }
    variable = sound.one("ActionsEnvironmentVariable", "app/staging/SIZE").inputs
    assert (variable["variableName"], variable["value"]) == ("SIZE", "small")


def test_two_approvals_are_two_gates_in_a_row(sound: Recording) -> None:
    """One environment a team, since one of several reviewers is enough for GitHub (A4)."""
    gates = {
        each.inputs["environment"]: each.inputs.get("reviewers")
        for each in sound.resources
        if each.type == "RepositoryEnvironment"
    }
    assert gates["release-approval"] == [{"teams": [team("security")], "users": []}]
    assert gates["pypi-release"] == [{"teams": [team("devs")], "users": []}]
    assert gates["npm-release"] == [{"teams": [team("security")], "users": []}]
    assert gates["testpypi"] is None


def test_one_approver_is_one_gate() -> None:
    """Without a second team there is no first gate."""
    one = {"python": {"package": "a", "approvers": ["devs"]}}
    recording = declare(("repositories.app.publish", one))
    assert "app/release-approval" not in recording.names("RepositoryEnvironment")


@pytest.mark.parametrize("gate", ["release-approval", "testpypi", "pypi-release", "npm-release"])
def test_a_release_gate_admits_release_tags_alone(sound: Recording, gate: str) -> None:
    """No branch and no other tag gets into a release environment (R1, A1)."""
    assert policies(sound, gate) == [{"tagPattern": RELEASE_TAG}]
    inputs = sound.one("RepositoryEnvironment", f"app/{gate}").inputs
    assert inputs["canAdminsBypass"] is False
    # where nobody reviews, GitHub refuses the other one
    assert inputs["preventSelfReview"] is ("reviewers" in inputs)


def test_trusted_publishing_stores_no_token(sound: Recording) -> None:
    """With OIDC the release environments hold no secret (E2)."""
    assert sound.names("ActionsEnvironmentSecret") == ["app/staging/DSN"]


@pytest.mark.parametrize("auth", ["token", "hybrid"])
def test_tokens_are_secrets_of_their_environments(auth: str) -> None:
    """A registry's token stands behind its gate, by its usual name or one's own (E3, A5)."""
    recording = declare(
        ("repositories.app.publish.python.auth", auth),
        ("repositories.app.publish.python.tokens", TOKENS),
        ("repositories.app.publish.npm.auth", auth),
        ("repositories.app.publish.npm.tokens", {"npm": {"from": {"config": "n"}, "name": "OWN"}}),
    )
    assert recording.names("ActionsEnvironmentSecret") == [
        "app/npm-release/OWN",
        "app/pypi-release/PYPI_API_TOKEN",
        "app/staging/DSN",
        "app/testpypi/TEST_PYPI_API_TOKEN",
    ]
    workflow = recording.one("RepositoryFile", "app/.github/workflows/release.yml").inputs[
        "content"
    ]
    assert "secrets.OWN" in workflow
    assert "secrets.PYPI_API_TOKEN" in workflow


def test_what_is_written_under_environments_refines_what_publish_derives() -> None:
    """A release environment can be declared in full; its origin is then its own item."""
    refined = {"reviewers": {"teams": ["security"]}, "deploy_from": {"tags": ["v1.*"]}}
    recording = declare(("repositories.app.environments", {"pypi-release": refined}))
    assert policies(recording, "pypi-release") == [{"tagPattern": "v1.*"}]
    origin = recording.one("component Environment", "app/pypi-release").inputs["path"]
    assert origin == ["repositories", "app", "environments", "pypi-release"]


def test_an_environment_waits_as_long_as_github_lets_it() -> None:
    """The longest wait is thirty days, in minutes."""
    path = "repositories.app.environments.staging.wait_timer"
    recording = declare((path, LONGEST_WAIT_MINUTES))
    assert recording.one("RepositoryEnvironment", "app/staging").inputs["waitTimer"] == 43_200
    with pytest.raises(ValueError, match="wait_timer"):
        organization((path, LONGEST_WAIT_MINUTES + 1))


def test_there_are_at_most_six_reviewers() -> None:
    """GitHub's limit counts teams and users together."""
    path = "repositories.app.environments.staging.reviewers"
    people = ["a", "b", "c", "d", "e"]
    organization((path, {"teams": ["devs"], "users": people}))
    with pytest.raises(ValueError, match="at most 6"):
        organization((path, {"teams": ["devs", "security"], "users": people}))


def test_the_outputs_name_the_release_path() -> None:
    """Gates in their order, for each repository that publishes and is not archived."""
    from components.declaration import Declaration  # noqa: PLC0415 - only here

    def never(*_: object) -> Any:  # noqa: ANN401 - not called
        raise AssertionError

    found = outputs(Declaration(organization(), {}, never))
    gates = [
        "release-approval (security)",
        "testpypi",
        "pypi-release (devs)",
        "npm-release (security)",
    ]
    assert found["release_paths"] == {"app": gates}
    assert found["organization"] == "acme"
    assert len(found["register_by_hand"]) == 3
    archived = outputs(Declaration(organization(("repositories.app.archived", True)), {}, never))
    assert (archived["release_paths"], archived["register_by_hand"]) == ({}, [])
