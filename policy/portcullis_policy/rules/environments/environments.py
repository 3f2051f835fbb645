"""EN: release environments, through which packages are published."""

from collections.abc import Iterable, Iterator, Mapping

from portcullis_policy.examples.base import Declared, child, example, stack
from portcullis_policy.examples.rulesets import TAGS
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.patterns import (
    admits_only_semver,
    admits_pep440,
    is_wildcard,
    not_pep440,
)
from portcullis_policy.semantics.plans import remedy_for_reviewers
from portcullis_policy.semantics.protection import (
    protections_for,
    protects_branch,
    protects_tag,
    subject_named,
)
from portcullis_policy.semantics.release_environments import (
    ENVIRONMENT,
    is_release,
    key,
    needs_reviewers,
)
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_ENVIRONMENT: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "canAdminsBypass": False,
    "preventSelfReview": True,
    "reviewers": [{"teams": [11]}],
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
_TAGS: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "tagPattern": "v[0-9]*.[0-9]*.[0-9]*",
}
_TEST_ENVIRONMENT: Mapping[str, object] = {
    **_ENVIRONMENT,
    "environment": "testpypi",
    "reviewers": [],
}
_PROTECTED = {"protectedBranches": True, "customBranchPolicies": False}
_GOOD = example("a release environment", gh.ENVIRONMENT, _ENVIRONMENT)
_RELEASE = Declared(ENVIRONMENT, {"release": "release"}, "component")
_TRIAL = Declared(ENVIRONMENT, {"release": "trial"}, "component")
_RELEASES = "whose component declares a release"
_FROM_TRUNK = Declared(
    gh.DEPLOYMENT_POLICY, {**_TAGS, "tagPattern": None, "branchPattern": "trunk"}
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


def _admitting(pattern: object) -> Declared:
    """Return a deployment policy of the examples' environment."""
    return Declared(gh.DEPLOYMENT_POLICY, {**_TAGS, "tagPattern": pattern})


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


_NO_VERSIONS = (
    *("v*[^0-9.abcdeoprstv]*", "v*[abctv.][^0-9pd]*", "v*[^0-9]"),
    *("v0[0-9]*", "v*.0[0-9]*", "v*.[0-9]*.[0-9]*.[0-9]*"),
    *("v*[abr]*[abr]*", "v*d*p*", "v*[0-9][^0-9.abr]*"),
)
_ANY_BRANCH = ("*", "**", "**/*", "*/*")


def _reviewers(facts: Facts) -> tuple[int, int, bool]:
    """Return how many teams and people review, and whether some of it is unknown.

    A team that is made in the same update has no id yet: it counts, for it will be there.
    """
    blocks = facts.blocks("reviewers")
    if blocks is UNKNOWN:
        return 0, 0, True
    teams = people = 0
    unknown = False
    for block in blocks:
        listed = block.entries("teams"), block.entries("users")
        unknown = unknown or UNKNOWN in listed
        teams += len(listed[0]) if listed[0] is not UNKNOWN else 0
        people += len(listed[1]) if listed[1] is not UNKNOWN else 0
    return teams, people, unknown


class ReviewersRequired(ResourceRule):
    """A release environment requires an approval.

    Without reviewers, anybody who can start the workflow publishes. With them, a stolen account or
    a malicious change still needs a person's approval. An environment for a test registry
    (`testpypi`) needs none. In a private repository, reviewers need GitHub Enterprise.
    """

    id = "EN001"
    title = "a release environment has no reviewers"
    severity = Severity.CRITICAL
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = (gh.ENVIRONMENT,)
    remediation = "Name at least one team: `reviewers: {teams: [release-managers]}`."
    good = (
        _GOOD,
        example("a test registry", gh.ENVIRONMENT, _TEST_ENVIRONMENT),
        example(
            "an environment that publishes nothing",
            gh.ENVIRONMENT,
            {"environment": "docs", "repository": "x"},
        ),
        example(
            "a team that the same update creates",
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            reviewers=[{"teams": [UNKNOWN]}],
        ),
        child(
            "a component that declares a trial",
            _TRIAL,
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            reviewers=None,
        ),
    )
    bad = (
        example("no reviewers", gh.ENVIRONMENT, _ENVIRONMENT, reviewers=None),
        example(
            "an empty list of reviewers",
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            reviewers=[{"teams": [], "users": []}],
        ),
        example(
            "a name in other case",
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            environment="PyPI-Release",
            reviewers=[],
        ),
        example("unknown at preview", gh.ENVIRONMENT, _ENVIRONMENT, reviewers=UNKNOWN),
        example(
            "a list that is unknown at preview",
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            reviewers=[{"teams": UNKNOWN}],
        ),
        child(
            f"`ship-it`, {_RELEASES}",
            _RELEASE,
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            environment="ship-it",
            reviewers=None,
        ),
        child(
            f"`pypi-dev`, {_RELEASES}",
            _RELEASE,
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            environment="pypi-dev",
            reviewers=None,
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        teams, people, unknown = _reviewers(resource.facts)
        if needs_reviewers(resource, settings) and not teams + people:
            remedy = remedy_for_reviewers(resource.plan, private=resource.private)
            detail = "nobody has to approve a run (`reviewers`)"
            yield Finding(detail, ("reviewers",), unknown, remedy=remedy)


class NoSelfReview(ResourceRule):
    """The person who started a release cannot approve it.

    If self-review is allowed, one stolen approver's account can both start and approve. An
    environment without reviewers is reported by EN001 alone.
    """

    id = "EN002"
    title = "the person who starts a release may approve it"
    severity = Severity.HIGH
    yaml_fixes = (("prevent_self_review", True),)
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    property_fixes = (("preventSelfReview", True),)
    resource_types = (gh.ENVIRONMENT,)
    remediation = "Set `prevent_self_review: true` (the default of Portcullis)."
    good = (
        _GOOD,
        example("a test registry", gh.ENVIRONMENT, _TEST_ENVIRONMENT, preventSelfReview=False),
        example(
            "nobody reviews: EN001",
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            reviewers=[],
            preventSelfReview=False,
        ),
    )
    bad = (
        example("self-review is allowed", gh.ENVIRONMENT, _ENVIRONMENT, preventSelfReview=False),
        example("left out", gh.ENVIRONMENT, _ENVIRONMENT, preventSelfReview=None),
        example(
            "reviewers not known",
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            reviewers=UNKNOWN,
            preventSelfReview=None,
        ),
        example("unknown at preview", gh.ENVIRONMENT, _ENVIRONMENT, preventSelfReview=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        prevented = resource.facts.flag("preventSelfReview")
        teams, people, unknown = _reviewers(resource.facts)
        if not (teams + people or unknown):
            return  # there is no approval to prevent: EN001 reports that
        if needs_reviewers(resource, settings) and prevented is not True:
            yield finding("`preventSelfReview` is not true", "prevent_self_review", value=prevented)


class NoAdminBypass(ResourceRule):
    """Administrators cannot bypass a release environment's protection.

    Otherwise the most powerful accounts, which are attacked first, publish without approval.
    GitHub's default allows it.
    """

    id = "EN003"
    title = "administrators may bypass a release environment's protection"
    severity = Severity.HIGH
    yaml_fixes = (("can_admins_bypass", False),)
    maps = (*cis("5.2.3"), *ssdf("PO.5.1"))
    property_fixes = (("canAdminsBypass", False),)
    resource_types = (gh.ENVIRONMENT,)
    remediation = "Set `can_admins_bypass: false`."
    good = (_GOOD, example("a test registry", gh.ENVIRONMENT, _TEST_ENVIRONMENT))
    bad = (
        example("administrators may bypass", gh.ENVIRONMENT, _ENVIRONMENT, canAdminsBypass=True),
        example("left out: GitHub allows it", gh.ENVIRONMENT, _ENVIRONMENT, canAdminsBypass=None),
        example("a test registry", gh.ENVIRONMENT, _TEST_ENVIRONMENT, canAdminsBypass=True),
        example("unknown at preview", gh.ENVIRONMENT, _ENVIRONMENT, canAdminsBypass=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        bypass = resource.facts.flag("canAdminsBypass")
        if is_release(resource, settings) and bypass is not False:
            yield finding("`canAdminsBypass` is not false", "can_admins_bypass", value=bypass)


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
        _GOOD,
        example(
            "protected branches", gh.ENVIRONMENT, _ENVIRONMENT, deploymentBranchPolicy=_PROTECTED
        ),
    )
    bad = (
        example("no policy", gh.ENVIRONMENT, _ENVIRONMENT, deploymentBranchPolicy=None),
        example("a test registry", gh.ENVIRONMENT, _TEST_ENVIRONMENT, deploymentBranchPolicy=None),
        example(
            "neither protected branches nor patterns",
            gh.ENVIRONMENT,
            _ENVIRONMENT,
            deploymentBranchPolicy={"protectedBranches": False, "customBranchPolicies": False},
        ),
        example("unknown at preview", gh.ENVIRONMENT, _ENVIRONMENT, deploymentBranchPolicy=UNKNOWN),
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
        example("a tag pattern", gh.DEPLOYMENT_POLICY, _TAGS),
        example("one branch", gh.DEPLOYMENT_POLICY, _TAGS, tagPattern=None, branchPattern="trunk"),
        example(
            "an environment that publishes nothing",
            gh.DEPLOYMENT_POLICY,
            {"repository": "x", "environment": "docs", "branchPattern": "*"},
        ),
    )
    bad = (
        *(
            example(
                f"any, `{any_}`", gh.DEPLOYMENT_POLICY, _TAGS, tagPattern="", branchPattern=any_
            )
            for any_ in _ANY_BRANCH
        ),
        example("`rel/*`", gh.DEPLOYMENT_POLICY, _TAGS, tagPattern=None, branchPattern="rel/*"),
        example(
            "in the deprecated resource",
            gh.DEPLOYMENT_BRANCH_POLICY,
            {"repository": "escai", "environmentName": "pypi-release", "name": "*"},
        ),
        example(
            "unknown at preview",
            gh.DEPLOYMENT_POLICY,
            _TAGS,
            tagPattern=None,
            branchPattern=UNKNOWN,
        ),
        child(
            f"in an environment {_RELEASES}",
            _RELEASE,
            gh.DEPLOYMENT_POLICY,
            {"repository": "escai", "environment": "ship-it", "branchPattern": "*"},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        pattern = resource.facts.text("branchPattern")
        if not is_release(resource, settings) or not pattern_given(pattern):
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
        stack("a pattern for versions", Declared(gh.DEPLOYMENT_POLICY, _TAGS)),
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
            if not is_release(policy, settings) or not pattern_given(pattern):
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


class MoreThanOneReviewer(ResourceRule):
    """More than one person can approve a release.

    A single reviewer is sometimes away, and anybody who takes over their account controls the
    environment. With self-review prevented, they also cannot release their own work.
    """

    id = "EN007"
    title = "a single person is a release environment's only reviewer"
    severity = Severity.MEDIUM
    resource_types = (gh.ENVIRONMENT,)
    remediation = "Name a team, or a second person."
    good = (
        _GOOD,
        example("two people review", gh.ENVIRONMENT, _ENVIRONMENT, reviewers=[{"users": [1, 2]}]),
    )
    bad = (example("one person reviews", gh.ENVIRONMENT, _ENVIRONMENT, reviewers=[{"users": [1]}]),)

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        teams, people, unknown = _reviewers(resource.facts)
        if needs_reviewers(resource, settings) and (teams, people, unknown) == (0, 1, False):
            yield finding("`reviewers` is one person", "reviewers")


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
            Declared(gh.ENVIRONMENT, _ENVIRONMENT),
            Declared(gh.DEPLOYMENT_POLICY, _TAGS),
        ),
    )
    bad = (stack("no deployment policy", Declared(gh.ENVIRONMENT, _ENVIRONMENT)),)

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
            Declared(gh.DEPLOYMENT_POLICY, {**_TAGS, "tagPattern": None, "branchPattern": "main"}),
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
            Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, "deploymentBranchPolicy": _PROTECTED}),
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
            Declared(gh.DEPLOYMENT_POLICY, {**_TAGS, "tagPattern": None, "branchPattern": "ship"}),
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
            Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, "deploymentBranchPolicy": _PROTECTED}),
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


def pattern_given(pattern: object) -> bool:
    """Say whether a pattern was given; the provider writes an absent one as empty text."""
    return pattern is UNKNOWN or bool(pattern)


RULES = (
    ReviewersRequired,
    NoSelfReview,
    NoAdminBypass,
    RefsRestricted,
    BranchPolicyNamesBranches,
    TagPolicyIsSemver,
    MoreThanOneReviewer,
    DeploymentPolicyExists,
    ReleaseBranchIsProtected,
)
