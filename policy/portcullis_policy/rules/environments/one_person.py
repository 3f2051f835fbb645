"""EN: the people who may approve a release are more than one, whatever teams name them."""

from collections.abc import Iterator

from portcullis_policy.examples.base import stack
from portcullis_policy.examples.release_paths import RELEASERS, gate, members, team
from portcullis_policy.mappings import cis
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.people.groups import TEAM
from portcullis_policy.semantics.people.passing import approvers
from portcullis_policy.semantics.release_environments import needs_reviewers
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_TWO = 2


class ReviewersAreSeveral(StackRule):
    """The teams that approve a release have more than one person in all.

    A team with one member is a single reviewer, as EN007 reports for a person: the member is
    sometimes away, and cannot release their own work. The rule counts the members that the stack
    declares, those of nested teams included. A team with a member whom the stack does not show is
    not counted.
    """

    id = "EN015"
    title = "the teams that approve a release have fewer than two people in all"
    severity = Severity.HIGH
    maps = cis("4.2.2")
    resource_types = (gh.ENVIRONMENT, gh.TEAM, gh.TEAM_MEMBERS, gh.TEAM_MEMBERSHIP)
    remediation = "Add a second person to the team, or name another team."
    good = (
        stack("a team of two", *RELEASERS, gate()),
        stack("a team that is declared elsewhere", gate()),
        stack(
            "two teams of one person each",
            team("releasers", 11),
            members("releasers", "ana"),
            team("others", 12),
            members("others", "ben"),
            gate(reviewers=[{"teams": [11, 12]}]),
        ),
        stack(
            "a person in a nested team",
            team("releasers", 11),
            members("releasers", "ana"),
            team("helpers", 13, parent=11),
            members("helpers", "ben"),
            gate(),
        ),
        stack(
            "a test registry", team("releasers", 11), members("releasers", "ana"), gate("testpypi")
        ),
    )
    bad = (
        stack("a team of one", team("releasers", 11), members("releasers", "ana"), gate()),
        stack(
            "one person twice, in another case",
            team("releasers", 11),
            members("releasers", "ana"),
            team("others", 12),
            members("others", "Ana"),
            gate(reviewers=[{"teams": [11]}, {"teams": [12]}]),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for item in stack.of(gh.ENVIRONMENT):
            if not needs_reviewers(item, settings):
                continue
            people = approvers(stack, item)
            kinds = [kind for kind, _ in people.known]
            if not people.unseen and TEAM in kinds and len(kinds) - kinds.count(TEAM) < _TWO:
                yield Finding(
                    "its `reviewers` are one person, or nobody", ("reviewers",), urn=item.urn
                )


RULES = (ReviewersAreSeveral,)
