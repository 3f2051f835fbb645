"""A small organization that is sound in every respect: no rule speaks. Tests break one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portcullis_policy.examples.base import Declared
from portcullis_policy.exemptions import ORGANIZATION as ORGANIZATION_COMPONENT
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.release_environments import ENVIRONMENT

from tests.policy.sound_organization.files import FILES, ROOT
from tests.policy.sound_organization.trust import TRUST

SEMVER = "v[0-9]*.[0-9]*.[0-9]*"
APP = {"actorType": "Integration", "actorId": 1001, "bypassMode": "always"}
ALL = {"repositoryName": {"includes": ["~ALL"], "excludes": [], "protected": True}}


def refs(*includes: str, excludes: tuple[str, ...] = ()) -> dict[str, Any]:
    """A ref condition."""
    return {"refName": {"includes": list(includes), "excludes": list(excludes)}}


BRANCH_RULES: dict[str, Any] = {
    "deletion": True,
    "nonFastForward": True,
    "requiredSignatures": True,
    "requiredLinearHistory": True,
    "pullRequest": {
        "requiredApprovingReviewCount": 2,
        "dismissStaleReviewsOnPush": True,
        "requireCodeOwnerReview": True,
        "requireLastPushApproval": True,
        "requiredReviewThreadResolution": True,
    },
    "requiredStatusChecks": {
        "strictRequiredStatusChecksPolicy": True,
        "requiredChecks": [{"context": "test", "integrationId": 15368}],
    },
}
CLASSIC: dict[str, Any] = {
    "pattern": "main",
    "enforceAdmins": True,
    "allowsDeletions": False,
    "allowsForcePushes": False,
    "requireConversationResolution": True,
    "requireSignedCommits": True,
    "requiredLinearHistory": True,
    "requiredPullRequestReviews": [
        {
            "requiredApprovingReviewCount": 2,
            "dismissStaleReviews": True,
            "requireCodeOwnerReviews": True,
            "requireLastPushApproval": True,
            "restrictDismissals": True,
        }
    ],
    "requiredStatusChecks": [{"strict": True, "contexts": ["test"]}],
}
GATE: dict[str, Any] = {
    "repository": "escai",
    "environment": "pypi-release",
    "canAdminsBypass": False,
    "preventSelfReview": True,
    "reviewers": [{"teams": [11]}],
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
GATE_OF_TWO: dict[str, Any] = {k: v for k, v in GATE.items() if k != "repository"}


def member(name: str, role: str) -> Declared:
    """A member of the organization."""
    return Declared(gh.MEMBERSHIP, {"username": name, "role": role})


def members(team: str, *logins: str) -> Declared:
    """The members of a team."""
    listed = [{"username": login, "role": "member"} for login in logins]
    return Declared(gh.TEAM_MEMBERS, {"teamSlug": team, "members": listed})


def of_two(type_: str, **props: object) -> Declared:
    """A resource of the second repository, whose release passes two gates."""
    return Declared(type_, {"repository": "two", **props})


ORGANIZATION: dict[str, Declared] = {
    "root": ROOT,
    "settings": Declared(
        gh.ORGANIZATION_SETTINGS,
        {
            "defaultRepositoryPermission": "none",
            "membersCanCreateRepositories": False,
            "membersCanCreatePublicRepositories": False,
            "membersCanCreatePublicPages": False,
            "membersCanForkPrivateRepositories": False,
            "webCommitSignoffRequired": True,
            "dependencyGraphEnabledForNewRepositories": True,
            "dependabotAlertsEnabledForNewRepositories": True,
            "dependabotSecurityUpdatesEnabledForNewRepositories": True,
            "secretScanningEnabledForNewRepositories": True,
            "secretScanningPushProtectionEnabledForNewRepositories": True,
        },
    ),
    "actions": Declared(
        gh.ACTIONS_ORGANIZATION_PERMISSIONS,
        {
            "enabledRepositories": "all",
            "allowedActions": "selected",
            "allowedActionsConfig": {
                "githubOwnedAllowed": True,
                "verifiedAllowed": False,
                "patternsAlloweds": ["pypa/gh-action-pypi-publish@*"],
            },
            "shaPinningRequired": True,
        },
    ),
    "tokens": Declared(
        gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
        {
            "organizationSlug": "guild",
            "defaultWorkflowPermissions": "read",
            "canApprovePullRequestReviews": False,
        },
    ),
    "repository": Declared(
        gh.REPOSITORY,
        {
            "name": "escai",
            "visibility": "public",
            "securityAndAnalysis": {
                "secretScanning": {"status": "enabled"},
                "secretScanningPushProtection": {"status": "enabled"},
            },
        },
    ),
    "alerts": Declared(
        gh.REPOSITORY_VULNERABILITY_ALERTS, {"repository": "escai", "enabled": True}
    ),
    "updates": Declared(gh.REPOSITORY_SECURITY_UPDATES, {"repository": "escai", "enabled": True}),
    "main": Declared(
        gh.ORGANIZATION_RULESET,
        {
            "name": "main",
            "target": "branch",
            "enforcement": "active",
            "bypassActors": [APP],
            "conditions": {**refs("~DEFAULT_BRANCH"), **ALL},
            "rules": BRANCH_RULES,
        },
        parent="root",
    ),
    "create-tags": Declared(
        gh.ORGANIZATION_RULESET,
        {
            "name": "release tags",
            "target": "tag",
            "enforcement": "active",
            "bypassActors": [{"actorType": "Team", "actorId": 12, "bypassMode": "always"}],
            "conditions": {**refs(f"refs/tags/{SEMVER}"), **ALL},
            "rules": {"creation": True},
        },
    ),
    "keep-tags": Declared(
        gh.ORGANIZATION_RULESET,
        {
            "name": "release tags (immutable)",
            "target": "tag",
            "enforcement": "active",
            "bypassActors": [],
            "conditions": {**refs("refs/tags/v*"), **ALL},
            "rules": {"update": True, "deletion": True, "nonFastForward": True},
        },
    ),
    "gate": Declared(gh.ENVIRONMENT, GATE),
    "gate-tags": Declared(
        gh.DEPLOYMENT_POLICY,
        {"repository": "escai", "environment": "pypi-release", "tagPattern": SEMVER},
    ),
    "trial": Declared(
        gh.ENVIRONMENT,
        {
            "repository": "escai",
            "environment": "testpypi",
            "canAdminsBypass": False,
            "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
        },
    ),
    "trial-branch": Declared(
        gh.DEPLOYMENT_POLICY,
        {"repository": "escai", "environment": "testpypi", "branchPattern": "main"},
    ),
    "token": Declared(
        gh.ACTIONS_ENVIRONMENT_SECRET,
        {
            "repository": "escai",
            "environment": "pypi-release",
            "secretName": "PYPI_API_TOKEN",
            "value": "x",
        },
    ),
    "codecov": Declared(
        gh.ACTIONS_ORGANIZATION_SECRET,
        {"secretName": "CODECOV_TOKEN", "visibility": "selected", "selectedRepositoryIds": [1]},
    ),
    "region": Declared(
        gh.ACTIONS_VARIABLE, {"repository": "escai", "variableName": "REGION", "value": "eu"}
    ),
    "hook": Declared(
        gh.REPOSITORY_WEBHOOK,
        {
            "repository": "escai",
            "events": ["push"],
            "configuration": {"url": "https://hooks.guild.example", "secret": "s"},
        },
    ),
    "key": Declared(
        gh.REPOSITORY_DEPLOY_KEY,
        {"repository": "escai", "title": "ci", "key": "k", "readOnly": True},
    ),
    "access": Declared(
        gh.TEAM_REPOSITORY, {"repository": "escai", "teamId": "11", "permission": "maintain"}
    ),
    "releasers": Declared(gh.TEAM, {"id": "11", "name": "releasers", "slug": "releasers"}),
    "releasers-members": members("releasers", "ana", "ben"),
    "taggers": Declared(gh.TEAM, {"id": "12", "name": "taggers", "slug": "taggers"}),
    "taggers-members": members("taggers", "ines", "tom"),
    "owner": member("ines", "admin"),
    "second-owner": member("tom", "admin"),
    "member": member("kim", "member"),
    "auditors": Declared(
        gh.ORGANIZATION_ROLE,
        {"name": "auditors", "baseRole": "read", "permissions": ["read_audit_logs"]},
    ),
    "audit-team": Declared(gh.ORGANIZATION_ROLE_TEAM, {"teamSlug": "audit", "roleId": 8132}),
    "helpers": Declared(
        gh.ORGANIZATION_REPOSITORY_ROLE,
        {"name": "helpers", "baseRole": "triage", "permissions": ["reopen_issue"]},
    ),
    "runners": Declared(
        gh.ACTIONS_RUNNER_GROUP,
        {"name": "build", "visibility": "selected", "allowsPublicRepositories": False},
    ),
    "outsider": Declared(
        gh.REPOSITORY_COLLABORATOR, {"repository": "escai", "username": "sam", "permission": "pull"}
    ),
    "people": Declared(
        gh.REPOSITORY_COLLABORATORS,
        {
            "repository": "two",
            "users": [{"username": "sam", "permission": "triage"}],
            "teams": [{"teamId": "11", "permission": "push"}],
        },
    ),
    "organization-hook": Declared(
        gh.ORGANIZATION_WEBHOOK,
        {
            "events": ["push"],
            "configuration": {"url": "https://hooks.guild.example", "secret": "s"},
        },
    ),
    "second": Declared(gh.REPOSITORY, {"name": "two", "visibility": "private"}),
    "two-alerts": of_two(gh.REPOSITORY_VULNERABILITY_ALERTS, enabled=True),
    "two-updates": of_two(gh.REPOSITORY_SECURITY_UPDATES, enabled=True),
    "two-first": of_two(gh.ENVIRONMENT, **{**GATE_OF_TWO, "environment": "release-approval"}),
    "two-first-tags": of_two(
        gh.DEPLOYMENT_POLICY, environment="release-approval", tagPattern=SEMVER
    ),
    "two-gate": of_two(
        gh.ENVIRONMENT,
        **{**GATE_OF_TWO, "environment": "npm-release", "reviewers": [{"teams": [12]}]},
    ),
    "two-tags": of_two(gh.DEPLOYMENT_POLICY, environment="npm-release", tagPattern=SEMVER),
    "two-main": of_two(
        gh.REPOSITORY_RULESET,
        name="own main",
        target="branch",
        enforcement="active",
        conditions=refs("~DEFAULT_BRANCH"),
        rules=BRANCH_RULES,
    ),
    "two-tag-rules": of_two(
        gh.REPOSITORY_RULESET,
        name="own tags",
        target="tag",
        enforcement="active",
        conditions=refs("~ALL"),
        rules={"creation": True, "update": True, "deletion": True},
    ),
    "two-docs": of_two(gh.ENVIRONMENT, environment="docs", canAdminsBypass=False),
    "two-secret": of_two(gh.ACTIONS_SECRET, secretName="SLACK_URL", value="x"),
    "old": Declared(gh.REPOSITORY, {"name": "old", "archived": True, "visibility": "public"}),
    "dependabot-secret": Declared(
        gh.DEPENDABOT_SECRET, {"repository": "escai", "secretName": "MIRROR_READ", "value": "x"}
    ),
    **FILES,
    **TRUST,
}
TWO = Declared(gh.REPOSITORY, {"name": "three", "visibility": "private"})


def changed(name: str, *path: Any, to: object) -> dict[str, Declared]:  # noqa: ANN401 - keys and positions
    """The organization with one value changed; `...` takes it away."""
    declared = ORGANIZATION[name]
    props = _changed(declared.props, path, to)
    return {**ORGANIZATION, name: replace(declared, props=props)}


def made_from(
    source: str, property_: str, name: str, organization: dict[str, Declared]
) -> dict[str, Declared]:
    """The organization with a property of one resource made from another resource."""
    return {**organization, name: replace(organization[name], depends={property_: source})}


def without(*names: str, **more: Declared) -> dict[str, Declared]:
    """The organization with resources left out and others added."""
    kept = {name: item for name, item in ORGANIZATION.items() if name not in names}
    return {**kept, **more}


def declared(organization: Mapping[str, Declared]) -> list[Declared]:
    """The organization's resources, each under its own Pulumi name."""
    return [replace(item, name=name) for name, item in organization.items()]


def under(
    type_: str, props: Mapping[str, object], name: str, organization: dict[str, Declared]
) -> dict[str, Declared]:
    """The organization with one resource as the child of a component, which is registered first."""
    child = replace(organization[name], parent="component")
    return {"component": Declared(type_, props), **organization, name: child}


def said_to_be(
    release: object, name: str, organization: dict[str, Declared] = ORGANIZATION
) -> dict[str, Declared]:
    """The organization with a component above an environment that says what it releases."""
    return under(ENVIRONMENT, {"release": release}, name, organization)


def automated(app: object) -> dict[str, Declared]:
    """The organization with a root component that names its automation."""
    props = {"path": [], "automationApp": app}
    return under(ORGANIZATION_COMPONENT, props, "main", ORGANIZATION)


def _changed(value: Any, path: tuple[Any, ...], to: object) -> Any:  # noqa: ANN401 - any JSON
    if not path:
        return to
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    if len(path) == 1 and to is ...:
        del copy[path[0]]
    else:
        inner = copy.get(path[0], {}) if isinstance(copy, dict) else copy[path[0]]
        copy[path[0]] = _changed(inner, path[1:], to)
    return copy
