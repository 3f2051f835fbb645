"""From a sound organization: each weakening is found by its rule, each sound variation by none."""

from typing import Any

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.registry import RULES as REGISTRY

from tests.policy.harness import ids, started
from tests.policy.sound_organization import (
    evasions,
    release_paths,
    variations,
    variations_beside,
)
from tests.policy.sound_organization.organization import (
    APP,
    ORGANIZATION,
    changed,
    declared,
)
from tests.policy.sound_organization.weaker import WEAKER_BESIDE

EVASIONS = [*evasions.EVASIONS, *variations_beside.EVASIONS, *release_paths.EVASIONS]
SOUND = [*variations.SOUND, *variations_beside.SOUND]
RULES = ("main", "rules")
REVIEWS = (*RULES, "pullRequest")
CHECKS = (*RULES, "requiredStatusChecks")
SCANNING = ("repository", "securityAndAnalysis")
TEAM = {"actorType": "Team", "actorId": 11, "bypassMode": "always"}
BY_PULL_REQUEST = {**TEAM, "bypassMode": "pull_request"}

WEAKER: list[tuple[str, tuple[Any, ...], Any]] = [
    ("OR001", ("settings", "defaultRepositoryPermission"), "write"),
    ("OR002", ("settings", "membersCanCreatePublicRepositories"), True),
    ("OR014", ("settings", "membersCanCreatePublicPages"), True),
    ("OR003", ("settings", "membersCanForkPrivateRepositories"), True),
    ("OR004", ("settings", "dependencyGraphEnabledForNewRepositories"), False),
    ("OR004", ("settings", "dependabotAlertsEnabledForNewRepositories"), False),
    ("OR004", ("settings", "dependabotSecurityUpdatesEnabledForNewRepositories"), False),
    ("OR005", ("settings", "secretScanningEnabledForNewRepositories"), False),
    ("OR005", ("settings", "secretScanningPushProtectionEnabledForNewRepositories"), False),
    ("OR006", ("settings", "webCommitSignoffRequired"), False),
    ("AC001", ("tokens", "defaultWorkflowPermissions"), "write"),
    ("AC002", ("tokens", "canApprovePullRequestReviews"), True),
    ("AC003", ("actions", "allowedActions"), "all"),
    ("AC003", ("actions", "allowedActionsConfig", "patternsAlloweds", 0), "*"),
    ("AC004", ("actions", "shaPinningRequired"), False),
    ("RE001", ("alerts", "enabled"), False),
    ("RE002", ("updates", "enabled"), False),
    ("RE003", (*SCANNING, "secretScanning", "status"), "disabled"),
    ("RE003", (*SCANNING, "secretScanningPushProtection", "status"), "disabled"),
    ("RE004", ("repository", "visibility"), ...),
    ("RE005", ("hook", "configuration", "secret"), ""),
    ("RE006", ("hook", "configuration", "url"), "http://hooks.guild.example"),
    ("RE006", ("hook", "configuration", "insecureSsl"), True),
    ("RE007", ("key", "readOnly"), False),
    ("RE009", ("access", "permission"), "admin"),
    ("BR001", ("main", "conditions", "refName", "includes"), ["refs/heads/release/*"]),
    ("BR001", ("main", "conditions", "refName", "excludes"), ["~DEFAULT_BRANCH"]),
    ("BR001", ("main", "conditions", "refName", "excludes"), ["refs/heads/[a-z]*"]),
    ("BR001", ("main", "conditions", "refName", "excludes"), ["refs/heads/[m"]),
    ("BR001", ("main", "conditions", "repositoryName", "includes"), ["aitbc"]),
    ("BR001", ("main", "conditions", "repositoryName", "excludes"), ["es*"]),
    ("BR001", ("main", "conditions", "repositoryName", "excludes"), [UNKNOWN]),
    ("BR001", ("main", "target"), "push"),
    ("BR001", ("main", "enforcement"), "evaluate"),
    ("BR002", (*RULES, "nonFastForward"), False),
    ("BR003", (*RULES, "deletion"), ...),
    ("BR004", REVIEWS, ...),
    ("BR005", (*REVIEWS, "requiredApprovingReviewCount"), 1),
    ("BR005", (*REVIEWS, "requiredApprovingReviewCount"), "1"),
    ("BR006", (*REVIEWS, "dismissStaleReviewsOnPush"), False),
    ("BR007", (*REVIEWS, "requireLastPushApproval"), False),
    ("BR008", (*REVIEWS, "requireCodeOwnerReview"), False),
    ("BR009", (*CHECKS, "requiredChecks"), []),
    ("BR009", CHECKS, ...),
    ("BR010", (*CHECKS, "strictRequiredStatusChecksPolicy"), False),
    ("BR011", (*REVIEWS, "requiredReviewThreadResolution"), False),
    ("BR012", (*RULES, "requiredSignatures"), False),
    ("RS001", ("main", "bypassActors"), [APP, TEAM]),
    ("RS001", ("main", "bypassActors"), [{**TEAM, "actorType": "RepositoryRole"}]),
    ("RS001", ("main", "bypassActors"), [{**TEAM, "actorType": "OrganizationAdmin"}]),
    ("RS001", ("main", "bypassActors"), [{**TEAM, "actorType": "DeployKey"}]),
    ("RS001", ("main", "bypassActors"), [APP, UNKNOWN]),
    ("RS002", ("main", "bypassActors"), [BY_PULL_REQUEST]),
    ("RS001", ("main", "bypassActors"), [{**APP, "actorId": 15368}]),
    ("RS001", ("main", "bypassActors"), [{**APP, "actorId": 15368, "bypassMode": "exempt"}]),
    ("RS007", ("main", "bypassActors"), [{**BY_PULL_REQUEST, "actorType": "RepositoryRole"}]),
    ("RS007", ("main", "bypassActors"), [{**BY_PULL_REQUEST, "actorType": "OrganizationAdmin"}]),
    ("RS007", ("main", "bypassActors"), [APP, {**BY_PULL_REQUEST, "actorType": UNKNOWN}]),
    ("RS003", ("main", "enforcement"), "disabled"),
    ("RS003", ("keep-tags", "enforcement"), "disabled"),
    ("RS004", ("main", "conditions", "refName", "excludes"), ["refs/heads/m*"]),
    ("BR014", (*CHECKS, "requiredChecks", 0, "context"), "tests"),
    ("RS006", (*CHECKS, "requiredChecks", 0, "integrationId"), ...),
    ("TG001", ("create-tags", "rules", "creation"), False),
    ("TG001", ("keep-tags", "rules", "update"), False),
    ("TG001", ("keep-tags", "rules", "deletion"), False),
    ("TG001", ("keep-tags", "enforcement"), "evaluate"),
    ("TG001", ("keep-tags", "conditions", "refName", "includes"), ["refs/tags/v1.*"]),
    ("TG001", ("create-tags", "conditions", "refName", "excludes"), ["refs/tags/v[0-9]*"]),
    ("TG002", ("create-tags", "bypassActors", 0, "actorType"), "DeployKey"),
    ("TG002", ("create-tags", "bypassActors"), [{"actorType": "RepositoryRole", "actorId": 4}]),
    ("TG002", ("create-tags", "bypassActors"), [{**APP, "actorId": 15368}]),
    ("TG004", ("keep-tags", "bypassActors"), [TEAM]),
    ("TG004", ("keep-tags", "bypassActors"), [{**APP, "actorId": 15368}]),
    ("EN001", ("gate", "reviewers"), []),
    ("EN001", ("gate", "reviewers"), ...),
    ("EN002", ("gate", "preventSelfReview"), False),
    ("EN003", ("gate", "canAdminsBypass"), True),
    ("EN003", ("trial", "canAdminsBypass"), ...),
    ("EN004", ("gate", "deploymentBranchPolicy"), ...),
    ("EN004", ("trial", "deploymentBranchPolicy"), ...),
    ("EN005", ("trial-branch", "branchPattern"), "*"),
    ("EN005", ("trial-branch", "branchPattern"), "release/**"),
    *(("EN005", ("trial-branch", "branchPattern"), any_) for any_ in ("**", "**/*", "*/*")),
    ("EN006", ("gate-tags", "tagPattern"), "v*"),
    ("EN006", ("gate-tags", "tagPattern"), "*"),
    ("EN007", ("gate", "reviewers"), [{"users": [7]}]),
    ("EN008", ("gate-tags", "environment"), "other-release"),
    ("EN009", ("trial-branch", "branchPattern"), "develop"),
    ("EN009", ("gate", "deploymentBranchPolicy", "protectedBranches"), True),
    ("EN012", ("create-tags", "bypassActors", 0, "actorId"), 11),
    ("EN012", ("gate", "reviewers"), [{"teams": [12]}]),
    ("EN012", ("gate", "reviewers"), {"teams": ["11", "12"]}),
    ("EN012", ("taggers-members", "members", 0, "username"), "Ana"),
    ("EN012", ("taggers", "parentTeamId"), 11),
    ("EN013", ("gate", "reviewers"), [{"users": [1, 2]}]),
    ("EN013", ("gate", "reviewers"), [{"teams": [UNKNOWN]}]),
    ("EN013", ("releasers-members", "members"), UNKNOWN),
    ("EN013", ("releasers-members", "members", 0, "username"), UNKNOWN),
    ("EN013", ("taggers-members", "teamSlug"), "others"),
    ("SE001", ("region", "variableName"), "GitHub_Region"),
    ("SE001", ("codecov", "secretName"), "1_TOKEN"),
    ("SE002", ("codecov", "visibility"), "all"),
    ("SE003", ("codecov", "secretName"), "NPM_TOKEN"),
    ("SE003", ("token", "environment"), "ci"),
    ("SE004", ("region", "variableName"), "api_key"),
    ("SE004", ("region", "value"), "ghp_" + "a" * 36),
    ("SE005", ("token", "plaintextValue"), "x"),
    ("SE006", ("codecov", "secretName"), "pypi_api_token"),
    *WEAKER_BESIDE,
]


def spoke(organization: dict[str, Declared]) -> set[str]:
    """The rules that speak about an organization."""
    return ids(started().run(declared(organization)))


@pytest.mark.parametrize(("rule", "path", "to"), WEAKER)
def test_each_weakening_is_found(rule: str, path: tuple[Any, ...], to: object) -> None:
    """C3, R8, E8: one security-relevant value made weaker is found by the rule that is about it."""
    assert rule in spoke(changed(*path, to=to))


@pytest.mark.parametrize(("rule", "_what", "organization"), EVASIONS, ids=[e[1] for e in EVASIONS])
def test_evasions_are_found(rule: str, _what: str, organization: dict[str, Declared]) -> None:
    """C3: what looks right and is not is found."""
    assert rule in spoke(organization)


@pytest.mark.parametrize("organization", [s[1] for s in SOUND], ids=[s[0] for s in SOUND])
def test_sound_variations_are_not_refused(organization: dict[str, Declared]) -> None:
    """C3: what is as strict in another way is left in peace, by every rule."""
    assert spoke(organization) == set()


def test_the_tables_are_large_enough() -> None:
    """C3: from an organization of 60 resources; `python -m tests.policy.measure` prints these."""
    assert len(ORGANIZATION) >= 60
    assert len(WEAKER) >= 150
    assert len(SOUND) >= 60


def test_every_mandatory_rule_is_weakened_into() -> None:
    """C3: no rule that stops an update is without a weakening or evasion that it finds."""
    found = {rule for rule, *_ in (*WEAKER, *EVASIONS)}
    own = {"EX001", "EX002", "PK001", "PK002"}  # about the pack itself; tests of their own
    own.add("RP006")  # compares with the state, which no single organization shows
    mandatory = {rule.id for rule in REGISTRY if rule.severity.level == "mandatory"}
    assert mandatory - found - own == {"RS005"}
