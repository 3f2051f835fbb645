"""RP: a change after which fewer people suffice than before."""

from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.release_path.goals import Goal, reached
from portcullis_policy.release_path.numbers import falls, label, people
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.rules.pack.pack import STACK
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

BEFORE = "portcullis:reachBefore"
"""The fewest people for each goal before the change, noted at the stack itself; see `numbers`."""

_ENVIRONMENT: Mapping[str, object] = {
    "repository": "sophia",
    "environment": "pypi-release",
    "reviewers": [{"teams": ["security-team"]}],
    "preventSelfReview": True,
    "canAdminsBypass": False,
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
_RELEASES: Mapping[str, object] = {
    "repository": "sophia",
    "environment": "pypi-release",
    "tagPattern": "v*",
}
_PUBLISH = "publish sophia/pypi-release"


def _declared(before: object, **changes: object) -> tuple[Declared, ...]:
    """Return a stack that publishes, and what was noted of the state before."""
    return (
        Declared(STACK, {BEFORE: before}),
        Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, **changes}),
        Declared(gh.DEPLOYMENT_POLICY, _RELEASES),
    )


class FewerPeople(StackRule):
    """A change does not lower the number of people who have to act together.

    Each change looks small: a bypass, a reviewer less, a person in a second team. What counts is
    how many people and stolen credentials suffice to publish, to read a secret, to assume a role,
    to move a release tag or to change the workflows. `portcullis preview`, `up` and
    `check --since` work that number out before and after the change. Without a state or a commit
    to compare with, nothing is compared.
    """

    id = "RP006"
    title = "fewer people suffice than before the change"
    severity = Severity.HIGH
    resource_types = (STACK,)
    remediation = (
        "Run `portcullis reach` to see who suffices, and take the change back, or give an "
        "exemption with reason and date."
    )
    good = (
        stack("as many as before", *_declared({_PUBLISH: 2})),
        stack("more than before", *_declared({_PUBLISH: 1})),
        stack("published for the first time", *_declared({})),
        stack("no state to compare with", *_declared(None)),
    )
    bad = (
        stack("the reviewers are gone", *_declared({_PUBLISH: 2}, reviewers=[])),
        stack("nobody could before", *_declared({_PUBLISH: None})),
        stack("what was noted cannot be read", *_declared("2")),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        noted = [each.facts.at(BEFORE) for each in stack.of(STACK)]
        for before in noted:
            if isinstance(before, Mapping):
                yield from _fallen(stack, settings, before)
            elif before is not None:
                yield Finding(
                    "the numbers before the change cannot be read", unknown=before is UNKNOWN
                )


def _fallen(stack: Stack, settings: Settings, before: Mapping[str, object]) -> Iterator[Finding]:
    """Yield the goals for which fewer suffice than before."""
    noted = {name.lower(): number for name, number in before.items()}  # GitHub ignores the case
    for each in reached(stack, settings):
        name, now = label(each.goal), each.answer.fewest_people
        if name.lower() not in noted:
            continue
        was = noted[name.lower()]
        if was is not None and (not isinstance(was, int | float) or isinstance(was, bool)):
            yield Finding(f"{name}: the number before the change cannot be read")
        elif falls(None if was is None else int(was), now):
            number = None if was is None else int(was)
            first = f": {' -> '.join(each.answer.ways[0].steps)}" if each.answer.ways else ""
            detail = f"{name}: {people(number)} -> {people(now)}{first}"
            yield Finding(detail, urn=each.goal.urn or _repository(stack, each.goal))


def _repository(stack: Stack, goal: Goal) -> str | None:
    """Return the URN of a goal's repository."""
    for item in stack.of(gh.REPOSITORY):
        name = item.facts.text("name")
        if isinstance(name, str) and name.lower() == goal.repository:
            return item.urn
    return None


RULES = (FewerPeople,)
