"""EN: which branches and tags may enter a release environment."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, child, example, stack
from portcullis_policy.examples.environments import (
    PYPI_RELEASE,
    RELEASE,
    RELEASE_TAGS,
    SOUND,
    TESTPYPI,
    WHOSE_COMPONENT,
)
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, osps, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.languages.refs import not_version, shown, tag_regions
from portcullis_policy.semantics.patterns import only_name
from portcullis_policy.semantics.protection import (
    protections_for,
    protects_branch,
    subject_named,
)
from portcullis_policy.semantics.release_environments import is_release, key
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_PROTECTED = {"protectedBranches": True, "customBranchPolicies": False}
_FROM_TRUNK = Declared(
    gh.DEPLOYMENT_POLICY, {**RELEASE_TAGS, "tagPattern": None, "branchPattern": "trunk"}
)
_DEFAULT_GUARDED = Declared(
    gh.REPOSITORY_RULESET,
    {
        "repository": "escai",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
        "rules": {"pullRequest": {"requiredApprovingReviewCount": 2}},
    },
)
_ANY_BRANCH = ("*", "**", "**/*", "*/*")


def _admitting(pattern: object) -> Declared:
    """Return a deployment policy of the examples' environment."""
    return Declared(gh.DEPLOYMENT_POLICY, {**RELEASE_TAGS, "tagPattern": pattern})


class RefsRestricted(ResourceRule):
    """A release environment admits only selected branches or tags.

    Without a deployment policy, a workflow on any branch can name the environment, be approved out
    of habit, and read its secrets. Everybody with write access can create a branch.
    """

    id = "EN004"
    title = "a release environment can be entered from any branch"
    severity = Severity.CRITICAL
    maps = (*cis("2.3.5", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = (gh.ENVIRONMENT,)
    remediation = 'Declare what is released: `deploy_from: {tags: ["v[0-9]*.[0-9]*.[0-9]*"]}`.'
    good = (
        SOUND,
        example(
            "protected branches",
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            deploymentBranchPolicy=_PROTECTED,
        ),
    )
    bad = (
        example("no policy", gh.ENVIRONMENT, PYPI_RELEASE, deploymentBranchPolicy=None),
        example("a test registry", gh.ENVIRONMENT, TESTPYPI, deploymentBranchPolicy=None),
        example(
            "neither protected branches nor patterns",
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            deploymentBranchPolicy={"protectedBranches": False, "customBranchPolicies": False},
        ),
        example("unknown at preview", gh.ENVIRONMENT, PYPI_RELEASE, deploymentBranchPolicy=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        policy = resource.facts.block("deploymentBranchPolicy")
        custom, protected = (
            policy.flag(name) if policy is not None else None
            for name in ("customBranchPolicies", "protectedBranches")
        )
        if is_release(resource, settings) and not (custom is True or protected is True):
            unseen = UNKNOWN if UNKNOWN in (custom, protected) else None
            yield finding("`deploymentBranchPolicy` restricts nothing", "deploy_from", value=unseen)


class BranchPolicyNamesBranches(ResourceRule):
    """A release environment admits branches by name, not by wildcard.

    Everybody with write access can create a branch that a wildcard matches, with its own workflow.
    `*` is no restriction at all.
    """

    id = "EN005"
    title = "a release environment admits branches by wildcard"
    severity = Severity.HIGH
    maps = cis("2.3.5")
    resource_types = (gh.DEPLOYMENT_POLICY,)
    remediation = (
        'Release from tags, `deploy_from: {tags: ["v[0-9]*.[0-9]*.[0-9]*"]}`, or name each branch '
        "in full, `deploy_from: {branches: [default]}`."
    )
    good = (
        example("a tag pattern", gh.DEPLOYMENT_POLICY, RELEASE_TAGS),
        example(
            "one branch", gh.DEPLOYMENT_POLICY, RELEASE_TAGS, tagPattern=None, branchPattern="trunk"
        ),
        example(
            "an environment that publishes nothing",
            gh.DEPLOYMENT_POLICY,
            {"repository": "x", "environment": "docs", "branchPattern": "*"},
        ),
    )
    bad = (
        *(
            example(
                f"any, `{any_}`",
                gh.DEPLOYMENT_POLICY,
                RELEASE_TAGS,
                tagPattern="",
                branchPattern=any_,
            )
            for any_ in _ANY_BRANCH
        ),
        example(
            "`rel/*`", gh.DEPLOYMENT_POLICY, RELEASE_TAGS, tagPattern=None, branchPattern="rel/*"
        ),
        example(
            "in the deprecated resource",
            gh.DEPLOYMENT_BRANCH_POLICY,
            {"repository": "escai", "environmentName": "pypi-release", "name": "*"},
        ),
        example(
            "unknown at preview",
            gh.DEPLOYMENT_POLICY,
            RELEASE_TAGS,
            tagPattern=None,
            branchPattern=UNKNOWN,
        ),
        child(
            f"in an environment {WHOSE_COMPONENT}",
            RELEASE,
            gh.DEPLOYMENT_POLICY,
            {"repository": "escai", "environment": "ship-it", "branchPattern": "*"},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        pattern = resource.facts.text("branchPattern")
        if not is_release(resource, settings) or not _given(pattern):
            return
        if pattern is UNKNOWN or (isinstance(pattern, str) and only_name(pattern) is None):
            detail = "`branchPattern` is a wildcard"
            yield finding(detail, "deploy_from", "branches", value=pattern)


class TagPolicyIsSemver(StackRule):
    """A release environment admits only tags that are versions.

    `v*` admits `v-test`. A strict pattern prevents test tags and typing mistakes from publishing.
    Every admitted tag has to have two numbers after its prefix, or to be a date. So SemVer, PEP 440
    and CalVer are fine.
    """

    id = "EN006"
    title = "a release environment admits tags that are not versions"
    severity = Severity.HIGH
    maps = (*cis("2.3.5"), *osps("BR-02.01"))
    resource_types = (gh.DEPLOYMENT_POLICY, *gh.RULESETS)
    remediation = 'Use `deploy_from: {tags: ["v[0-9]*.[0-9]*.[0-9]*"]}`.'
    good = (
        stack("a pattern for versions", Declared(gh.DEPLOYMENT_POLICY, RELEASE_TAGS)),
        stack("versions with a prefix", _admitting("sdk-v[0-9]*.[0-9]*.[0-9]*")),
        stack("versions with a year and a month", _admitting("v2[0-9][0-9][0-9].1[0-2].[0-9]*")),
        stack("one version", _admitting("v1.2.3")),
        stack("versions as PEP 440 writes them", _admitting("[0-9]*.[0-9]*")),
        stack("a date", _admitting("20[0-9][0-9][0-1][0-9][0-3][0-9]")),
        stack("packages of one repository", _admitting("*/v[0-9]*.[0-9]*")),
    )
    bad = (
        stack("`v*`", _admitting("v*")),
        stack("`v*.*.*`", _admitting("v*.*.*")),
        stack("one number", _admitting("v[0-9]*")),
        stack("a wildcard before the version", _admitting("*v[0-9]*.[0-9]*.[0-9]*")),
        stack("no tag at all", _admitting("v[0-9")),
        stack("unknown at preview", _admitting(UNKNOWN)),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for policy in stack.of(gh.DEPLOYMENT_POLICY):
            pattern = policy.facts.text("tagPattern")
            if not is_release(policy, settings) or not _given(pattern):
                continue
            detail = "`tagPattern` is not known"
            if isinstance(pattern, str):
                detail = _no_version(pattern)
            if detail:
                yield Finding(
                    detail,
                    ("deploy_from", "tags"),
                    unknown=pattern is UNKNOWN,
                    urn=policy.urn,
                )


def _no_version(pattern: str) -> str:
    """Say which tag a pattern admits that is no version; nothing if there is none."""
    if tag_regions(pattern, ()) == ():
        return "`tagPattern` admits no tag"
    found = not_version(pattern)
    if found is None:
        return "`tagPattern` is too complex to compare with versions"
    return f"`tagPattern` admits {shown(found[0], pattern)}, not a version" if found else ""


class DeploymentPolicyExists(StackRule):
    """A release environment with a deployment policy admits at least one branch or tag.

    Without one nothing can be deployed. That is safe, but surely not intended, and under pressure
    somebody may open the environment to every branch.
    """

    id = "EN008"
    title = "nothing can enter a release environment"
    severity = Severity.MEDIUM
    resource_types = (gh.ENVIRONMENT, gh.DEPLOYMENT_POLICY)
    remediation = 'Declare what may be released: `deploy_from: {tags: ["v[0-9]*.[0-9]*.[0-9]*"]}`.'
    good = (
        stack(
            "a policy for tags",
            Declared(gh.ENVIRONMENT, PYPI_RELEASE),
            Declared(gh.DEPLOYMENT_POLICY, RELEASE_TAGS),
        ),
    )
    bad = (stack("no deployment policy", Declared(gh.ENVIRONMENT, PYPI_RELEASE)),)

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        entered = {key(policy.facts) for policy in stack.of(gh.DEPLOYMENT_POLICY)}
        for environment in stack.of(gh.ENVIRONMENT):
            custom = environment.facts.flag("deploymentBranchPolicy", "customBranchPolicies")
            name = key(environment.facts)
            if (
                is_release(environment, settings)
                and custom is True
                and UNKNOWN not in name
                and name not in entered
                and not any(UNKNOWN in other for other in entered)
            ):
                detail = "it takes custom policies, and none is declared"
                yield Finding(detail, ("deploy_from",), urn=environment.urn)


class ReleaseBranchIsProtected(StackRule):
    """A branch that a release environment admits is protected.

    GitHub compares the name of the ref, not its history. A branch that anybody may push to, or
    create because it does not exist yet, bypasses the reviews. GitHub's option "protected branches
    only" counts classic protection only; if no branch has it, every branch may deploy.
    """

    id = "EN009"
    title = "a release environment admits a branch that is not protected"
    severity = Severity.HIGH
    maps = (*cis("2.3.5"), *ssdf("PS.1.1"))
    resource_types = (gh.ENVIRONMENT, gh.DEPLOYMENT_POLICY, *gh.RULESETS, *gh.CLASSIC)
    remediation = "Release from tags, or protect the branch with a ruleset that requires reviews."
    good = (
        stack(
            "its ruleset requires pull requests",
            Declared(
                gh.DEPLOYMENT_POLICY, {**RELEASE_TAGS, "tagPattern": None, "branchPattern": "main"}
            ),
            Declared(
                gh.REPOSITORY_RULESET,
                {
                    "repository": "escai",
                    "target": "branch",
                    "enforcement": "active",
                    "conditions": {"refName": {"includes": ["refs/heads/main"], "excludes": []}},
                    "rules": {"pullRequest": {"requiredApprovingReviewCount": 2}},
                },
            ),
        ),
        stack(
            "protected branches, and one is protected",
            Declared(gh.ENVIRONMENT, {**PYPI_RELEASE, "deploymentBranchPolicy": _PROTECTED}),
            Declared(
                gh.BRANCH_PROTECTION_V3,
                {"repository": "escai", "branch": "main", "requiredPullRequestReviews": {}},
            ),
        ),
        stack(
            "the default branch of a repository declared elsewhere",
            Declared(gh.BRANCH_DEFAULT, {"repository": "escai", "branch": "trunk"}),
            _FROM_TRUNK,
            _DEFAULT_GUARDED,
        ),
    )
    bad = (
        stack(
            "no ruleset",
            Declared(
                gh.DEPLOYMENT_POLICY, {**RELEASE_TAGS, "tagPattern": None, "branchPattern": "ship"}
            ),
        ),
        stack(
            "no ruleset, in the deprecated resource",
            Declared(
                gh.DEPLOYMENT_BRANCH_POLICY,
                {"repository": "escai", "environmentName": "pypi-release", "name": "ship"},
            ),
        ),
        stack(
            "protected branches, but no branch is protected",
            Declared(gh.ENVIRONMENT, {**PYPI_RELEASE, "deploymentBranchPolicy": _PROTECTED}),
        ),
        stack(
            "`main`, which is not the default branch",
            Declared(gh.BRANCH_DEFAULT, {"repository": "escai", "branch": "trunk"}),
            Declared(gh.DEPLOYMENT_POLICY, {**_FROM_TRUNK.props, "branchPattern": "main"}),
            _DEFAULT_GUARDED,
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for policy in stack.of(gh.DEPLOYMENT_POLICY):
            pattern = policy.facts.text("branchPattern")
            repository = policy.facts.text("repository")
            if not is_release(policy, settings) or not isinstance(pattern, str) or not pattern:
                continue
            branch = only_name(pattern)
            if branch is None or not isinstance(repository, str):
                continue  # EN005's business
            if not any(
                item.requires_pull_request
                and protects_branch(item, subject_named(stack, repository, policy.provider), branch)
                for item in protections_for(stack, repository)
            ):
                detail = "no active protection requires pull requests for that branch"
                yield Finding(detail, ("deploy_from", "branches"), urn=policy.urn)
        for environment in stack.of(gh.ENVIRONMENT):
            protected = environment.facts.flag("deploymentBranchPolicy", "protectedBranches")
            repository = environment.facts.text("repository")
            if not is_release(environment, settings) or protected is not True:
                continue
            known = protections_for(stack, repository) if isinstance(repository, str) else ()
            if not any(item.classic for item in known):
                detail = "it admits protected branches, and no branch has classic protection"
                yield Finding(detail, ("deploy_from",), urn=environment.urn)


def _given(pattern: object) -> bool:
    """Say whether a pattern was given; the provider writes an absent one as empty text."""
    return pattern is UNKNOWN or bool(pattern)


RULES = (
    RefsRestricted,
    BranchPolicyNamesBranches,
    TagPolicyIsSemver,
    DeploymentPolicyExists,
    ReleaseBranchIsProtected,
)
