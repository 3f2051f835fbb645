"""AC: what GitHub Actions may do, in the organization and in single repositories."""

import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, osps, scm, scorecard, slsa, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_TOKENS: Mapping[str, object] = {
    "organizationSlug": "guild",
    "defaultWorkflowPermissions": "read",
    "canApprovePullRequestReviews": False,
}
_ACTIONS: Mapping[str, object] = {
    "enabledRepositories": "all",
    "allowedActions": "selected",
    "allowedActionsConfig": {
        "githubOwnedAllowed": True,
        "verifiedAllowed": False,
        "patternsAlloweds": ["pypa/gh-action-pypi-publish@*"],
    },
    "shaPinningRequired": True,
}
_OF_REPOSITORY: Mapping[str, object] = {"repository": "escai", "allowedActions": "selected"}
_ANYBODYS = re.compile(
    r"(?:docker://(?:(?:[^/]*[.:][^/]*|localhost|\*+)/)?)?[^!@/]*\*", re.IGNORECASE
)
"""The beginning of a pattern whose owner has a wildcard: anybody can take a name that matches.
An image has its registry before the owner.

Source: https://docs.github.com/en/organizations/managing-organization-settings/disabling-or-limiting-github-actions-for-your-organization
"""


def _patterns(*patterns: object) -> dict[str, object]:
    return {"githubOwnedAllowed": True, "patternsAlloweds": list(patterns)}


class TokenReadsOnly(ResourceRule):
    """A workflow's token is read-only unless the workflow requests more.

    If the token can write by default, one injected line in any workflow can push code, tags and
    releases.
    """

    id = "AC001"
    title = "every workflow's token can write"
    severity = Severity.CRITICAL
    yaml_fixes = (("default_workflow_permissions", "read"),)
    maps = (
        *scorecard("Token-Permissions"),
        *ssdf("PO.5.1"),
        *osps("AC-04.01"),
        *scm(
            "actions/token_default_permissions_is_read_write",
            "repository/token_default_permissions_is_read_write",
        ),
    )
    resource_types = (
        gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
        gh.WORKFLOW_REPOSITORY_PERMISSIONS,
        gh.ENTERPRISE_ACTIONS_WORKFLOW_PERMISSIONS,
    )
    remediation = "Keep `default_workflow_permissions: read` (the default)."
    good = (
        example("jobs may read", gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS, _TOKENS),
        example(
            "left out: GitHub's default is to read",
            gh.WORKFLOW_REPOSITORY_PERMISSIONS,
            {"repository": "escai"},
        ),
    )
    bad = (
        example(
            "jobs may write",
            gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
            _TOKENS,
            defaultWorkflowPermissions="write",
        ),
        example(
            "jobs of one repository may write",
            gh.WORKFLOW_REPOSITORY_PERMISSIONS,
            {"repository": "escai"},
            defaultWorkflowPermissions="write",
        ),
        example(
            "jobs of all organizations may write",
            gh.ENTERPRISE_ACTIONS_WORKFLOW_PERMISSIONS,
            {"enterpriseSlug": "guilds"},
            defaultWorkflowPermissions="write",
        ),
        example(
            "unknown at preview",
            gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
            _TOKENS,
            defaultWorkflowPermissions=UNKNOWN,
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        permissions = resource.facts.text("defaultWorkflowPermissions")
        if permissions not in (None, "read"):
            detail = "`defaultWorkflowPermissions` is not `read`"
            yield finding(detail, "actions", "default_workflow_permissions", value=permissions)


class ActionsDoNotApprove(ResourceRule):
    """A workflow cannot approve pull requests.

    Otherwise a change can bring its own approval, through a workflow that it adds.
    """

    id = "AC002"
    title = "a workflow may approve pull requests"
    severity = Severity.HIGH
    yaml_fixes = (("can_approve_pull_request_reviews", False),)
    maps = (
        *scorecard("Code-Review"),
        *osps("QA-07.01"),
        *scm(
            "actions/actions_can_approve_pull_requests",
            "repository/actions_can_approve_pull_requests",
        ),
    )
    property_fixes = (("canApprovePullRequestReviews", False),)
    resource_types = TokenReadsOnly.resource_types
    remediation = "Keep `can_approve_pull_request_reviews: false` (the default)."
    good = (
        example(
            "workflows may not approve pull requests",
            gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
            _TOKENS,
        ),
        example("left out", gh.WORKFLOW_REPOSITORY_PERMISSIONS, {"repository": "escai"}),
    )
    bad = (
        example(
            "workflows may approve pull requests",
            gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
            _TOKENS,
            canApprovePullRequestReviews=True,
        ),
        example(
            "workflows of one repository may",
            gh.WORKFLOW_REPOSITORY_PERMISSIONS,
            {"repository": "escai"},
            canApprovePullRequestReviews=True,
        ),
        example(
            "workflows of all organizations may",
            gh.ENTERPRISE_ACTIONS_WORKFLOW_PERMISSIONS,
            {"enterpriseSlug": "guilds"},
            canApprovePullRequestReviews=True,
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        approves = resource.facts.flag("canApprovePullRequestReviews")
        if approves not in (None, False):
            detail = "`canApprovePullRequestReviews` is not false"
            yield finding(detail, "actions", "can_approve_pull_request_reviews", value=approves)


class ActionsSelected(ResourceRule):
    """Only selected actions may run.

    An action runs with the workflow's token and secrets, and anybody can publish one.
    """

    id = "AC003"
    title = "workflows may use any action"
    severity = Severity.HIGH
    maps = (*ssdf("PO.3.2"), *scm("actions/all_github_actions_are_allowed"))
    resource_types = (
        gh.ACTIONS_ORGANIZATION_PERMISSIONS,
        gh.ACTIONS_REPOSITORY_PERMISSIONS,
        gh.ENTERPRISE_ACTIONS_PERMISSIONS,
    )
    remediation = "Keep `allowed_actions: selected` and name actions in `patterns_allowed`."
    good = (
        example("selected", gh.ACTIONS_ORGANIZATION_PERMISSIONS, _ACTIONS),
        example(
            "only the organization's own actions",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            allowedActions="local_only",
        ),
        example(
            "all actions of an owner but some",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            allowedActionsConfig=_patterns(
                "pypa/*", "!pypa/*@main", "actions/cache@*", "docker://ghcr.io/pypa/*"
            ),
        ),
        example(
            "Actions are off", gh.ACTIONS_ORGANIZATION_PERMISSIONS, {"enabledRepositories": "none"}
        ),
        example("left to the organization", gh.ACTIONS_REPOSITORY_PERMISSIONS, {"repository": "x"}),
    )
    bad = (
        example(
            "all actions are allowed",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            allowedActions="all",
        ),
        example(
            "left out: GitHub allows all",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            allowedActions=None,
        ),
        example(
            "all actions, in one repository",
            gh.ACTIONS_REPOSITORY_PERMISSIONS,
            _OF_REPOSITORY,
            allowedActions="all",
        ),
        example(
            "all, in all organizations",
            gh.ENTERPRISE_ACTIONS_PERMISSIONS,
            {"enterpriseSlug": "guilds", "enabledOrganizations": "all"},
            allowedActions="all",
        ),
        example(
            "selected, by a pattern for everything",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            allowedActionsConfig=_patterns("pypa/*", "*/*"),
        ),
        example(
            "selected, by a longer pattern for everything",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            allowedActionsConfig=_patterns("**/**@*"),
        ),
        example(
            "selected, by a pattern for a tag of everything",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            allowedActionsConfig=_patterns("*@v1"),
        ),
        example(
            "selected, by a pattern for many owners",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            allowedActionsConfig=_patterns("py*/checkout@*"),
        ),
        *(
            example(
                f"images of anybody: `{pattern}`",
                gh.ACTIONS_REPOSITORY_PERMISSIONS,
                _OF_REPOSITORY,
                allowedActionsConfig=_patterns(pattern),
            )
            for pattern in ("docker://*", "docker://ghcr.io/*", "docker://docker.io/*/tool@*")
        ),
        example(
            "a list with one unknown entry",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            allowedActionsConfig=_patterns("pypa/*", UNKNOWN),
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        facts = resource.facts
        nowhere = "none" in (facts.text("enabledRepositories"), facts.text("enabledOrganizations"))
        if nowhere or facts.flag("enabled") is False:
            return
        allowed = facts.text("allowedActions")
        inherits = resource.type == gh.ACTIONS_REPOSITORY_PERMISSIONS and allowed is None
        if allowed not in ("selected", "local_only") and not inherits:
            detail = "`allowedActions` is neither `selected` nor `local_only`"
            yield finding(detail, "actions", "allowed_actions", value=allowed)
        patterns = facts.entries("allowedActionsConfig", "patternsAlloweds")
        for pattern in [UNKNOWN] if patterns is UNKNOWN else patterns:
            each = re.split(r"[,\s]+", pattern) if isinstance(pattern, str) else [UNKNOWN]
            if any(one is UNKNOWN or _ANYBODYS.match(str(one)) for one in each):
                detail = "`patternsAlloweds` admits actions of anybody: the owner has a wildcard"
                yield finding(detail, "actions", "patterns_allowed", value=pattern)


class ShaPinning(ResourceRule):
    """Actions are pinned to a full commit SHA.

    The tag of an action can be moved to other code after somebody reviewed it. That has happened to
    widely used actions.
    """

    id = "AC004"
    title = "actions need not be pinned"
    severity = Severity.HIGH
    yaml_fixes = (("sha_pinning_required", True),)
    maps = (*scorecard("Pinned-Dependencies"), *cis("2.4.2"))
    resource_types = (gh.ACTIONS_ORGANIZATION_PERMISSIONS, gh.ACTIONS_REPOSITORY_PERMISSIONS)
    remediation = "Keep `sha_pinning_required: true` (the default)."
    good = (
        example("pinning is required", gh.ACTIONS_ORGANIZATION_PERMISSIONS, _ACTIONS),
        example("left to the organization", gh.ACTIONS_REPOSITORY_PERMISSIONS, _OF_REPOSITORY),
    )
    bad = (
        example(
            "pinning is not required",
            gh.ACTIONS_ORGANIZATION_PERMISSIONS,
            _ACTIONS,
            shaPinningRequired=False,
        ),
        example("left out", gh.ACTIONS_ORGANIZATION_PERMISSIONS, _ACTIONS, shaPinningRequired=None),
        example(
            "pinning is not required in one repository",
            gh.ACTIONS_REPOSITORY_PERMISSIONS,
            _OF_REPOSITORY,
            shaPinningRequired=False,
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        facts = resource.facts
        required = facts.flag("shaPinningRequired")
        inherits = resource.type == gh.ACTIONS_REPOSITORY_PERMISSIONS and required is None
        off = facts.text("enabledRepositories") == "none" or facts.flag("enabled") is False
        if required is not True and not inherits and not off:
            detail = "`shaPinningRequired` is not true"
            yield finding(detail, "actions", "sha_pinning_required", value=required)


class RunnersPrivate(ResourceRule):
    """Self-hosted runners do not run jobs of public repositories.

    A pull request from a fork could run code on them, and leave something behind for the next job.
    """

    id = "AC005"
    title = "self-hosted runners serve public repositories"
    severity = Severity.HIGH
    maps = (
        *cis("2.1.5"),
        *slsa("Build L3"),
        *ssdf("PO.5.1"),
        *osps("BR-01.03"),
        *scm("runner_group/runner_group_can_be_used_by_public_repositories"),
    )
    resource_types = (gh.ACTIONS_RUNNER_GROUP, gh.ENTERPRISE_ACTIONS_RUNNER_GROUP)
    remediation = "Set `allowsPublicRepositories: false`."
    good = (
        example(
            "a runner group for private repositories",
            gh.ACTIONS_RUNNER_GROUP,
            {"name": "build", "visibility": "selected"},
        ),
    )
    bad = (
        example(
            "a runner group for public repositories",
            gh.ACTIONS_RUNNER_GROUP,
            {"name": "build", "visibility": "all", "allowsPublicRepositories": True},
        ),
        example(
            "a runner group of an enterprise, for public repositories",
            gh.ENTERPRISE_ACTIONS_RUNNER_GROUP,
            {"name": "build", "visibility": "all", "allowsPublicRepositories": True},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        public = resource.facts.flag("allowsPublicRepositories")
        if public not in (None, False):
            yield finding("`allowsPublicRepositories` is not false", "actions", value=public)


RULES = (TokenReadsOnly, ActionsDoNotApprove, ActionsSelected, ShaPinning, RunnersPrivate)
