"""EN: a release takes two people: two approvals, or one and another person's tag."""

from collections.abc import Iterable, Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.release_paths import (
    BOTH,
    BY_RELEASERS,
    BY_TAGGERS,
    GATE,
    POLICY,
    RELEASERS,
    TAGGERS,
    gate,
    members,
    tags,
    team,
)
from portcullis_policy.examples.rulesets import TAGS, bypass
from portcullis_policy.examples.workflow_files import RELEASE, changed, file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.release_path.gates import gates_before
from portcullis_policy.release_path.model import read
from portcullis_policy.release_path.single import (
    PEOPLE,
    SEEN,
    TWO_TEAMS,
    published,
    single,
    started_by_token,
    two_approvals,
)
from portcullis_policy.release_path.started import token_starts
from portcullis_policy.rule import RELEASE as PUBLISHES
from portcullis_policy.rule import USED, Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.people.groups import LOGIN, TEAM, shared
from portcullis_policy.semantics.people.passing import approvers
from portcullis_policy.semantics.release_environments import is_release, key
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_APPROVAL: Mapping[str, object] = {**GATE, "environment": "release-approval"}


class TwoApprovalsTwoTeams(StackRule):
    """The two environments of a release have different people as reviewers.

    A release with two approvals is seen by two people only if nobody can give both. Teams are
    resolved to their members where the stack declares them. A repository may also publish a package
    that needs one approval only, so the rule applies if no release environment has reviewers of its
    own. The first environment is known by its name, or because a job of it has to be done before
    the job that publishes.
    """

    id = "EN011"
    title = "one person can approve both environments of a release"
    severity = Severity.HIGH
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = (
        *(gh.ENVIRONMENT, gh.REPOSITORY_FILE),
        *(gh.TEAM, gh.TEAM_MEMBERS, gh.TEAM_MEMBERSHIP),
    )
    remediation = "Name another team in one of them, without a member in common."
    good = (
        stack(
            "two teams",
            Declared(gh.ENVIRONMENT, GATE, "a"),
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [12]}]}, "b"),
        ),
        stack(
            "two teams with other members",
            *BOTH,
            Declared(gh.ENVIRONMENT, GATE, "a"),
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [12]}]}, "b"),
        ),
        stack(
            "two packages, one team",
            Declared(gh.ENVIRONMENT, GATE, "a"),
            Declared(gh.ENVIRONMENT, {**GATE, "environment": "npm-release"}, "b"),
        ),
        stack(
            "a second package with one team",
            Declared(gh.ENVIRONMENT, GATE, "a"),
            Declared(
                gh.ENVIRONMENT,
                {**GATE, "environment": "npm-release", "reviewers": [{"teams": [12]}]},
                "b",
            ),
            Declared(gh.ENVIRONMENT, _APPROVAL, "c"),
        ),
        stack(
            "reviewers unknown at preview",
            Declared(gh.ENVIRONMENT, {**GATE, "reviewers": [{"teams": [UNKNOWN]}]}, "a"),
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [UNKNOWN]}]}, "b"),
        ),
    )
    bad = (
        stack(
            "the same team",
            Declared(gh.ENVIRONMENT, GATE, "a"),
            Declared(gh.ENVIRONMENT, _APPROVAL, "b"),
        ),
        stack(
            "one team for both environments, among others",
            Declared(gh.ENVIRONMENT, GATE, "a"),
            Declared(
                gh.ENVIRONMENT,
                {**_APPROVAL, "environment": "First-Gate", "reviewers": [{"teams": [12, "11"]}]},
                "b",
            ),
        ),
        stack(
            "two teams with a member in common",
            *RELEASERS,
            team("taggers", 12),
            members("taggers", "tom", "BEN"),
            Declared(gh.ENVIRONMENT, GATE, "a"),
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [12]}]}, "b"),
        ),
        stack(
            "two environments in a row by the jobs that name them",
            file(
                changed(
                    RELEASE,
                    ("    name: build\n", "    name: build\n    environment: Look\n"),
                )
            ),
            Declared(gh.ENVIRONMENT, GATE, "a"),
            Declared(gh.ENVIRONMENT, {**GATE, "environment": "look"}, "b"),
        ),
        stack(
            "a team that is nested in the other",
            team("releasers", 11),
            team("taggers", 12, parent=11),
            Declared(gh.ENVIRONMENT, GATE, "a"),
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [12]}]}, "b"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for first, others in _in_a_row(stack, settings):
            one = approvers(stack, first)
            both = [shared((one, approvers(stack, other))) for other in others]
            if both and all(both):
                detail = (
                    f"{_who(stack, both[0])} can approve it and each release environment behind it"
                )
                yield Finding(detail, ("reviewers",), urn=first.urn)


def _in_a_row(stack: Stack, settings: Settings) -> Iterator[tuple[Resource, list[Resource]]]:
    """Yield each approval environment with the release environments behind it.

    An environment gives an approval by its name, or because a job of it has to be done before a job
    that releases.
    """
    last: dict[str, list[Resource]] = {}
    others: list[tuple[str, str, Resource]] = []
    for item in stack.of(gh.ENVIRONMENT):
        repository, name = item.facts.text("repository"), item.facts.text("environment")
        if not isinstance(repository, str) or not isinstance(name, str):
            continue
        if is_release(item, settings) and not settings.is_approval_environment(name):
            if item.release in (None, PUBLISHES, USED):
                last.setdefault(repository.lower(), []).append(item)
        else:
            others.append((repository.lower(), name.lower(), item))
    for repository, name, item in others:
        behind = last.get(repository, [])
        if behind and not settings.is_approval_environment(name):
            gates = gates_before(stack, repository, settings)
            behind = [each for each in behind if name in gates.get(str(key(each.facts)[1]), ())]
        if behind:
            yield item, behind


class TagCreatorsDoNotApprove(StackRule):
    """The people who create release tags are not those who approve the release.

    `prevent_self_review` alone does not require a second person. A job with `actions: write` can
    start the release workflow on a tag with its own token. GitHub then names github-actions[bot] as
    the person who started the run, and the person who created the tag may approve it. The rule
    applies where the declared workflow can be started like that (`workflow_dispatch`,
    `repository_dispatch`, `workflow_call`), and where the stack does not declare the workflow.
    RP004 reports the same where it takes a changed workflow file. Teams are resolved to members and
    nested teams where the stack declares them, and roles to the teams and people that have them.
    Source:
    https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/review-deployments
    """

    id = "EN012"
    title = "one person can create a release tag and approve the release"
    severity = Severity.HIGH
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = SEEN
    remediation = TWO_TEAMS
    good = (
        stack("two teams", *BOTH, gate(), POLICY, BY_TAGGERS),
        stack("two teams that are declared elsewhere", gate(), POLICY, BY_TAGGERS),
        stack("nobody may create tags", *BOTH, gate(), POLICY, tags([])),
        stack(
            "an App creates the tags",
            *BOTH,
            gate(),
            POLICY,
            tags(bypass("Integration", "always")),
        ),
        stack(
            "two rulesets that no team can bypass together",
            *BOTH,
            gate(),
            POLICY,
            BY_RELEASERS,
            Declared(
                gh.REPOSITORY_RULESET,
                {**TAGS, "bypassActors": bypass("Team", "always", 12)},
                "more tags",
            ),
        ),
        stack(
            "tag creators approve first, another team approves last",
            *BOTH,
            gate(),
            POLICY,
            BY_TAGGERS,
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [12]}]}, "first"),
        ),
        stack(
            "an environment for trials",
            *RELEASERS,
            gate("testpypi"),
            Declared(gh.DEPLOYMENT_POLICY, {**POLICY.props, "environment": "testpypi"}, "policy"),
            BY_RELEASERS,
        ),
    )
    bad = (
        stack("the same team", *RELEASERS, gate(), POLICY, BY_RELEASERS),
        stack("the same team, declared elsewhere", gate(), POLICY, BY_RELEASERS),
        stack(
            "the same team, and a workflow that can be started by another",
            *RELEASERS,
            gate(),
            POLICY,
            BY_RELEASERS,
            file(RELEASE),
        ),
        stack(
            "the same team, not known yet",
            team("releasers", None),
            Declared(
                gh.ENVIRONMENT,
                {**GATE, "reviewers": [{"teams": [UNKNOWN]}]},
                "environment",
                {"reviewers": "releasers"},
            ),
            POLICY,
            Declared(
                gh.REPOSITORY_RULESET,
                {**TAGS, "bypassActors": bypass("Team", "always", UNKNOWN)},
                "tags",
                {"bypassActors": "releasers"},
            ),
        ),
        stack(
            "two teams with a member in common",
            *RELEASERS,
            team("taggers", 12),
            Declared(gh.TEAM_MEMBERSHIP, {"teamId": "12", "username": "Ana"}, "ana"),
            gate(),
            POLICY,
            BY_TAGGERS,
        ),
        stack(
            "a member of a nested team",
            *RELEASERS,
            team("taggers", 12),
            members("taggers", "ines"),
            team("helpers", 13, parent=12),
            members("helpers", "ben"),
            gate(),
            POLICY,
            BY_TAGGERS,
        ),
        stack(
            "the maintain role, which the approvers have",
            *RELEASERS,
            gate(),
            POLICY,
            tags(bypass("RepositoryRole", "always", gh.MAINTAIN_ROLE)),
            Declared(
                gh.TEAM_REPOSITORY,
                {"repository": "escai", "teamId": "11", "permission": "maintain"},
                "access",
            ),
        ),
        stack(
            "the write role, which the approvers have",
            *RELEASERS,
            gate(),
            POLICY,
            tags(bypass("RepositoryRole", "always", gh.WRITE_ROLE)),
            Declared(
                gh.TEAM_REPOSITORY,
                {"repository": "escai", "teamId": "11", "permission": "push"},
                "access",
            ),
        ),
        stack(
            "the write role, which every member has",
            *RELEASERS,
            gate(),
            POLICY,
            tags(bypass("RepositoryRole", "always", gh.WRITE_ROLE)),
            Declared(
                gh.ORGANIZATION_SETTINGS, {"defaultRepositoryPermission": "write"}, "settings"
            ),
            Declared(gh.MEMBERSHIP, {"username": "kim", "role": "admin"}, "owner"),
        ),
        stack(
            "the admin role, which an approver has in a repository with its owner's name",
            *RELEASERS,
            gate(),
            POLICY,
            tags(bypass("RepositoryRole", "always", gh.ADMIN_ROLE)),
            Declared(
                gh.REPOSITORY_COLLABORATOR,
                {"repository": "acme/escai", "username": "Ben", "permission": "admin"},
                "access",
            ),
        ),
        stack(
            "members of a team whose slug is not known yet",
            team("Release Managers", 11),
            members("release-managers", "tom"),
            *TAGGERS,
            gate(),
            POLICY,
            BY_TAGGERS,
        ),
        stack(
            "an owner among the approvers",
            *RELEASERS,
            gate(),
            POLICY,
            tags(bypass("OrganizationAdmin", "always", 1)),
            Declared(gh.MEMBERSHIP, {"username": "ben", "role": "admin"}, "owner"),
        ),
        stack(
            "one person by id",
            gate(reviewers=[{"users": [7]}]),
            POLICY,
            tags(bypass("User", "always", 7)),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        yield from started_by_token(
            stack,
            settings,
            lambda repository, environment: (
                not two_approvals(repository, environment)
                and token_starts(stack, repository.name, environment.name)
            ),
        )


class SecondPersonIsSeen(StackRule):
    """The stack shows that a release takes two people.

    EN012 reports people who can do both. This rule reports what the stack leaves open: it does not
    declare the members of a team, or names a person by number, so the people who create tags and
    those who approve may overlap.
    """

    id = "EN013"
    title = "perhaps one person can create a release tag and approve the release"
    severity = Severity.MEDIUM
    maps = cis("4.2.2")
    resource_types = SEEN
    remediation = (
        "Declare the teams and their members in this stack. Let one team create the tags and "
        "another approve."
    )
    good = (
        stack("two teams", *BOTH, gate(), POLICY, BY_TAGGERS),
        stack("nobody may create tags", gate(), POLICY, tags([])),
        stack(
            "the same team, which EN012 reports",
            *RELEASERS,
            gate(),
            POLICY,
            BY_RELEASERS,
        ),
    )
    bad = (
        stack("two teams that are declared elsewhere", gate(), POLICY, BY_TAGGERS),
        stack(
            "a person by number, and a team",
            *TAGGERS,
            gate(reviewers=[{"users": [7, 8]}]),
            POLICY,
            BY_TAGGERS,
        ),
        stack(
            "the write role, which every member has, and a team of another stack",
            gate(),
            POLICY,
            tags(bypass("RepositoryRole", "always", gh.WRITE_ROLE)),
            Declared(
                gh.ORGANIZATION_SETTINGS, {"defaultRepositoryPermission": "write"}, "settings"
            ),
            Declared(gh.MEMBERSHIP, {"username": "kim", "role": "admin"}, "owner"),
        ),
        stack(
            "members that are not known yet",
            *RELEASERS,
            team("taggers", 12),
            Declared(gh.TEAM_MEMBERS, {"teamSlug": "taggers", "members": UNKNOWN}, "members"),
            gate(),
            POLICY,
            BY_TAGGERS,
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for repository, environment in published(stack, settings):
            if not repository.unseen or single(repository, environment, PEOPLE, by_token=True):
                continue
            worst = read(stack, repository.name, settings, doubt=True)
            if single(worst, environment, PEOPLE, by_token=True):
                yield Finding(
                    "the stack does not show all people who create its tags or approve",
                    ("reviewers",),
                    unknown=repository.unknown,
                    urn=repository.sources[environment.name],
                )


def _who(stack: Stack, people: Iterable[tuple[str, str]]) -> str:
    """Return who is in two groups: teams by their Pulumi names, people without theirs."""
    listed = list(people)
    urns = {name for kind, name in listed if kind == TEAM}
    teams = sorted(team.name for team in stack.of(gh.TEAM) if team.urn in urns)
    if teams:
        return f"everybody in team {', '.join(f'`{name}`' for name in teams)}"
    if urns:
        return "everybody in one team"
    number = len({name for kind, name in listed if kind == LOGIN}) or len(listed)
    return "one person" if number == 1 else f"each of {number} people"


RULES = (TwoApprovalsTwoTeams, TagCreatorsDoNotApprove, SecondPersonIsSeen)
