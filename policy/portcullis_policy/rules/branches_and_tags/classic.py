"""RS: what classic branch protection says, and rulesets have not got."""

from collections.abc import Iterator

from portcullis_policy.examples.base import example
from portcullis_policy.examples.rulesets import CLASSIC
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, osps, scm, scorecard
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_OLDER = {
    "repository": "escai",
    "branch": "main",
    "enforceAdmins": True,
    "requiredPullRequestReviews": {"requiredApprovingReviewCount": 2, "dismissalTeams": ["leads"]},
}
_WHO = ("dismissalUsers", "dismissalTeams", "dismissalApps")


class AdministratorsIncluded(ResourceRule):
    """Classic protection applies to administrators too.

    Without `enforceAdmins`, every administrator can push past it, and so can anybody who takes over
    an administrator's account.
    """

    id = "RS005"
    title = "administrators are exempt from classic branch protection"
    severity = Severity.HIGH
    maps = (*scorecard("Branch-Protection"), *cis("1.1.14"), *osps("AC-03.01"))
    resource_types = gh.CLASSIC
    remediation = "Set `enforceAdmins: true`, or use a ruleset, which exempts nobody."
    good = (example("administrators are included", gh.BRANCH_PROTECTION, CLASSIC),)
    bad = (
        example("administrators are exempt", gh.BRANCH_PROTECTION, CLASSIC, enforceAdmins=False),
        example(
            "left out: GitHub exempts administrators",
            gh.BRANCH_PROTECTION_V3,
            CLASSIC,
            enforceAdmins=None,
        ),
        example("unknown at preview", gh.BRANCH_PROTECTION, CLASSIC, enforceAdmins=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        enforced = resource.facts.flag("enforceAdmins")
        if enforced is not True:
            yield finding("`enforceAdmins` is not true", "enforced_by", value=enforced)


class DismissalsRestricted(ResourceRule):
    """Classic protection restricts who may dismiss a review.

    Otherwise anybody with write access can dismiss the review that requested changes, and merge
    with the remaining approvals. Rulesets have no such setting.
    """

    id = "RS008"
    title = "anybody with write access may dismiss a review"
    severity = Severity.LOW
    maps = (*cis("1.1.5"), *scm("repository/review_dismissal_allowed"))
    resource_types = gh.CLASSIC
    remediation = "Set `restrictDismissals: true`, and name who may dismiss reviews, if anybody."
    good = (
        example("nobody but administrators", gh.BRANCH_PROTECTION, CLASSIC),
        example("a team may, in the deprecated resource", gh.BRANCH_PROTECTION_V3, _OLDER),
        example(
            "no reviews are required",
            gh.BRANCH_PROTECTION,
            CLASSIC,
            requiredPullRequestReviews=None,
        ),
    )
    bad = (
        *(
            example(
                note,
                gh.BRANCH_PROTECTION,
                CLASSIC,
                requiredPullRequestReviews=[
                    {"requiredApprovingReviewCount": 2, "restrictDismissals": said}
                ],
            )
            for note, said in (
                ("everybody may dismiss reviews", False),
                ("unknown at preview", UNKNOWN),
            )
        ),
        example(
            "everybody may, in the deprecated resource",
            gh.BRANCH_PROTECTION_V3,
            _OLDER,
            requiredPullRequestReviews={"requiredApprovingReviewCount": 2},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        reviews = resource.facts.block("requiredPullRequestReviews")
        if reviews is None:
            return
        if resource.type == gh.BRANCH_PROTECTION:
            restricted = reviews.flag("restrictDismissals")
            if restricted is not True:
                yield finding("`restrictDismissals` is not true", value=restricted)
        elif all(reviews.entries(who) == [] for who in _WHO):
            yield finding("nobody is named who may dismiss")


RULES = (AdministratorsIncluded, DismissalsRestricted)
