"""EN: who approves a release, and who may do without an approval."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, child, example
from portcullis_policy.examples.environments import (
    PYPI_RELEASE,
    RELEASE,
    SOUND,
    TESTPYPI,
    WHOSE_COMPONENT,
)
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.people.groups import plain
from portcullis_policy.semantics.plans import remedy_for_reviewers
from portcullis_policy.semantics.release_environments import (
    ENVIRONMENT,
    is_release,
    needs_reviewers,
)
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_TRIAL = Declared(ENVIRONMENT, {"release": "trial"}, "component")


def _reviewers(facts: Facts) -> tuple[int, int, bool]:
    """Return how many teams and people review, and whether some of it is unknown.

    A person who is named twice counts once. A team that is made in the same update has no id yet:
    it counts, for it will be there.
    """
    blocks = facts.blocks("reviewers")
    if blocks is UNKNOWN:
        return 0, 0, True
    unknown = False
    named: tuple[set[object], set[object]] = set(), set()
    for number, block in enumerate(blocks):
        for kind, found in zip(("teams", "users"), named, strict=True):
            listed = block.entries(kind)
            unknown = unknown or listed is UNKNOWN
            for place, each in enumerate([] if listed is UNKNOWN else listed):
                found.add((number, place) if each is UNKNOWN else plain(each))
    return len(named[0]), len(named[1]), unknown


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
        SOUND,
        example("a test registry", gh.ENVIRONMENT, TESTPYPI),
        example(
            "an environment that publishes nothing",
            gh.ENVIRONMENT,
            {"environment": "docs", "repository": "x"},
        ),
        example(
            "a team that the same update creates",
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            reviewers=[{"teams": [UNKNOWN]}],
        ),
        child(
            "a component that declares a trial",
            _TRIAL,
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            reviewers=None,
        ),
    )
    bad = (
        example("no reviewers", gh.ENVIRONMENT, PYPI_RELEASE, reviewers=None),
        example(
            "an empty list of reviewers",
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            reviewers=[{"teams": [], "users": []}],
        ),
        example(
            "a name in other case",
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            environment="PyPI-Release",
            reviewers=[],
        ),
        example("unknown at preview", gh.ENVIRONMENT, PYPI_RELEASE, reviewers=UNKNOWN),
        example(
            "a list that is unknown at preview",
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            reviewers=[{"teams": UNKNOWN}],
        ),
        child(
            f"`ship-it`, {WHOSE_COMPONENT}",
            RELEASE,
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            environment="ship-it",
            reviewers=None,
        ),
        child(
            f"`pypi-dev`, {WHOSE_COMPONENT}",
            RELEASE,
            gh.ENVIRONMENT,
            PYPI_RELEASE,
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
        SOUND,
        example("a test registry", gh.ENVIRONMENT, TESTPYPI, preventSelfReview=False),
        example(
            "nobody reviews: EN001",
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            reviewers=[],
            preventSelfReview=False,
        ),
    )
    bad = (
        example("self-review is allowed", gh.ENVIRONMENT, PYPI_RELEASE, preventSelfReview=False),
        example("left out", gh.ENVIRONMENT, PYPI_RELEASE, preventSelfReview=None),
        example(
            "reviewers not known",
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            reviewers=UNKNOWN,
            preventSelfReview=None,
        ),
        example("unknown at preview", gh.ENVIRONMENT, PYPI_RELEASE, preventSelfReview=UNKNOWN),
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
    good = (SOUND, example("a test registry", gh.ENVIRONMENT, TESTPYPI))
    bad = (
        example("administrators may bypass", gh.ENVIRONMENT, PYPI_RELEASE, canAdminsBypass=True),
        example("left out: GitHub allows it", gh.ENVIRONMENT, PYPI_RELEASE, canAdminsBypass=None),
        example("a test registry", gh.ENVIRONMENT, TESTPYPI, canAdminsBypass=True),
        example("unknown at preview", gh.ENVIRONMENT, PYPI_RELEASE, canAdminsBypass=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        bypass = resource.facts.flag("canAdminsBypass")
        if is_release(resource, settings) and bypass is not False:
            yield finding("`canAdminsBypass` is not false", "can_admins_bypass", value=bypass)


class MoreThanOneReviewer(ResourceRule):
    """More than one person can approve a release.

    A single reviewer is sometimes away, and anybody who takes over their account controls the
    environment. With self-review prevented, they also cannot release their own work.
    """

    id = "EN007"
    title = "a single person is a release environment's only reviewer"
    severity = Severity.HIGH
    resource_types = (gh.ENVIRONMENT,)
    remediation = "Name a team, or a second person."
    good = (
        SOUND,
        example("two people review", gh.ENVIRONMENT, PYPI_RELEASE, reviewers=[{"users": [1, 2]}]),
    )
    bad = (
        example("one person reviews", gh.ENVIRONMENT, PYPI_RELEASE, reviewers=[{"users": [1]}]),
        example(
            "one person, named twice",
            gh.ENVIRONMENT,
            PYPI_RELEASE,
            reviewers=[{"users": [1, "1"]}, {"users": [1]}],
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        teams, people, unknown = _reviewers(resource.facts)
        if needs_reviewers(resource, settings) and (teams, people, unknown) == (0, 1, False):
            yield finding("`reviewers` is one person", "reviewers")


RULES = (
    ReviewersRequired,
    NoSelfReview,
    NoAdminBypass,
    MoreThanOneReviewer,
)
