"""From a sound organization: each weakening is found by its rule, each sound variation by none."""

from typing import Any

import pytest
from portcullis_policy import github as gh
from portcullis_policy.examples import Declared
from portcullis_policy.facts import UNKNOWN

from tests.policy.harness import Pack, ids
from tests.policy.secure import (
    ALL,
    APP,
    BRANCH_RULES,
    CLASSIC,
    GATE,
    ORGANIZATION,
    SEMVER,
    changed,
    declared,
    refs,
    without,
)

RULES = ("main", "rules")
REVIEWS = (*RULES, "pullRequest")
CHECKS = (*RULES, "requiredStatusChecks")
SCANNING = ("repository", "securityAndAnalysis")
TEAM = {"actorType": "Team", "actorId": 11, "bypassMode": "always"}

WEAKER: list[tuple[str, tuple[Any, ...], Any]] = [
    ("OR001", ("settings", "defaultRepositoryPermission"), "write"),
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
    ("BR001", ("main", "conditions", "refName", "includes"), ["refs/heads/release/*"]),
    ("BR001", ("main", "conditions", "refName", "excludes"), ["~DEFAULT_BRANCH"]),
    ("BR001", ("main", "conditions", "refName", "excludes"), ["refs/heads/[a-z]*"]),
    ("BR001", ("main", "conditions", "refName", "excludes"), ["refs/heads/[z-a]"]),
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
    ("RS002", ("main", "bypassActors"), [{**TEAM, "bypassMode": "pull_request"}]),
    ("RS003", ("main", "enforcement"), "disabled"),
    ("RS003", ("keep-tags", "enforcement"), "disabled"),
    ("RS004", ("main", "conditions", "refName", "excludes"), ["refs/heads/m*"]),
    ("RS006", (*CHECKS, "requiredChecks", 0, "integrationId"), ...),
    ("TG001", ("create-tags", "rules", "creation"), False),
    ("TG001", ("keep-tags", "rules", "update"), False),
    ("TG001", ("keep-tags", "rules", "deletion"), False),
    ("TG001", ("keep-tags", "enforcement"), "evaluate"),
    ("TG001", ("keep-tags", "conditions", "refName", "includes"), ["refs/tags/v1.*"]),
    ("TG001", ("create-tags", "conditions", "refName", "excludes"), ["refs/tags/v[0-9]*"]),
    ("TG002", ("create-tags", "bypassActors", 0, "actorType"), "DeployKey"),
    ("TG002", ("create-tags", "bypassActors"), [{"actorType": "RepositoryRole", "actorId": 4}]),
    ("TG004", ("keep-tags", "bypassActors"), [TEAM]),
    ("EN001", ("gate", "reviewers"), []),
    ("EN001", ("gate", "reviewers"), ...),
    ("EN002", ("gate", "preventSelfReview"), False),
    ("EN003", ("gate", "canAdminsBypass"), True),
    ("EN003", ("trial", "canAdminsBypass"), ...),
    ("EN004", ("gate", "deploymentBranchPolicy"), ...),
    ("EN004", ("trial", "deploymentBranchPolicy"), ...),
    ("EN005", ("trial-branch", "branchPattern"), "*"),
    ("EN005", ("trial-branch", "branchPattern"), "release/**"),
    ("EN006", ("gate-tags", "tagPattern"), "v*"),
    ("EN006", ("gate-tags", "tagPattern"), "*"),
    ("EN007", ("gate", "reviewers"), [{"users": [7]}]),
    ("EN008", ("gate-tags", "environment"), "other-release"),
    ("EN009", ("trial-branch", "branchPattern"), "develop"),
    ("EN009", ("gate", "deploymentBranchPolicy", "protectedBranches"), True),
    ("SE001", ("region", "variableName"), "GitHub_Region"),
    ("SE001", ("codecov", "secretName"), "1_TOKEN"),
    ("SE002", ("codecov", "visibility"), "all"),
    ("SE003", ("codecov", "secretName"), "NPM_TOKEN"),
    ("SE004", ("region", "variableName"), "api_key"),
    ("SE004", ("region", "value"), "ghp_" + "a" * 36),
    ("SE005", ("token", "plaintextValue"), "x"),
    ("SE006", ("codecov", "secretName"), "pypi_api_token"),
]


def named(environment: str) -> Declared:
    """A gate of another name that nobody guards."""
    return Declared(gh.ENVIRONMENT, {**GATE, "environment": environment, "reviewers": []})


REPOSITORY_MAIN = Declared(
    gh.REPOSITORY_RULESET,
    {
        "name": "main",
        "repository": "ESCAI",
        "target": "branch",
        "enforcement": "active",
        "conditions": refs("refs/heads/main"),
        "rules": BRANCH_RULES,
    },
)
TWO = Declared(gh.REPOSITORY, {"name": "two", "visibility": "private"})
EVASIONS: list[tuple[str, str, dict[str, Declared]]] = [
    (
        "BR001",
        "all protection is disabled, a second one looks right",
        changed("main", "enforcement", to="disabled"),
    ),
    (
        "BR001",
        "a repository that only one of two rulesets names",
        {**changed("main", "conditions", "repositoryName", "includes", to=["escai"]), "two": TWO},
    ),
    (
        "BR001",
        "a default branch with another name",
        {
            **changed("main", "conditions", to={**refs("refs/heads/main"), **ALL}),
            "default": Declared(gh.BRANCH_DEFAULT, {"repository": "escai", "branch": "trunk"}),
        },
    ),
    (
        "BR001",
        "classic protection of a branch that is not the default one",
        without(
            "main",
            classic=Declared(
                gh.BRANCH_PROTECTION_V3,
                {"repository": "escai", "branch": "dev", "enforceAdmins": True},
            ),
        ),
    ),
    (
        "BR001",
        "a custom property that the repository does not have",
        {
            **changed(
                "main",
                "conditions",
                to={
                    **refs("~ALL"),
                    "repositoryProperty": {
                        "includes": [{"name": "tier", "propertyValues": ["gold"]}]
                    },
                },
            )
        },
    ),
    (
        "RS001",
        "a second actor of a role behind an app",
        changed(
            "main",
            "bypassActors",
            to=[APP, {"actorType": "RepositoryRole", "actorId": 2, "bypassMode": "always"}],
        ),
    ),
    (
        "RS001",
        "classic protection with a list of people who may force push",
        without(
            "main",
            classic=Declared(
                gh.BRANCH_PROTECTION,
                {**CLASSIC, "repositoryId": "escai", "forcePushBypassers": ["/kim"]},
            ),
        ),
    ),
    ("EN001", "other case, and a word around it", {**ORGANIZATION, "x": named("My-PyPI-Gate")}),
    (
        "EN001",
        "a look-alike that also says test",
        {**ORGANIZATION, "x": named("pypi-release-test")},
    ),
    (
        "EN001",
        "a reviewers block that names nobody",
        changed("gate", "reviewers", to=[{"teams": [], "users": []}]),
    ),
    (
        "ST001",
        "a second resource for the same gate",
        {
            **ORGANIZATION,
            "again": Declared(gh.ENVIRONMENT, {**GATE, "environment": "PyPI-Release"}),
        },
    ),
    (
        "SE006",
        "the same secret in the repository",
        {
            **ORGANIZATION,
            "twin": Declared(
                gh.ACTIONS_SECRET, {"repository": "ESCAI", "secretName": "pypi_api_token"}
            ),
        },
    ),
    (
        "AC003",
        "a list with one unknown entry",
        changed("actions", "allowedActionsConfig", "patternsAlloweds", to=["pypa/*", UNKNOWN]),
    ),
    (
        "TG001",
        "the tag ruleset of another repository",
        changed("keep-tags", "conditions", "repositoryName", "includes", to=["aitbc"]),
    ),
]

SOUND: list[tuple[str, dict[str, Declared]]] = [
    ("nothing changed", ORGANIZATION),
    ("base permission read", changed("settings", "defaultRepositoryPermission", to="read")),
    ("only local actions", changed("actions", "allowedActions", to="local_only")),
    (
        "no verified creators said",
        changed("actions", "allowedActionsConfig", "verifiedAllowed", to=...),
    ),
    ("actions switched off", changed("actions", to={"enabledRepositories": "none"})),
    ("three approvals", changed(*REVIEWS, "requiredApprovingReviewCount", to=3)),
    ("no bypass at all", changed("main", "bypassActors", to=[])),
    ("every branch", changed("main", "conditions", "refName", "includes", to=["~ALL"])),
    (
        "the branch by name",
        changed("main", "conditions", "refName", "includes", to=["refs/heads/main"]),
    ),
    ("by pattern", changed("main", "conditions", "refName", "includes", to=["refs/heads/ma*"])),
    (
        "another branch excluded",
        changed("main", "conditions", "refName", "excludes", to=["refs/heads/gh-pages"]),
    ),
    (
        "repositories by pattern",
        changed("main", "conditions", "repositoryName", "includes", to=["esc*"]),
    ),
    (
        "another repository excluded",
        changed("main", "conditions", "repositoryName", "excludes", to=["docs"]),
    ),
    ("a ruleset of the repository", without("main", own=REPOSITORY_MAIN)),
    ("both", {**ORGANIZATION, "own": REPOSITORY_MAIN}),
    (
        "a second, weaker one that adds nothing",
        {
            **ORGANIZATION,
            "weak": Declared(
                gh.REPOSITORY_RULESET,
                {
                    **REPOSITORY_MAIN.props,
                    "name": "extra",
                    "rules": {"requiredLinearHistory": True},
                },
            ),
        },
    ),
    (
        "classic protection",
        without(
            "main", classic=Declared(gh.BRANCH_PROTECTION, {**CLASSIC, "repositoryId": "escai"})
        ),
    ),
    (
        "classic protection of an id not known yet",
        without(
            "main",
            classic=Declared(
                gh.BRANCH_PROTECTION,
                {**CLASSIC, "repositoryId": UNKNOWN},
                "c",
                {"repositoryId": "repository"},
            ),
        ),
    ),
    (
        "classic protection of a default branch not known yet",
        without(
            "main",
            "trial",
            "trial-branch",
            classic=Declared(
                gh.BRANCH_PROTECTION,
                {**CLASSIC, "repositoryId": UNKNOWN, "pattern": UNKNOWN},
                "c",
                {"repositoryId": "repository", "pattern": "repository"},
            ),
        ),
    ),
    (
        "another default branch",
        {
            **changed("trial-branch", "branchPattern", to="trunk"),
            "default": Declared(gh.BRANCH_DEFAULT, {"repository": "escai", "branch": "trunk"}),
        },
    ),
    (
        "by custom property",
        {
            **changed(
                "main",
                "conditions",
                to={
                    **refs("~DEFAULT_BRANCH"),
                    "repositoryProperty": {
                        "includes": [{"name": "tier", "propertyValues": ["gold"]}]
                    },
                },
            ),
            "tier": Declared(
                gh.REPOSITORY_CUSTOM_PROPERTY,
                {"repository": "escai", "propertyName": "tier", "propertyValues": ["gold"]},
            ),
        },
    ),
    (
        "by visibility",
        changed(
            "main",
            "conditions",
            to={
                **refs("~DEFAULT_BRANCH"),
                "repositoryProperty": {
                    "includes": [
                        {"name": "visibility", "source": "system", "propertyValues": ["public"]}
                    ]
                },
            },
        ),
    ),
    (
        "by repository ids not known yet",
        changed("main", "conditions", to={**refs("~DEFAULT_BRANCH"), "repositoryIds": [UNKNOWN]}),
    ),
    (
        "several checks",
        changed(
            *CHECKS,
            "requiredChecks",
            to=[{"context": name, "integrationId": 15368} for name in ("ci", "security-ci")],
        ),
    ),
    (
        "one ruleset for all tags",
        without(
            "create-tags",
            "keep-tags",
            tags=Declared(
                gh.REPOSITORY_RULESET,
                {
                    "name": "tags",
                    "repository": "escai",
                    "target": "tag",
                    "enforcement": "active",
                    "conditions": refs("~ALL"),
                    "rules": {"creation": True, "update": True, "deletion": True},
                },
            ),
        ),
    ),
    (
        "tags made by maintainers",
        changed(
            "create-tags",
            "bypassActors",
            to=[{"actorType": "RepositoryRole", "actorId": 2, "bypassMode": "always"}],
        ),
    ),
    (
        "tags made by a team not known yet",
        changed("create-tags", "bypassActors", 0, "actorId", to=UNKNOWN),
    ),
    (
        "a strict tag name pattern",
        changed(
            "create-tags",
            "rules",
            "tagNamePattern",
            to={"operator": "regex", "pattern": r"^v[0-9]+\.[0-9]+\.[0-9]+$"},
        ),
    ),
    (
        "prefixed tags",
        {
            **changed("gate-tags", "tagPattern", to="sdk-" + SEMVER),
            "sdk": Declared(
                gh.ORGANIZATION_RULESET,
                {
                    "name": "sdk",
                    "target": "tag",
                    "enforcement": "active",
                    "conditions": {**refs("refs/tags/sdk-*"), **ALL},
                    "rules": {"creation": True, "update": True, "deletion": True},
                },
            ),
        },
    ),
    ("reviewers not known yet", changed("gate", "reviewers", to=[{"teams": [UNKNOWN]}])),
    ("reviewers as an object", changed("gate", "reviewers", to={"teams": [11, 12]})),
    ("two people", changed("gate", "reviewers", to=[{"users": [1, 2]}])),
    ("a wait timer", changed("gate", "waitTimer", to=30)),
    (
        "released from the default branch",
        changed(
            "gate-tags",
            to={
                "repository": "escai",
                "environment": "pypi-release",
                "branchPattern": "main",
                "tagPattern": "",
            },
        ),
    ),
    (
        "an environment of another name",
        {
            **ORGANIZATION,
            "docs": Declared(
                gh.ENVIRONMENT, {"repository": "escai", "environment": "github-pages"}
            ),
        },
    ),
    ("a repository that publishes nothing", {**ORGANIZATION, "two": TWO}),
    (
        "an archived repository",
        {
            **ORGANIZATION,
            "old": Declared(
                gh.REPOSITORY, {"name": "old", "archived": True, "visibility": "public"}
            ),
        },
    ),
    (
        "an internal repository",
        {**ORGANIZATION, "in": Declared(gh.REPOSITORY, {"name": "in", "visibility": "internal"})},
    ),
    ("a secret for private repositories", changed("codecov", "visibility", to="private")),
    (
        "a Dependabot secret",
        {
            **ORGANIZATION,
            "npm": Declared(
                gh.DEPENDABOT_SECRET,
                {"repository": "escai", "secretName": "NPM_READ", "value": "x"},
            ),
        },
    ),
    (
        "the same secret in two environments",
        {
            **ORGANIZATION,
            "trial-token": Declared(
                gh.ACTIONS_ENVIRONMENT_SECRET,
                {
                    "repository": "escai",
                    "environment": "testpypi",
                    "secretName": "PYPI_API_TOKEN",
                    "value": "x",
                },
            ),
        },
    ),
    ("a variable about a token", changed("region", "variableName", to="TOKEN_URL")),
    ("a variable not known yet", changed("region", "value", to=UNKNOWN)),
    ("a webhook secret not known yet", changed("hook", "configuration", "secret", to=UNKNOWN)),
    ("a team that administers", changed("access", "permission", to="admin")),
    (
        "other resources",
        {**ORGANIZATION, "bucket": Declared("aws:s3/bucket:Bucket", {"acl": "public-read"})},
    ),
]


def spoke(organization: dict[str, Declared]) -> set[str]:
    """The rules that speak about an organization."""
    return ids(Pack().run(declared(organization)))


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
