"""BR: what holds for default branches, all rulesets and classic protection taken together."""

from collections.abc import Iterator
from typing import ClassVar

from portcullis_policy.examples.base import Example, stack
from portcullis_policy.examples.rulesets import (
    DEFAULT,
    ESCAI,
    GOOD,
    PULL_REQUEST,
    RULES_OF_MAIN,
    checks,
    classic,
    classic_reviews,
    organization_ruleset,
    reviews,
    ruleset,
    ruleset_rules,
)
from portcullis_policy.facts import UNKNOWN, Step
from portcullis_policy.mappings import cis, osps, scm, scorecard, ssdf
from portcullis_policy.rule import Finding, Stack, StackRule, YamlValue
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.plans import remedy_for_protection
from portcullis_policy.semantics.protection import (
    Protection,
    Reading,
    Subject,
    guards_default,
    protections_for,
    subjects,
)
from portcullis_policy.settings import Parameter, Settings
from portcullis_policy.severity import Severity

PROTECTIONS = (gh.REPOSITORY, *gh.RULESETS, *gh.CLASSIC)
APPROVALS = Parameter(
    "minimum",
    2,
    {"type": "integer", "minimum": 1, "maximum": 10},
    "The lowest number of approvals that is accepted.",
)


class Protected(StackRule):
    """Every repository's default branch is protected.

    Releases are built from the default branch. Only active rulesets that certainly include it
    count, at organization or repository level, and classic branch protection.
    """

    id = "BR001"
    title = "a repository's default branch is not protected"
    severity = Severity.CRITICAL
    maps = (
        *scorecard("Branch-Protection"),
        *ssdf("PS.1.1"),
        *osps("AC-03.01"),
        *scm("repository/missing_default_branch_protection"),
    )
    resource_types = PROTECTIONS
    remediation = "Let a ruleset under `protection` include the repository and its default branch."
    good = GOOD
    bad = (
        stack("no ruleset", ESCAI),
        stack("one that is disabled", ESCAI, ruleset(enforcement="disabled")),
        stack("one that only reports", ESCAI, ruleset(enforcement="evaluate")),
        stack("one of another repository", ESCAI, ruleset(repository="aitbc")),
        stack(
            "the default branch is excluded again",
            ESCAI,
            ruleset(
                conditions={
                    "refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": ["refs/heads/ma*"]}
                }
            ),
        ),
        stack("unknown at preview", ESCAI, ruleset(enforcement=UNKNOWN)),
        stack(
            "the repository is excluded",
            ESCAI,
            organization_ruleset(
                conditions={
                    **DEFAULT,
                    "repositoryName": {"includes": ["~ALL"], "excludes": ["ESC*"]},
                }
            ),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        for subject, guards in guarded(stack):
            if not guards:
                detail = "no active ruleset or classic protection is known to apply to it"
                urn = subject.urn or _any_of(stack, subject)
                remedy = remedy_for_protection(subject.plan, private=subject.private)
                yield Finding(detail, urn=urn, remedy=remedy)


class Combined(StackRule, abstract=True):
    """A demand that at least one of the protections of a default branch has to make.

    Attributes:
        rule: its name in Protection.rules.
        detail: what is wrong where none makes it.
        field: its name in the YAML file.
        within: the demand without which this one means nothing, and is not reported.
    """

    rule: ClassVar[str]
    detail: ClassVar[str]
    field: ClassVar[str]
    within: ClassVar[str | None] = None
    resource_types = PROTECTIONS
    good: ClassVar[tuple[Example, ...]] = GOOD

    def reading(self, protection: Protection, settings: Settings) -> Reading:
        """Return whether a protection makes the demand."""
        del settings
        return protection.rules[self.rule]

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for subject, guards in guarded(stack):
            if self.within and not any(guard.rules[self.within] is True for guard in guards):
                continue
            readings = [self.reading(guard, settings) for guard in guards]
            if guards and not any(reading is True for reading in readings):
                yield Finding(
                    self.detail,
                    (self.field,),
                    unknown=UNKNOWN in readings,
                    urn=_blamed(guards).resource.urn,
                    subject=subject.name,
                    subject_urn=subject.urn,
                )


def guarded(stack: Stack) -> tuple[tuple[Subject, tuple[Protection, ...]], ...]:
    """Return each repository with the protections of its default branch."""
    return stack.once(_guarded)


def _guarded(stack: Stack) -> tuple[tuple[Subject, tuple[Protection, ...]], ...]:
    return tuple(
        (
            subject,
            tuple(
                item
                for item in protections_for(stack, subject.name)
                if guards_default(item, subject)
            ),
        )
        for subject in subjects(stack)
    )


def _blamed(guards: tuple[Protection, ...]) -> Protection:
    """Return the protection where a demand is missed: the one that asks for reviews."""
    return next((item for item in guards if item.requires_pull_request), guards[0])


def _any_of(stack: Stack, subject: Subject) -> str | None:
    """Return the URN of something that is declared for a repository that is not."""
    return next(
        (
            item.resource.urn
            for item in protections_for(stack, subject.name)
            if item.repository == subject.name
        ),
        None,
    )


class NoForcePush(Combined):
    """A default branch refuses force pushes.

    A force push replaces reviewed commits with commits that nobody reviewed, and leaves no trace in
    the branch's history.
    """

    id = "BR002"
    title = "a default branch can be force pushed"
    severity = Severity.CRITICAL
    yaml_fixes = (("allow_force_pushes", False),)
    maps = (
        *scorecard("Branch-Protection"),
        *cis("1.1.16"),
        *scm("repository/missing_default_branch_protection_force_push"),
    )
    remediation = "Keep `allow_force_pushes: false` (the default)."
    rule, field = "nonFastForward", "allow_force_pushes"
    detail = "no protection of the default branch refuses force pushes (`nonFastForward`)"
    bad = (
        stack("force pushes are allowed", ESCAI, ruleset_rules(nonFastForward=False)),
        stack("unknown at preview", ESCAI, ruleset_rules(nonFastForward=UNKNOWN)),
        classic("classic protection: force pushes are allowed", allowsForcePushes=True),
    )


class NoDeletion(Combined):
    """A default branch cannot be deleted.

    Deleting and recreating a branch has the effect of a force push, and also removes its classic
    protection.
    """

    id = "BR003"
    title = "a default branch can be deleted"
    severity = Severity.HIGH
    yaml_fixes = (("allow_deletions", False),)
    maps = (
        *scorecard("Branch-Protection"),
        *cis("1.1.17"),
        *osps("AC-03.02"),
        *scm("repository/missing_default_branch_protection_deletion"),
    )
    remediation = "Keep `allow_deletions: false` (the default)."
    rule, field = "deletion", "allow_deletions"
    detail = "no protection of the default branch refuses its deletion (`deletion`)"
    bad = (
        stack("deletion is allowed", ESCAI, ruleset_rules(deletion=False)),
        classic("classic protection: deletion is allowed", allowsDeletions=True),
    )


class PullRequestRequired(Combined):
    """Changes reach a default branch through pull requests only.

    Nobody sees a direct push before it is built and released.
    """

    id = "BR004"
    title = "a default branch can be pushed to without a pull request"
    severity = Severity.CRITICAL
    maps = (
        *scorecard("Branch-Protection", "Code-Review"),
        *osps("AC-03.01"),
        *scm("repository/code_review_not_required", "repository/pushes_are_not_restricted"),
    )
    remediation = "Require pull requests in one of its rulesets."
    rule, field = "pullRequest", "approvals"
    detail = "no protection of the default branch requires pull requests (`pullRequest`)"
    bad = (
        stack(
            "pull requests are not required",
            ESCAI,
            ruleset(rules={k: v for k, v in RULES_OF_MAIN.items() if k != "pullRequest"}),
        ),
        classic(
            "classic protection: pull requests are not required", requiredPullRequestReviews=[]
        ),
        stack("unknown at preview", ESCAI, ruleset_rules(pullRequest=UNKNOWN)),
    )


class TwoApprovals(Combined):
    """A change needs two approvals.

    With one, two accounts are enough to release anything: the author's and any reviewer's. A second
    reviewer also sees what the first overlooks from habit.
    """

    id = "BR005"
    title = "a change needs too few approvals"
    severity = Severity.HIGH
    yaml_fixes = (("approvals", 2),)
    maps = (
        *scorecard("Branch-Protection", "Code-Review"),
        *cis("1.1.3"),
        *osps("QA-07.01"),
        *scm("repository/code_review_by_two_members_not_required"),
    )
    remediation = "Keep `approvals: 2`, or exempt the repository while it has too few maintainers."
    parameters = (APPROVALS,)
    within = "pullRequest"
    rule, field = "pullRequest", "approvals"
    detail = "no protection of the default branch asks for enough approvals"
    good = (
        *GOOD,
        reviews("three approvals", requiredApprovingReviewCount=3),
        Example(
            "one approval, where the configuration allows it",
            (ESCAI, ruleset_rules(pullRequest={**PULL_REQUEST, "requiredApprovingReviewCount": 1})),
            {"BR005": {"minimum": 1}},
        ),
    )
    bad = (
        reviews("one approval", requiredApprovingReviewCount=1),
        reviews("left out: no approval", requiredApprovingReviewCount=None),
        reviews("unknown at preview", requiredApprovingReviewCount=UNKNOWN),
        classic_reviews("classic protection: one approval", requiredApprovingReviewCount=1),
    )

    def reading(self, protection: Protection, settings: Settings) -> Reading:
        """See Combined."""
        approvals = protection.approvals
        if approvals is UNKNOWN:
            return UNKNOWN
        enough = settings.number(self.id, APPROVALS)
        return protection.requires_pull_request and approvals is not None and approvals >= enough

    def fix_in_yaml(
        self, path: tuple[Step, ...], settings: Settings
    ) -> tuple[tuple[Step, ...], YamlValue] | None:
        """See Rule. The configured number is set, and never less than two."""
        fixed = super().fix_in_yaml(path, settings)
        if fixed is None:
            return None
        return path, max(int(settings.number(self.id, APPROVALS)), int(fixed[1]))


class StaleReviewsDismissed(Combined):
    """A new push dismisses earlier approvals.

    Otherwise an author can get a harmless change approved and push another one afterwards.
    """

    id = "BR006"
    title = "approvals stay valid after a new push"
    severity = Severity.HIGH
    yaml_fixes = (("dismiss_stale_reviews", True),)
    maps = (
        *scorecard("Branch-Protection"),
        *cis("1.1.4"),
        *osps("QA-07.01"),
        *scm("repository/dismisses_stale_reviews"),
    )
    remediation = "Keep `dismiss_stale_reviews: true` (the default)."
    within = "pullRequest"
    rule, field = "dismissStaleReviewsOnPush", "dismiss_stale_reviews"
    detail = "no protection of the default branch dismisses stale reviews"
    bad = (
        reviews("approvals stay after a push", dismissStaleReviewsOnPush=False),
        reviews("left out: approvals stay after a push", dismissStaleReviewsOnPush=None),
        classic_reviews(
            "classic protection: approvals stay after a push", dismissStaleReviews=False
        ),
    )


class LastPushApproved(Combined):
    """Somebody other than the last pusher approves.

    Otherwise a reviewer can add a commit to somebody's pull request and approve it.
    """

    id = "BR007"
    title = "the last pusher may approve"
    severity = Severity.HIGH
    yaml_fixes = (("require_last_push_approval", True),)
    maps = (*scorecard("Branch-Protection"), *osps("QA-07.01"))
    remediation = "Keep `require_last_push_approval: true` (the default)."
    within = "pullRequest"
    rule, field = "requireLastPushApproval", "require_last_push_approval"
    detail = "no protection of the default branch asks for an approval of the last push"
    bad = (
        reviews("not required", requireLastPushApproval=False),
        classic_reviews("classic protection: not required", requireLastPushApproval=False),
    )


class CodeOwnersReview(Combined):
    """Code owners review the files they own.

    Workflow files and release scripts have owners so that people who understand them look at every
    change. Without this setting, CODEOWNERS is only a suggestion.
    """

    id = "BR008"
    title = "code owners need not review"
    severity = Severity.MEDIUM
    yaml_fixes = (("require_code_owner_review", True),)
    maps = (
        *scorecard("Branch-Protection"),
        *cis("1.1.7"),
        *scm("repository/code_review_not_limited_to_code_owners"),
    )
    remediation = "Keep `require_code_owner_review: true` (the default)."
    within = "pullRequest"
    rule, field = "requireCodeOwnerReview", "require_code_owner_review"
    detail = "no protection of the default branch asks for a code owner's review"
    bad = (
        reviews("not required", requireCodeOwnerReview=False),
        classic_reviews("classic protection: not required", requireCodeOwnerReviews=False),
    )


class ChecksRequired(Combined):
    """Changes to a default branch have to pass checks.

    A test or scan that is not required does not stop anything.
    """

    id = "BR009"
    title = "no check has to pass before a change is merged"
    severity = Severity.HIGH
    maps = (
        *scorecard("Branch-Protection", "CI-Tests"),
        *cis("1.1.9"),
        *ssdf("PO.4.1"),
        *osps("QA-03.01", "QA-06.01"),
        *scm("repository/requires_status_checks"),
    )
    remediation = "Name the checks: `required_checks: [ci, security-ci]`."
    rule, field = "requiredStatusChecks", "required_checks"
    detail = "no protection of the default branch requires a status check"
    bad = (
        stack(
            "no required checks",
            ESCAI,
            ruleset(rules={k: v for k, v in RULES_OF_MAIN.items() if k != "requiredStatusChecks"}),
        ),
        checks("an empty list of checks", requiredChecks=[]),
        classic("classic protection: no required checks", requiredStatusChecks=[]),
    )


class ChecksStrict(Combined):
    """Checks run on the result of the merge, not on an old state of the branch.

    Two changes that pass separately can break something, or open a hole, together.
    """

    id = "BR010"
    title = "checks may be older than the branch they protect"
    severity = Severity.MEDIUM
    yaml_fixes = (("strict_checks", True),)
    maps = (
        *scorecard("Branch-Protection"),
        *cis("1.1.10"),
        *scm("repository/requires_branches_up_to_date_before_merge"),
    )
    remediation = "Keep `strict_checks: true` (the default)."
    within = "requiredStatusChecks"
    rule, field = "strictRequiredStatusChecksPolicy", "strict_checks"
    detail = "no protection of the default branch requires branches to be up to date"
    bad = (
        checks("the branch may be out of date", strictRequiredStatusChecksPolicy=False),
        classic(
            "classic protection: the branch may be out of date",
            requiredStatusChecks=[{"contexts": ["ci"]}],
        ),
    )


class ConversationsResolved(Combined):
    """Every review comment is resolved before a change is merged.

    A question about a suspicious line is easily overlooked after somebody else's approval.
    """

    id = "BR011"
    title = "open questions do not hold up a change"
    severity = Severity.LOW
    yaml_fixes = (("require_conversation_resolution", True),)
    maps = (*cis("1.1.11"), *scm("repository/no_conversation_resolution"))
    remediation = "Keep `require_conversation_resolution: true` (the default)."
    within = "pullRequest"
    rule, field = "requiredReviewThreadResolution", "require_conversation_resolution"
    detail = "no protection of the default branch requires conversations to be resolved"
    bad = (
        reviews("not required", requiredReviewThreadResolution=False),
        classic("classic protection: not required", requireConversationResolution=False),
    )


class CommitsSigned(Combined):
    """Commits on a default branch are signed.

    The author name in a commit is free text. A signature ties the commit to a key.
    """

    id = "BR012"
    title = "commits need not be signed"
    severity = Severity.MEDIUM
    yaml_fixes = (("require_signatures", True),)
    maps = (*cis("1.1.12"), *scm("repository/no_signed_commits"))
    remediation = "Keep `require_signatures: true` (the default)."
    rule, field = "requiredSignatures", "require_signatures"
    detail = "no protection of the default branch requires signatures"
    bad = (
        stack("not required", ESCAI, ruleset_rules(requiredSignatures=False)),
        classic("classic protection: not required", requireSignedCommits=False),
    )


class LinearHistory(Combined):
    """A default branch has a linear history.

    A merge commit can contain changes of its own that no pull request showed. In a linear history,
    every commit is one that was reviewed.
    """

    id = "BR013"
    title = "merge commits may hide what nobody reviewed"
    severity = Severity.LOW
    yaml_fixes = (("require_linear_history", True),)
    maps = (*cis("1.1.13"), *scm("repository/non_linear_history"))
    remediation = "Keep `require_linear_history: true` (the default)."
    rule, field = "requiredLinearHistory", "require_linear_history"
    detail = "no protection of the default branch requires a linear history"
    bad = (
        stack("not required", ESCAI, ruleset_rules(requiredLinearHistory=False)),
        classic("classic protection: not required", requiredLinearHistory=False),
    )


RULES = (
    Protected,
    NoForcePush,
    NoDeletion,
    PullRequestRequired,
    TwoApprovals,
    StaleReviewsDismissed,
    LastPushApproved,
    CodeOwnersReview,
    ChecksRequired,
    ChecksStrict,
    ConversationsResolved,
    CommitsSigned,
    LinearHistory,
)
