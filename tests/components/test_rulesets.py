"""Branch protection: rulesets of the organization, of a repository, or classic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.components.building import declare
from tests.support.recording import number_of

if TYPE_CHECKING:
    from tests.support.recording import Recording

AUTOMATION = {"actorType": "Integration", "actorId": 7, "bypassMode": "always"}
REVIEWS = {
    "requiredApprovingReviewCount": 2,
    "dismissStaleReviewsOnPush": True,
    "requireCodeOwnerReview": True,
    "requireLastPushApproval": True,
    "requiredReviewThreadResolution": True,
    "allowedMergeMethods": ["squash", "rebase"],
}
CHECKS = {
    "strictRequiredStatusChecksPolicy": True,
    "requiredChecks": [{"context": "ci", "integrationId": 15368}],
}
RULES = {
    "deletion": True,
    "nonFastForward": True,
    "requiredLinearHistory": True,
    "requiredSignatures": True,
    "pullRequest": REVIEWS,
    "requiredStatusChecks": CHECKS,
}


def snake(inputs: object) -> Any:  # noqa: ANN401 - any JSON
    """Inputs with the engine's names: pulumi-github passes plain dictionaries on as they are."""
    if isinstance(inputs, dict):
        return {_camel(key): snake(value) for key, value in inputs.items()}
    if isinstance(inputs, list):
        return [snake(item) for item in inputs]
    return inputs


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def main(recording: Recording) -> Any:  # noqa: ANN401 - any JSON
    """The organization's ruleset `main`."""
    return snake(recording.one("OrganizationRuleset", "main").inputs)


def test_protection_declares_every_secure_rule(sound: Recording) -> None:
    """Reviews, signatures, linear history, checks bound to Actions; nothing rewritten (G7)."""
    ruleset = main(sound)
    assert ruleset["rules"] == RULES
    assert (ruleset["target"], ruleset["enforcement"]) == ("branch", "active")
    assert ruleset["bypassActors"] == [AUTOMATION]


def test_protection_covers_the_default_branch_of_all_repositories(sound: Recording) -> None:
    """And no administrator can rename a repository out of its reach."""
    conditions = main(sound)["conditions"]
    assert conditions["refName"] == {"includes": ["~DEFAULT_BRANCH"], "excludes": []}
    assert conditions["repositoryName"] == {
        "includes": ["~ALL"],
        "excludes": [],
        "protected": True,
    }


def test_a_rule_that_is_off_is_declared_off() -> None:
    """False is declared, so that a rule that was on is removed."""
    recording = declare(
        ("protection.main.allow_deletions", True),
        ("protection.main.allow_force_pushes", True),
        ("protection.main.require_linear_history", False),
        ("protection.main.require_signatures", False),
    )
    names = ("deletion", "nonFastForward", "requiredLinearHistory", "requiredSignatures")
    assert [main(recording)["rules"][name] for name in names] == [False] * 4


def test_branches_are_names_patterns_or_words() -> None:
    """`default` and `all` are GitHub's words, everything else a ref."""
    recording = declare(
        ("protection.main.branches", ["default", "all", "release/*"]),
        ("protection.main.exclude_branches", ["wip/*"]),
        ("protection.main.repositories", ["l*", "app"]),
        ("protection.main.exclude_repositories", ["lib"]),
    )
    conditions = main(recording)["conditions"]
    assert conditions["refName"] == {
        "includes": ["~DEFAULT_BRANCH", "~ALL", "refs/heads/release/*"],
        "excludes": ["refs/heads/wip/*"],
    }
    assert conditions["repositoryName"]["includes"] == ["l*", "app"]
    assert conditions["repositoryName"]["excludes"] == ["lib"]


ACTORS = (
    ({"team": "devs"}, "Team", number_of("github:index/team:Team", "devs")),
    ({"app": 99}, "Integration", 99),
    ({"role": "maintain"}, "RepositoryRole", 2),
    ({"role": "write"}, "RepositoryRole", 4),
    ({"role": "admin"}, "RepositoryRole", 5),
    ({"role": "organization-admin"}, "OrganizationAdmin", None),
)


@pytest.mark.parametrize(("entry", "kind", "number"), ACTORS)
def test_whom_a_ruleset_lets_by(entry: dict[str, object], kind: str, number: int | None) -> None:
    """By pull request by default; the automation that keeps the files always.

    Organization owners have no id: GitHub would show none, and each refresh a difference.
    """
    actor = {"actorType": kind} if number is None else {"actorType": kind, "actorId": number}
    for mode, changes in (("pull_request", {}), ("always", {"mode": "always"})):
        actors = main(declare(("protection.main.bypass", [entry | changes])))
        assert actors["bypassActors"] == [AUTOMATION, {**actor, "bypassMode": mode}]


def test_without_automation_nobody_passes() -> None:
    """No App is let by that the declaration does not name."""
    assert main(declare(("automation", None)))["bypassActors"] == []


def test_checks_of_anybody_are_on_request() -> None:
    """`checks_app: null` accepts a status of any App; no checks declare no rule."""
    anybody = main(declare(("protection.main.checks_app", None)))["rules"]
    assert anybody["requiredStatusChecks"]["requiredChecks"] == [{"context": "ci"}]
    none = main(declare(("protection.main.required_checks", [])))["rules"]
    assert "requiredStatusChecks" not in none


def test_a_repository_has_rulesets_of_its_own() -> None:
    """The same rules, for one repository; an archived one has none."""
    own = {"release": {"branches": ["release/*"], "required_checks": ["ci"]}}
    recording = declare(("repositories.app.protection", own))
    ruleset = snake(recording.one("RepositoryRuleset", "app/release").inputs)
    assert ruleset["rules"] == RULES
    assert ruleset["conditions"] == {
        "refName": {"includes": ["refs/heads/release/*"], "excludes": []}
    }
    assert (ruleset["name"], ruleset["repository"]) == ("release", "app")


def test_on_github_free_protection_becomes_the_repositories_own(sound: Recording) -> None:
    """Free has no organization rulesets: each repository gets the same rules."""
    recording = declare(
        ("plan", "free"),
        ("protection.main.repositories", ["a*"]),
        ("tag_protection.releases.exclude_repositories", ["lib"]),
    )
    assert recording.names("OrganizationRuleset") == []
    assert recording.names("RepositoryRuleset") == [
        "app/main",
        "app/releases",
        "app/releases (immutable)",
        "app/releases (names)",
        "app/releases (strict names)",
    ]
    here = snake(recording.one("RepositoryRuleset", "app/main").inputs)
    assert here["rules"] == main(sound)["rules"]
    assert here["bypassActors"] == main(sound)["bypassActors"]


def test_what_a_repository_says_itself_wins_over_the_organization() -> None:
    """Under the same name, on GitHub Free."""
    recording = declare(("plan", "free"), ("repositories.lib.protection.main.approvals", 1))
    rules = [
        snake(recording.one("RepositoryRuleset", f"{name}/main").inputs)["rules"]
        for name in ("app", "lib")
    ]
    assert [each["pullRequest"]["requiredApprovingReviewCount"] for each in rules] == [2, 1]


def test_classic_protection_is_as_strict() -> None:
    """On request the older protection, on each covered repository; administrators included."""
    recording = declare(
        ("protection.main.enforced_by", "classic"),
        ("protection.main.branches", ["default", "release/*"]),
        ("protection.main.bypass", [{"team": "devs"}]),
    )
    assert recording.names("BranchProtection") == [
        "app/main/default",
        "app/main/release/*",
        "lib/main/default",
        "lib/main/release/*",
    ]
    assert "main" not in recording.names("OrganizationRuleset")
    inputs = snake(recording.one("BranchProtection", "app/main/default").inputs)
    number = number_of("github:index/repository:Repository", "app")
    assert inputs == {
        "repositoryId": f"R_{number}",
        "pattern": "main",
        "enforceAdmins": True,
        "allowsDeletions": False,
        "allowsForcePushes": False,
        "requireConversationResolution": True,
        "requireSignedCommits": True,
        "requiredLinearHistory": True,
        "lockBranch": False,
        "requiredPullRequestReviews": [
            {
                "requiredApprovingReviewCount": 2,
                "dismissStaleReviews": True,
                "requireCodeOwnerReviews": True,
                "requireLastPushApproval": True,
                "restrictDismissals": False,
                "pullRequestBypassers": ["acme/devs"],
            }
        ],
        "requiredStatusChecks": [{"strict": True, "contexts": ["ci"]}],
    }
    other = snake(recording.one("BranchProtection", "app/main/release/*").inputs)
    assert other["pattern"] == "release/*"


def test_classic_protection_of_all_branches() -> None:
    """`all` is a star there."""
    own = {"x": {"enforced_by": "classic", "branches": ["all"]}}
    recording = declare(("repositories.lib.protection", own))
    inputs = snake(recording.one("BranchProtection", "lib/x/all").inputs)
    assert inputs["pattern"] == "*"
    assert "requiredStatusChecks" not in inputs
