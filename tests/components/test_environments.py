"""Environments: the gates of the release path, and who opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.environment import LONGEST_WAIT_MINUTES
from components.stack import outputs
from tests.components.building import CANARY, SOUND, declare, organization, recorded
from tests.components.declaration.resolved import resolved
from tests.support.recording import Secret, number_of

if TYPE_CHECKING:
    from tests.components.building import Change
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


def test_no_environment_is_open_to_every_ref(sound: Recording) -> None:
    """Each one has policies of its own, and nothing in YAML takes them away (R1)."""
    environments = [each for each in sound.resources if each.type == "RepositoryEnvironment"]
    assert len(environments) == 5
    for each in environments:
        assert each.inputs["deploymentBranchPolicy"] == {
            "protectedBranches": False,
            "customBranchPolicies": True,
        }
        assert policies(sound, each.inputs["environment"])


@pytest.mark.parametrize("nothing", [{}, {"branches": [], "tags": []}, {"any_ref": True}], ids=str)
def test_an_environment_that_admits_no_named_ref_is_refused(nothing: dict[str, Any]) -> None:
    """GitHub takes an environment without policies for one that everything may enter."""
    with pytest.raises(ValueError, match="deploy_from"):
        organization(("repositories.app.environments.staging.deploy_from", nothing))


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


def test_two_approvals_are_two_environments_in_a_row(sound: Recording) -> None:
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
    one = [{"python": "a", "approvers": ["devs"]}]
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
        ("repositories.app.publish.0.auth", auth),
        ("repositories.app.publish.0.tokens", TOKENS),
        ("repositories.app.publish.1.auth", auth),
        ("repositories.app.publish.1.tokens", {"npm": {"from": {"config": "n"}, "name": "OWN"}}),
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


REFINEMENTS: tuple[tuple[str, object, str, object], ...] = (
    ("wait_timer", 30, "waitTimer", 30),
    ("prevent_self_review", False, "preventSelfReview", False),
    ("can_admins_bypass", True, "canAdminsBypass", True),
)


@pytest.mark.parametrize(
    ("field", "value", "key", "declared"), REFINEMENTS, ids=[each[0] for each in REFINEMENTS]
)
def test_what_is_written_about_a_derived_environment_changes_that_alone(
    sound: Recording, field: str, value: object, key: str, declared: object
) -> None:
    """Everything else stays as `publish` derives it: who approves, and that tags get in."""
    recording = declare(("repositories.app.environments.pypi-release", {field: value}))
    derived = sound.one("RepositoryEnvironment", "app/pypi-release").inputs
    refined = recording.one("RepositoryEnvironment", "app/pypi-release").inputs
    assert refined == {**derived, key: declared}
    assert derived[key] != declared
    assert policies(recording, "pypi-release") == [{"tagPattern": RELEASE_TAG}]


def test_no_refinement_takes_the_approvers_or_the_tags_away() -> None:
    """Even a model that was not checked before cannot widen the gate (A4, R1)."""
    wide = {"reviewers": {"users": ["ana"]}, "deploy_from": {"branches": ["*"]}}
    recording = declare(("repositories.app.environments", {"pypi-release": wide}))
    inputs = recording.one("RepositoryEnvironment", "app/pypi-release").inputs
    assert inputs["reviewers"] == [{"teams": [team("devs")], "users": []}]
    assert policies(recording, "pypi-release") == [{"tagPattern": RELEASE_TAG}]


def test_a_refined_environment_is_declared_where_it_is_written() -> None:
    """A finding about it points at its own item, not at `publish`; the others keep theirs."""
    recording = declare(("repositories.app.environments", {"pypi-release": {"wait_timer": 5}}))
    path = ("component Environment", "app/pypi-release")
    assert recording.one(*path).inputs["path"] == [
        "repositories",
        "app",
        "environments",
        "pypi-release",
    ]
    assert recording.one("component Environment", "app/testpypi").inputs["path"][-1] == "publish"
    assert recording.names("RepositoryEnvironment").count("app/pypi-release") == 1


def test_a_derived_environment_gets_more_secrets_and_keeps_its_token() -> None:
    """What is written stands beside the registry's token, and never in its place (E3)."""
    own = {"DSN": {"from": {"config": "own"}}, "PYPI_API_TOKEN": {"from": {"config": "own"}}}
    recording = recorded(
        organization(
            ("repositories.app.publish.0.auth", "hybrid"),
            ("repositories.app.publish.0.tokens", TOKENS),
            (
                "repositories.app.environments",
                {"pypi-release": {"secrets": own, "variables": {"SIZE": "big"}}},
            ),
        ),
        value="of {place}",
    )
    values = {
        name: recording.one("ActionsEnvironmentSecret", f"app/pypi-release/{name}").inputs["value"]
        for name in own
    }
    assert values == {
        "DSN": Secret("of config own"),
        "PYPI_API_TOKEN": Secret("of config p"),
    }
    variable = recording.one("ActionsEnvironmentVariable", "app/pypi-release/SIZE").inputs
    assert variable["value"] == "big"


def releases(recording: Recording) -> dict[str, str | None]:
    """Return what the policy pack learns about each environment of app."""
    return {
        each.name.removeprefix("app/"): each.inputs.get("release")
        for each in recording.resources
        if each.type == "component Environment"
    }


def test_the_policy_pack_is_reported_what_an_environment_leads_to(sound: Recording) -> None:
    """By what `publish` says, and nothing for an environment that it does not name."""
    assert releases(sound) == {
        "release-approval": "release",
        "testpypi": "trial",
        "pypi-release": "release",
        "npm-release": "release",
        "staging": None,
    }


def test_what_an_environment_leads_to_does_not_hang_on_its_name() -> None:
    """Other names lead to the same registries, and a refined environment stays what it is."""
    found = releases(
        declare(
            ("repositories.app.publish.0.environment", "staging"),
            ("repositories.app.publish.0.test_environment", "pypi-release"),
            ("repositories.app.publish.1.environment", "docs"),
            ("repositories.app.environments", {"staging": {"wait_timer": 5}, "npm-release": {}}),
        )
    )
    assert found == {
        "release-approval": "release",
        "pypi-release": "trial",
        "staging": "release",
        "docs": "release",
        "npm-release": None,
    }


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
    found = outputs(resolved(organization()))
    gates = [
        "release-approval (security)",
        "testpypi",
        "pypi-release (devs)",
        "npm-release (security)",
    ]
    assert found["release_paths"] == {"app": gates}
    assert found["organization"] == "acme"
    assert len(found["register_by_hand"]) == 3
    archived = outputs(resolved(organization(("repositories.app.archived", True))))
    assert (archived["release_paths"], archived["register_by_hand"]) == ({}, [])


PYTHON, NPM = SOUND["repositories"]["app"]["publish"]
PATHS: tuple[tuple[Change, ...], ...] = (
    (),
    (("repositories.app.publish", [PYTHON]),),
    (("repositories.app.publish", [NPM]),),
    (("repositories.app.publish.0.approvers", ["devs"]),),
    (("repositories.app.publish.0.approvers", ["devs", "security"]),),
    (("repositories.app.publish.0.environment", "gate"),),
    (("repositories.app.environments", {"pypi-release": {"wait_timer": 5}}),),
    (("repositories.app.environments", {"npm-release": {"reviewers": {"teams": ["devs"]}}}),),
)


@pytest.mark.parametrize("changes", PATHS, ids=lambda changes: str(dict(changes)))
def test_the_release_path_is_what_is_declared(changes: tuple[Change, ...]) -> None:
    """Each gate that the output names is an environment with just that team; none is missing."""
    reported = outputs(resolved(organization(*changes)))["release_paths"]["app"]
    recording = declare(*changes)
    declared = []
    for each in recording.resources:
        if each.type == "component Environment" and "release" in each.inputs:
            inputs = recording.one("RepositoryEnvironment", each.name).inputs
            numbers = [number for block in inputs.get("reviewers", []) for number in block["teams"]]
            slugs = [slug for slug in ("devs", "security") if team(slug) in numbers]
            assert len(slugs) == len(numbers)
            name = each.name.removeprefix("app/")
            declared.append(f"{name} ({', '.join(slugs)})" if slugs else name)
    assert sorted(reported) == sorted(declared)
