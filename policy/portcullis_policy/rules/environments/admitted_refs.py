"""EN: which branches and tags may enter a release environment."""

from collections.abc import Iterable, Iterator

from portcullis_policy.examples.base import Declared, child, example, stack
from portcullis_policy.examples.environments import (
    PYPI_RELEASE,
    RELEASE,
    RELEASE_TAGS,
    SOUND,
    TESTPYPI,
    WHOSE_COMPONENT,
)
from portcullis_policy.examples.rulesets import TAGS
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.patterns import (
    admits_only_semver,
    admits_pep440,
    is_wildcard,
    not_pep440,
)
from portcullis_policy.semantics.protection import (
    protections_for,
    protects_branch,
    protects_tag,
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
_NO_VERSIONS = (
    *("v*[^0-9.abcdeoprstv]*", "v*[abctv.][^0-9pd]*", "v*[^0-9]"),
    *("v0[0-9]*", "v*.0[0-9]*", "v*.[0-9]*.[0-9]*.[0-9]*"),
    *("v*[abr]*[abr]*", "v*d*p*", "v*[0-9][^0-9.abr]*"),
)
_ANY_BRANCH = ("*", "**", "**/*", "*/*")


def _admitting(pattern: object) -> Declared:
    """Return a deployment policy of the examples' environment."""
    return Declared(gh.DEPLOYMENT_POLICY, {**RELEASE_TAGS, "tagPattern": pattern})


def _forbidding(*patterns: str) -> Declared:
    """Return a ruleset by which nobody may create such tags."""
    includes = [f"refs/tags/{each}" for each in patterns]
    return Declared(
        gh.REPOSITORY_RULESET,
        {
            **TAGS,
            "bypassActors": [],
            "conditions": {"refName": {"includes": includes, "excludes": []}},
            "rules": {"creation": True},
        },
    )


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
        if pattern is UNKNOWN or (isinstance(pattern, str) and is_wildcard(pattern)):
            detail = "`branchPattern` is a wildcard"
            yield finding(detail, "deploy_from", "branches", value=pattern)


class TagPolicyIsSemver(StackRule):
    """A release environment admits only tags that are versions.

    `v*` admits `v-test`. A strict pattern prevents test tags and typing mistakes from publishing.
    Each of the three numbers has to begin with a digit, as far as GitHub's patterns can express it.
    Two numbers are enough for versions as PEP 440 writes them, if rulesets without bypass actors
    forbid the tags that look like such versions.
    """

    id = "EN006"
    title = "a release environment admits tags that are not versions"
    severity = Severity.HIGH
    maps = cis("2.3.5")
    resource_types = (gh.DEPLOYMENT_POLICY, *gh.RULESETS)
    remediation = 'Use `deploy_from: {tags: ["v[0-9]*.[0-9]*.[0-9]*"]}`.'
    good = (
        stack("a pattern for versions", Declared(gh.DEPLOYMENT_POLICY, RELEASE_TAGS)),
        stack("versions with a prefix", _admitting("sdk-v[0-9]*.[0-9]*.[0-9]*")),
        stack("versions with a year and a month", _admitting("v2[0-9][0-9][0-9].1[0-2].[0-9]*")),
        stack("one version", _admitting("v1.2.3")),
        stack(
            "two components, and rulesets forbid all but PEP 440",
            _admitting("v[0-9]*.[0-9]*"),
            _forbidding(*_NO_VERSIONS),
        ),
    )
    bad = (
        stack("`v*`", _admitting("v*")),
        stack("`v*.*.*`", _admitting("v*.*.*")),
        stack("two components", _admitting("v[0-9]*.[0-9]*")),
        stack(
            "two components, and a ruleset forbids little",
            _admitting("v[0-9]*.[0-9]*"),
            _forbidding("v*-*"),
        ),
        stack("`v*`, and a ruleset forbids the rest", _admitting("v*"), _forbidding("v*[^0-9.]*")),
        stack("unknown at preview", _admitting(UNKNOWN)),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for policy in stack.of(gh.DEPLOYMENT_POLICY):
            pattern = policy.facts.text("tagPattern")
            if not is_release(policy, settings) or not _given(pattern):
                continue
            if isinstance(pattern, str) and (
                admits_only_semver(pattern)
                or (admits_pep440(pattern) and _forbidden(stack, policy, not_pep440(pattern)))
            ):
                continue
            yield Finding(
                "`tagPattern` is looser than semantic versions",
                ("deploy_from", "tags"),
                unknown=pattern is UNKNOWN,
                urn=policy.urn,
            )


def _forbidden(stack: Stack, policy: Resource, tags: Iterable[str]) -> bool:
    """Say whether nobody may create any of these tags: rulesets have no bypass actors."""
    repository = policy.facts.text("repository")
    if not isinstance(repository, str):
        return False
    subject = subject_named(stack, repository)
    strict = [
        each
        for each in protections_for(stack, repository)
        if each.rules["creation"] is True and each.resource.facts.blocks("bypassActors") == []
    ]
    return all(any(protects_tag(each, subject, tag) for each in strict) for tag in tags)


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
            branch = policy.facts.text("branchPattern")
            repository = policy.facts.text("repository")
            if not is_release(policy, settings) or not isinstance(branch, str) or not branch:
                continue
            if is_wildcard(branch) or not isinstance(repository, str):
                continue  # EN005's business
            if not any(
                item.requires_pull_request
                and protects_branch(item, subject_named(stack, repository), branch)
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
