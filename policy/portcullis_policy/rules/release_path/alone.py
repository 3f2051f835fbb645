"""RP: one person suffices to publish."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.release_paths import (
    BOTH,
    BY_RELEASERS,
    BY_TAGGERS,
    POLICY,
    RELEASERS,
    SOUND_PATH,
    TAGGERS,
    access,
    gate,
)
from portcullis_policy.examples.workflow_files import RELEASE, changed, file
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.release_path.single import (
    PEOPLE,
    SEEN,
    TWO_TEAMS,
    published,
    reported,
    single,
    started_by_token,
    two_approvals,
)
from portcullis_policy.release_path.started import token_starts
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_DISPATCH = RELEASE[RELEASE.index("  workflow_dispatch") : RELEASE.index("permissions: {}")]
_LOOKED_AT = file(
    changed(RELEASE, ("    name: build\n", "    name: build\n    environment: look\n"))
)
_TAG_ONLY = file(changed(RELEASE, (_DISPATCH, "")))


class OnePersonPublishes(StackRule):
    """Publishing takes at least two people.

    The rule works out who can set the refs that an environment admits, start a run there, and
    approve it, from everything that the stack declares: teams and their members, access, rulesets,
    classic protection and environments. The finding lists the steps of one person who needs nobody
    else. People write the workflow files of the commits that they push, so the triggers of the
    declared files do not count. A token outside of the environment publishes without it. EN012
    reports people who need a job's GITHUB_TOKEN to start the run.
    """

    id = "RP001"
    title = "one person alone can publish"
    severity = Severity.CRITICAL
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = SEEN
    remediation = (
        "Let one team create the tags (`created_by`) and another approve (`approvers`, "
        "`reviewers`), and prevent self-review."
    )
    good = (
        stack("one team tags, another approves", *SOUND_PATH),
        stack("an environment for trials", gate("testpypi", reviewers=None), POLICY),
        stack(
            "no tag is admitted",
            *BOTH,
            gate(reviewers=None),
            BY_TAGGERS,
        ),
        stack(
            "nobody may create tags",
            gate(reviewers=None),
            POLICY,
            Declared(gh.REPOSITORY_RULESET, {**BY_TAGGERS.props, "bypassActors": []}, "tags"),
        ),
    )
    bad = (
        stack("nobody has to approve", *TAGGERS, gate(reviewers=None), POLICY, BY_TAGGERS),
        stack(
            "they approve their own run",
            *RELEASERS,
            gate(preventSelfReview=False),
            POLICY,
            BY_RELEASERS,
        ),
        stack(
            "an administrator tags, and needs no approval",
            *BOTH,
            access(12, "admin"),
            gate(canAdminsBypass=True),
            POLICY,
            BY_TAGGERS,
        ),
        stack(
            "nothing protects the tags, and nobody has to approve",
            access(11, "push"),
            *RELEASERS,
            gate(reviewers=None),
            POLICY,
        ),
        stack(
            "a branch that everybody may push",
            access(11, "push"),
            *RELEASERS,
            gate(reviewers=None),
            Declared(
                gh.DEPLOYMENT_POLICY,
                {"repository": "escai", "environment": "pypi-release", "branchPattern": "main"},
                "policy",
            ),
        ),
        stack(
            "a token of the repository publishes the same without the environment",
            *SOUND_PATH,
            Declared(
                gh.ACTIONS_SECRET,
                {"repository": "escai", "secretName": "PYPI_API_TOKEN", "value": "x"},
                "token",
            ),
        ),
        stack(
            "a team that the stack does not declare",
            gate(preventSelfReview=False),
            POLICY,
            BY_RELEASERS,
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for repository, environment in published(stack, settings):
            ways = single(repository, environment, PEOPLE, by_token=False)
            if ways:
                yield reported(repository, environment, ways)


class TwoApprovalsTwoPeople(StackRule):
    """A release with two approvals takes at least two people.

    GitHub runs the workflow file of the tagged commit. A person who can create release tags can
    change that file, so that it leaves out the first of the two environments. Then only the second
    approval counts, and a job's GITHUB_TOKEN may start the run in the name of github-actions[bot].
    So the people who create tags must not approve in the second environment.
    """

    id = "RP002"
    title = "two approvals are declared, and one person is enough"
    severity = Severity.HIGH
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = SEEN
    remediation = (
        "Let the team of the first environment create the tags, and another team, without a member "
        "in common, approve in the second."
    )
    good = (
        stack(
            "the team that approves first creates the tags",
            *SOUND_PATH,
            gate("release-approval", reviewers=[{"teams": [12]}]),
        ),
    )
    bad = (
        stack(
            "the team that approves last creates the tags",
            *BOTH,
            gate(),
            POLICY,
            BY_RELEASERS,
            gate("release-approval", reviewers=[{"teams": [12]}]),
        ),
        stack(
            "the first environment is known by the jobs that name it",
            *BOTH,
            gate(),
            POLICY,
            BY_RELEASERS,
            gate("look", reviewers=[{"teams": [12]}]),
            _LOOKED_AT,
        ),
        stack(
            "the same, and a workflow that only a tag starts",
            *BOTH,
            gate(),
            POLICY,
            BY_RELEASERS,
            gate("release-approval", reviewers=[{"teams": [12]}]),
            _TAG_ONLY,
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        yield from started_by_token(stack, settings, two_approvals)


class NobodyRewritesTheRelease(StackRule):
    """Self-review prevention holds even if somebody changes the release workflow.

    The declared workflow starts only with a pushed tag, so GitHub compares the approver with the
    person who pushed it. But GitHub runs the workflow file of the tagged commit. The person who
    creates the tag can add `workflow_dispatch` there, let a job's GITHUB_TOKEN start the run, and
    then approve it. The change is visible in the tagged commit. EN012 reports the same where the
    declared workflow can be started like that.
    """

    id = "RP004"
    title = "one person can publish by changing the release workflow in the tagged commit"
    severity = Severity.MEDIUM
    maps = cis("4.2.2")
    resource_types = SEEN
    remediation = TWO_TEAMS
    good = (
        stack("one team tags, another approves", *SOUND_PATH, _TAG_ONLY),
        stack(
            "a workflow that can be started by hand, which EN012 reports",
            *RELEASERS,
            gate(),
            POLICY,
            BY_RELEASERS,
            file(RELEASE),
        ),
    )
    bad = (
        stack(
            "the same team tags and approves", *RELEASERS, gate(), POLICY, BY_RELEASERS, _TAG_ONLY
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        yield from started_by_token(
            stack,
            settings,
            lambda repository, environment: (
                not two_approvals(repository, environment)
                and not token_starts(stack, repository.name, environment.name)
            ),
        )


RULES = (OnePersonPublishes, TwoApprovalsTwoPeople, NobodyRewritesTheRelease)
