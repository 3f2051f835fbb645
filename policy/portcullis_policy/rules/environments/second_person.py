"""EN: a release takes two people: two approvals, or one and another person's tag."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.rulesets import TAGS, bypass
from portcullis_policy.examples.workflow_files import RELEASE, changed, file
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import RELEASE as PUBLISHES
from portcullis_policy.rule import USED, Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.people import (
    LOGIN,
    TEAM,
    People,
    approvers,
    may_share,
    shared,
    tag_creators,
)
from portcullis_policy.semantics.release_environments import is_release, key, needs_reviewers
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_ENVIRONMENT: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "preventSelfReview": True,
    "reviewers": [{"teams": [11]}],
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
_APPROVAL: Mapping[str, object] = {**_ENVIRONMENT, "environment": "release-approval"}
_POLICY = Declared(
    gh.DEPLOYMENT_POLICY,
    {
        "repository": "escai",
        "environment": "pypi-release",
        "tagPattern": "v[0-9]*.[0-9]*.[0-9]*",
    },
    "policy",
)


def _team(name: str, number: int | None, *, parent: int | None = None) -> Declared:
    """Return a team of an example."""
    props = {"id": None if number is None else str(number), "name": name, "parentTeamId": parent}
    return Declared(gh.TEAM, {k: v for k, v in props.items() if v is not None}, name)


def _members(team: str, *logins: str) -> Declared:
    """Return the members of a team of an example."""
    listed = [{"username": login, "role": "member"} for login in logins]
    return Declared(gh.TEAM_MEMBERS, {"teamSlug": team, "members": listed}, f"{team}-members")


def _environment(**changes: object) -> Declared:
    return Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, **changes}, "environment")


def _tags(actors: object) -> Declared:
    return Declared(gh.REPOSITORY_RULESET, {**TAGS, "bypassActors": actors}, "tags")


_RELEASERS = (_team("releasers", 11), _members("releasers", "ana", "ben"))
_TAGGERS = (_team("taggers", 12), _members("taggers", "ines", "tom"))
_BY_TAGGERS = _tags(bypass("Team", "always", 12))
_BY_RELEASERS = _tags(bypass("Team", "always", 11))
_BOTH = (*_RELEASERS, *_TAGGERS)
_ONLY_BY_TAG = file(
    changed(
        RELEASE,
        (
            """\
  workflow_dispatch:
    inputs:
      confirm:
        description: Type "release"
        type: string
        required: true
""",
            "",
        ),
    )
)


class TwoApprovalsTwoTeams(StackRule):
    """The two environments of a release have different people as reviewers.

    A release with two approvals is seen by two people only if nobody can give both. Teams are
    resolved to their members where the stack declares them. A repository may also publish a package
    that needs one approval only, so the rule applies if no release environment has reviewers of its
    own.
    """

    id = "EN011"
    title = "one person can approve both environments of a release"
    severity = Severity.HIGH
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = (gh.ENVIRONMENT, gh.TEAM, gh.TEAM_MEMBERS, gh.TEAM_MEMBERSHIP)
    remediation = "Name another team in one of them, without a member in common."
    good = (
        stack(
            "two teams",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [12]}]}, "b"),
        ),
        stack(
            "two teams with other members",
            *_BOTH,
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [12]}]}, "b"),
        ),
        stack(
            "two packages, one team",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, "environment": "npm-release"}, "b"),
        ),
        stack(
            "a second package with one team",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(
                gh.ENVIRONMENT,
                {**_ENVIRONMENT, "environment": "npm-release", "reviewers": [{"teams": [12]}]},
                "b",
            ),
            Declared(gh.ENVIRONMENT, _APPROVAL, "c"),
        ),
        stack(
            "reviewers unknown at preview",
            Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, "reviewers": [{"teams": [UNKNOWN]}]}, "a"),
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [UNKNOWN]}]}, "b"),
        ),
    )
    bad = (
        stack(
            "the same team",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(gh.ENVIRONMENT, _APPROVAL, "b"),
        ),
        stack(
            "one team for both environments, among others",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(
                gh.ENVIRONMENT,
                {**_APPROVAL, "environment": "First-Gate", "reviewers": [{"teams": [12, "11"]}]},
                "b",
            ),
        ),
        stack(
            "two teams with a member in common",
            *_RELEASERS,
            _team("taggers", 12),
            _members("taggers", "tom", "BEN"),
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [12]}]}, "b"),
        ),
        stack(
            "a team that is nested in the other",
            _team("releasers", 11),
            _team("taggers", 12, parent=11),
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
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
    """Yield each approval environment with the release environments of its repository."""
    last: dict[str, list[Resource]] = {}
    approvals: list[tuple[str, Resource]] = []
    for item in stack.of(gh.ENVIRONMENT):
        repository, name = item.facts.text("repository"), item.facts.text("environment")
        if not isinstance(repository, str) or not isinstance(name, str):
            continue
        if settings.is_approval_environment(name):
            approvals.append((repository.lower(), item))
        elif is_release(item, settings) and item.release in (None, PUBLISHES, USED):
            last.setdefault(repository.lower(), []).append(item)
    for repository, item in approvals:
        yield item, last.get(repository, [])


@dataclass(frozen=True, slots=True)
class _Release:
    """A release environment, and who takes part in a release through it.

    Attributes:
        environment: the environment.
        groups: the approvers, then those whom each ruleset on its tags lets pass.
    """

    environment: Resource
    groups: tuple[People, ...]


def _releases(stack: Stack, settings: Settings) -> Iterator[_Release]:
    """Yield the ways to release by tag: the last environment, with the creators of each tag."""
    patterns: dict[object, list[str]] = {}
    for policy in stack.of(gh.DEPLOYMENT_POLICY):
        pattern = policy.facts.text("tagPattern")
        if isinstance(pattern, str) and pattern:
            patterns.setdefault(key(policy.facts), []).append(pattern)
    before = {item.urn for item, others in _in_a_row(stack, settings) if others}
    for item in stack.of(gh.ENVIRONMENT):
        repository = item.facts.text("repository")
        if not isinstance(repository, str) or not needs_reviewers(item, settings):
            continue
        if item.urn in before:
            continue  # tag creators may approve first: another person approves last
        approving = approvers(stack, item)
        for pattern in patterns.get(key(item.facts), ()):
            for creators in tag_creators(stack, repository, pattern):
                yield _Release(item, (approving, *creators))


class TagCreatorsDoNotApprove(StackRule):
    """The people who create release tags are not those who approve the release.

    `prevent_self_review` alone does not require a second person. A job with `actions: write` can
    start the release workflow on a tag with its own token. GitHub then names github-actions[bot] as
    the person who started the run, and the person who created the tag may approve it. The triggers
    of the declared workflow do not prevent this: GitHub runs the workflow file of the tagged
    commit, and the person who creates the tag can add `workflow_dispatch` there. Teams are resolved
    to members and nested teams where the stack declares them, and roles to the teams and people
    that have them. Source:
    https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/review-deployments
    """

    id = "EN012"
    title = "one person can create a release tag and approve the release"
    severity = Severity.HIGH
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = (
        *(gh.ENVIRONMENT, gh.DEPLOYMENT_POLICY, *gh.RULESETS),
        *(gh.TEAM, gh.TEAM_MEMBERS, gh.TEAM_MEMBERSHIP, gh.MEMBERSHIP),
        gh.ORGANIZATION_SETTINGS,
        *(gh.TEAM_REPOSITORY, gh.REPOSITORY_COLLABORATOR, gh.REPOSITORY_COLLABORATORS),
    )
    remediation = (
        "Let one team create the tags (`created_by`) and another approve (`approvers`, "
        "`reviewers`), without a member in common."
    )
    good = (
        stack("two teams", *_BOTH, _environment(), _POLICY, _BY_TAGGERS),
        stack("two teams that are declared elsewhere", _environment(), _POLICY, _BY_TAGGERS),
        stack("nobody may create tags", *_BOTH, _environment(), _POLICY, _tags([])),
        stack(
            "an App creates the tags",
            *_BOTH,
            _environment(),
            _POLICY,
            _tags(bypass("Integration", "always")),
        ),
        stack(
            "two rulesets that no team can bypass together",
            *_BOTH,
            _environment(),
            _POLICY,
            _BY_RELEASERS,
            Declared(
                gh.REPOSITORY_RULESET,
                {**TAGS, "bypassActors": bypass("Team", "always", 12)},
                "more tags",
            ),
        ),
        stack(
            "tag creators approve first, another team approves last",
            *_BOTH,
            _environment(),
            _POLICY,
            _BY_TAGGERS,
            Declared(gh.ENVIRONMENT, {**_APPROVAL, "reviewers": [{"teams": [12]}]}, "first"),
        ),
        stack(
            "an environment for trials",
            *_RELEASERS,
            _environment(environment="testpypi"),
            Declared(gh.DEPLOYMENT_POLICY, {**_POLICY.props, "environment": "testpypi"}, "policy"),
            _BY_RELEASERS,
        ),
    )
    bad = (
        stack("the same team", *_RELEASERS, _environment(), _POLICY, _BY_RELEASERS),
        stack("the same team, declared elsewhere", _environment(), _POLICY, _BY_RELEASERS),
        stack(
            "the same team, and a workflow that can be started by another",
            *_RELEASERS,
            _environment(),
            _POLICY,
            _BY_RELEASERS,
            file(RELEASE),
        ),
        stack(
            "the same team, and a workflow that only a tag starts",
            *_RELEASERS,
            _environment(),
            _POLICY,
            _BY_RELEASERS,
            _ONLY_BY_TAG,
        ),
        stack(
            "the same team, not known yet",
            _team("releasers", None),
            Declared(
                gh.ENVIRONMENT,
                {**_ENVIRONMENT, "reviewers": [{"teams": [UNKNOWN]}]},
                "environment",
                {"reviewers": "releasers"},
            ),
            _POLICY,
            Declared(
                gh.REPOSITORY_RULESET,
                {**TAGS, "bypassActors": bypass("Team", "always", UNKNOWN)},
                "tags",
                {"bypassActors": "releasers"},
            ),
        ),
        stack(
            "two teams with a member in common",
            *_RELEASERS,
            _team("taggers", 12),
            Declared(gh.TEAM_MEMBERSHIP, {"teamId": "12", "username": "Ana"}, "ana"),
            _environment(),
            _POLICY,
            _BY_TAGGERS,
        ),
        stack(
            "a member of a nested team",
            *_RELEASERS,
            _team("taggers", 12),
            _members("taggers", "ines"),
            _team("helpers", 13, parent=12),
            _members("helpers", "ben"),
            _environment(),
            _POLICY,
            _BY_TAGGERS,
        ),
        stack(
            "the maintain role, which the approvers have",
            *_RELEASERS,
            _environment(),
            _POLICY,
            _tags(bypass("RepositoryRole", "always", gh.MAINTAIN_ROLE)),
            Declared(
                gh.TEAM_REPOSITORY,
                {"repository": "escai", "teamId": "11", "permission": "maintain"},
                "access",
            ),
        ),
        stack(
            "the write role, which the approvers have",
            *_RELEASERS,
            _environment(),
            _POLICY,
            _tags(bypass("RepositoryRole", "always", gh.WRITE_ROLE)),
            Declared(
                gh.TEAM_REPOSITORY,
                {"repository": "escai", "teamId": "11", "permission": "push"},
                "access",
            ),
        ),
        stack(
            "the admin role, which an approver has in a repository with its owner's name",
            *_RELEASERS,
            _environment(),
            _POLICY,
            _tags(bypass("RepositoryRole", "always", gh.ADMIN_ROLE)),
            Declared(
                gh.REPOSITORY_COLLABORATOR,
                {"repository": "acme/escai", "username": "Ben", "permission": "admin"},
                "access",
            ),
        ),
        stack(
            "members of a team whose slug is not known yet",
            _team("Release Managers", 11),
            _members("release-managers", "tom"),
            *_TAGGERS,
            _environment(),
            _POLICY,
            _BY_TAGGERS,
        ),
        stack(
            "an owner among the approvers",
            *_RELEASERS,
            _environment(),
            _POLICY,
            _tags(bypass("OrganizationAdmin", "always", 1)),
            Declared(gh.MEMBERSHIP, {"username": "ben", "role": "admin"}, "owner"),
        ),
        stack(
            "one person by id",
            _environment(reviewers=[{"users": [7]}]),
            _POLICY,
            _tags(bypass("User", "always", 7)),
        ),
        stack(
            "self-review allowed",
            *_RELEASERS,
            _environment(preventSelfReview=False),
            _POLICY,
            _BY_RELEASERS,
            _ONLY_BY_TAG,
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        seen = set()
        for release in _releases(stack, settings):
            both = shared(release.groups)
            urn = release.environment.urn
            if both and urn not in seen:
                seen.add(urn)
                detail = (
                    f"{_who(stack, both)} can create tags that it admits and approve the release"
                )
                yield Finding(detail, ("reviewers",), urn=urn)


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
    resource_types = TagCreatorsDoNotApprove.resource_types
    remediation = (
        "Declare the teams and their members in this stack. Let one team create the tags and "
        "another approve."
    )
    good = (
        stack("two teams", *_BOTH, _environment(), _POLICY, _BY_TAGGERS),
        stack("nobody may create tags", _environment(), _POLICY, _tags([])),
        stack(
            "the same team, which EN012 reports",
            *_RELEASERS,
            _environment(),
            _POLICY,
            _BY_RELEASERS,
        ),
    )
    bad = (
        stack("two teams that are declared elsewhere", _environment(), _POLICY, _BY_TAGGERS),
        stack(
            "a person by number, and a team",
            *_TAGGERS,
            _environment(reviewers=[{"users": [7, 8]}]),
            _POLICY,
            _BY_TAGGERS,
        ),
        stack(
            "the write role, which every member has",
            *_RELEASERS,
            _environment(),
            _POLICY,
            _tags(bypass("RepositoryRole", "always", gh.WRITE_ROLE)),
            Declared(
                gh.ORGANIZATION_SETTINGS, {"defaultRepositoryPermission": "write"}, "settings"
            ),
            Declared(gh.MEMBERSHIP, {"username": "kim", "role": "admin"}, "owner"),
        ),
        stack(
            "members that are not known yet",
            *_RELEASERS,
            _team("taggers", 12),
            Declared(gh.TEAM_MEMBERS, {"teamSlug": "taggers", "members": UNKNOWN}, "members"),
            _environment(),
            _POLICY,
            _BY_TAGGERS,
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        releases = list(_releases(stack, settings))
        seen = {each.environment.urn for each in releases if shared(each.groups)}  # see EN012
        for release in releases:
            urn = release.environment.urn
            if urn in seen or not may_share(release.groups):
                continue
            seen.add(urn)
            detail = "the stack does not show all people who create its tags or approve"
            yield Finding(
                detail,
                ("reviewers",),
                unknown=any(group.preview for group in release.groups),
                urn=urn,
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
