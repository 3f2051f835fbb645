"""The organization: secure settings said out loud, teams, and what outlives the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.base import GITHUB_ACTIONS_APP
from components.stack import outputs
from tests.components.building import CANARY, declare, organization
from tests.components.declaration.resolved import resolved
from tests.support.recording import Secret, number_of

if TYPE_CHECKING:
    from tests.components.building import Change
    from tests.support.recording import Recording


def test_every_setting_is_declared_with_its_secure_value(sound: Recording) -> None:
    """A setting that is left out would keep what GitHub has: false is declared too."""
    settings = sound.one("OrganizationSettings", "acme").inputs
    assert settings == {
        "name": "Acme",
        "billingEmail": "billing@acme.example",
        "defaultRepositoryPermission": "none",
        "membersCanCreateRepositories": False,
        "membersCanCreatePublicRepositories": False,
        "membersCanCreatePrivateRepositories": False,
        "membersCanCreatePages": False,
        "membersCanCreatePublicPages": False,
        "membersCanCreatePrivatePages": False,
        "membersCanForkPrivateRepositories": False,
        "webCommitSignoffRequired": True,
        "hasOrganizationProjects": True,
        "hasRepositoryProjects": True,
        "dependencyGraphEnabledForNewRepositories": True,
        "dependabotAlertsEnabledForNewRepositories": True,
        "dependabotSecurityUpdatesEnabledForNewRepositories": True,
        "secretScanningEnabledForNewRepositories": True,
        "secretScanningPushProtectionEnabledForNewRepositories": True,
    }


def test_actions_may_do_the_least(sound: Recording) -> None:
    """Selected actions, pinned; tokens that read; no approval by Actions (R2, R5)."""
    permissions = sound.one("ActionsOrganizationPermissions", "acme").inputs
    assert permissions["allowedActions"] == "selected"
    assert permissions["enabledRepositories"] == "all"
    assert permissions["shaPinningRequired"] is True
    allowed = permissions["allowedActionsConfig"]
    assert (allowed["githubOwnedAllowed"], allowed["verifiedAllowed"]) == (True, False)
    assert sound.one("ActionsOrganizationWorkflowPermissions", "acme").inputs == {
        "organizationSlug": "acme",
        "defaultWorkflowPermissions": "read",
        "canApprovePullRequestReviews": False,
    }


def test_a_list_of_actions_goes_with_selected_alone() -> None:
    """GitHub refuses the list where all actions are allowed."""
    inputs = declare(("actions.allowed_actions", "all")).one(
        "ActionsOrganizationPermissions", "acme"
    )
    assert "allowedActionsConfig" not in inputs.inputs


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ((), ["astral-sh/setup-uv@*", "pypa/gh-action-pypi-publish@*"]),
        ((("repositories.app.publish", []),), ["astral-sh/setup-uv@*"]),
        ((("repositories.app.workflows", False),), []),
        (
            (
                ("repositories.app.publish", []),
                ("repositories.app.workflows", {"codeql": True, "scorecard": True}),
            ),
            ["astral-sh/setup-uv@*", "ossf/scorecard-action@*"],
        ),
    ],
)
def test_actions_that_managed_workflows_use_are_allowed(
    changes: tuple[Change, ...], allowed: list[str]
) -> None:
    """Those of others that a file really uses, and no more; GitHub's own are allowed (R5)."""
    inputs = declare(*changes).one("ActionsOrganizationPermissions", "acme").inputs
    assert inputs["allowedActionsConfig"]["patternsAlloweds"] == allowed


def test_what_destroy_would_weaken_outlives_the_stack(sound: Recording) -> None:
    """Destroying these would widen or switch off what they guard: GitHub keeps them instead."""
    kept = {each.type for each in sound.resources if each.retain_on_delete}
    assert kept == {
        "OrganizationSettings",
        "ActionsOrganizationPermissions",
        "ActionsOrganizationWorkflowPermissions",
        "RepositoryVulnerabilityAlerts",
        "RepositoryDependabotSecurityUpdates",
    }


def test_gates_are_protected_from_deletion(sound: Recording) -> None:
    """Repositories, environments, rulesets and teams go only after a person unprotects them."""
    protected = {each.type for each in sound.resources if each.protect}
    assert protected == {
        "Repository",
        "RepositoryEnvironment",
        "OrganizationRuleset",
        "Team",
    }
    assert all(each.protect for each in sound.resources if each.type in protected)
    assert not any(each.protect for each in declare(protect=False).resources)


def test_what_github_is_asked_before_is_bound_to_what_it_is_about(sound: Recording) -> None:
    """Each new repository and team, members, and the settings have their hook."""
    hooks = {(each.type, hook) for each in sound.resources for hook in each.hooks}
    assert hooks == {
        ("Repository", "new repository"),
        ("Team", "new team"),
        ("TeamMembers", "known users"),
        ("OrganizationSettings", "organization settings"),
        ("RepositoryEnvironmentDeploymentPolicy", "default branch"),
        ("RepositoryFile", "default branch"),
    }


def test_a_team_has_exactly_its_members(sound: Recording) -> None:
    """A maintainer who is a member too is declared once, as maintainer."""
    assert sound.one("TeamMembers", "devs").inputs["members"] == [
        {"username": "ana", "role": "member"},
        {"username": "ben", "role": "maintainer"},
    ]
    team = sound.one("Team", "devs").inputs
    assert (team["name"], team["privacy"]) == ("devs", "closed")


def test_a_nested_team_names_its_parent_whatever_stands_first() -> None:
    """Parents are declared first, in whichever order the file has them."""
    recording = declare(("teams.devs.parent", "security"))
    parent = recording.one("Team", "devs").inputs["parentTeamId"]
    assert parent == str(number_of("github:index/team:Team", "security"))
    assert "parentTeamId" not in recording.one("Team", "security").inputs


def test_a_team_without_members_declares_no_membership() -> None:
    """The provider refuses an empty list."""
    assert declare(("teams.ops", {})).names("TeamMembers") == ["devs", "security"]


def test_each_component_knows_where_it_is_declared(sound: Recording) -> None:
    """The policy pack names file and path of every finding from these inputs."""
    components = [each for each in sound.resources if each.type.startswith("component")]
    assert len(components) > 10
    assert all(each.inputs["declaredIn"] == "orgs/acme.yaml" for each in components)
    paths = {str(each): each.inputs["path"] for each in components}
    assert paths["component Repository app"] == ["repositories", "app"]
    assert paths["component Environment app/staging"][-2:] == ["environments", "staging"]
    assert paths["component Environment app/pypi-release"][-1] == "publish"
    assert paths["component Ruleset main"] == ["protection", "main"]


def test_every_resource_is_below_the_organization(sound: Recording) -> None:
    """One tree: the provider is handed down by parents, and nothing stands beside them."""
    roots = {str(each) for each in sound.resources if not each.parent}
    assert roots == {"component Organization acme", "pulumi github github"}


def test_exemptions_reach_the_policy_pack() -> None:
    """The pack takes exemptions from the organization's inputs, dates as text."""
    exemption = {
        "rule": "BR012",
        "resource": "repositories.lib",
        "reason": "until the second is hired",
        "expires": "2027-03-31",
        "approved_by": "ines",
    }
    recording = declare(("exemptions", [exemption]))
    assert recording.one("component Organization", "acme").inputs["exemptions"] == [
        {
            "rule": "BR012",
            "resource": "repositories.lib",
            "reason": "until the second is hired",
            "expires": "2027-03-31",
            "approvedBy": "ines",
        }
    ]


def test_the_policy_pack_is_reported_which_app_may_bypass(sound: Recording) -> None:
    """The automation's App reaches the pack; without one, no App is named."""
    assert sound.one("component Organization", "acme").inputs["automationApp"] == 7
    without = declare(("automation", None)).one("component Organization", "acme")
    assert "automationApp" not in without.inputs


def test_github_actions_is_not_taken_for_the_automation() -> None:
    """Its App is every workflow's: each could push to protected branches (R2)."""
    with pytest.raises(ValueError, match="every workflow could push"):
        organization(("automation.app_id", GITHUB_ACTIONS_APP))
    with pytest.raises(ValueError, match="every workflow could"):
        organization(("protection.main.bypass", [{"app": GITHUB_ACTIONS_APP}]))


def test_the_provider_does_not_sleep_and_holds_its_token_secret(sound: Recording) -> None:
    """The default client sleeps a second after each write (design decision 2)."""
    inputs = sound.one("pulumi github", "github").inputs
    assert inputs["legacyClient"] in {False, "false"}
    assert isinstance(inputs["token"], Secret)
    assert inputs["owner"] == "acme"


def test_a_variable_is_seen_by_those_it_names(sound: Recording) -> None:
    """`selected` comes with the repositories' ids; a word is GitHub's own."""
    seen = sound.one("ActionsOrganizationVariable", "LEVEL").inputs
    assert seen["visibility"] == "selected"
    assert seen["selectedRepositoryIds"] == [number_of("github:index/repository:Repository", "app")]
    to_all = declare(("variables.LEVEL.visible_to", "all"))
    all_see = to_all.one("ActionsOrganizationVariable", "LEVEL").inputs
    assert all_see["visibility"] == "all"
    assert "selectedRepositoryIds" not in all_see


def registered(*changes: Change) -> object:
    """Return what people register at the registries."""
    return outputs(resolved(organization(*changes)))["register_by_hand"]


def test_what_is_registered_by_hand_is_listed_exactly() -> None:
    """Owner, repository, workflow and environment of each trusted publisher (E2)."""
    common = {"owner": "acme", "repository": "app", "workflow": "release.yml"}
    python = {
        "package": "acme-app",
        "before_first_release": (
            "register it as a pending publisher of the account or organization that is to own the "
            "package; this does not reserve the name"
        ),
        "also": "remove other publishers, and API tokens for the project",
        **common,
    }
    existing = "publish the first version with a token: only existing packages have publishers"
    crate = {"cargo": "acme-app", "approvers": ["security"]}
    assert registered(("repositories.app.publish.2", crate)) == [
        {"registry": "TestPyPI", "environment": "testpypi", **python},
        {"registry": "PyPI", "environment": "pypi-release", **python},
        {
            "registry": "npm",
            "environment": "npm-release",
            "package": "@acme/app",
            "before_first_release": existing,
            "also": (
                "one publisher, allowed action: npm publish; publishing access: disallow tokens"
            ),
            **common,
        },
        {
            "registry": "crates.io",
            "environment": "crates-release",
            "package": "acme-app",
            "before_first_release": existing,
            "also": "remove other publishers; then require trusted publishing (trustpub_only)",
            **common,
        },
    ]


def test_a_publisher_that_stages_may_do_nothing_else() -> None:
    """The allowed action at npm is the one that the declared workflow uses (E2)."""
    found = registered(("repositories.app.publish.1.staged", True))
    assert isinstance(found, list)
    (npm,) = (each for each in found if each["registry"] == "npm")
    assert npm["also"].startswith("one publisher, allowed action: npm stage publish;")


@pytest.mark.parametrize(
    ("kind", "registry"),
    [("python", "pypi"), ("npm", "npm"), ("cargo", "crates")],
)
def test_nobody_is_asked_to_forbid_a_token_that_the_release_may_need(
    kind: str, registry: str
) -> None:
    """With `auth: hybrid`, tokens stay allowed at the registry until it is `oidc`."""
    token = {"from": {"config": "token"}}
    tokens = {"pypi": token, "testpypi": token} if kind == "python" else {registry: token}
    package = {kind: "acme-app", "auth": "hybrid", "approvers": ["security"], "tokens": tokens}
    found = registered(("repositories.app.publish", [package]))
    assert isinstance(found, list)
    assert found
    assert all("once auth is oidc" in each["also"] for each in found)


@pytest.mark.parametrize(
    "change",
    [("repositories.app.archived", True), ("repositories.app.publish", [])],
    ids=["archived", "publishes nothing"],
)
def test_nothing_is_registered_for_what_does_not_publish(change: tuple[str, object]) -> None:
    """An archived repository releases nothing."""
    assert registered(change) == []


def test_no_value_of_a_secret_is_declared_in_the_open(sound: Recording) -> None:
    """Outside of Pulumi secrets the canary is nowhere in what is declared."""
    secret = repr(Secret(CANARY))
    text = "".join(sound.plain())
    assert secret in text
    assert CANARY not in text.replace(secret, "")
