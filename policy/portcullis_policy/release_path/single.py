"""The rules' questions about release paths: who publishes alone."""

from collections.abc import Callable, Iterator, Sequence

from portcullis_policy.release_path.clauses import publish
from portcullis_policy.release_path.derivation import ActorKind, Way
from portcullis_policy.release_path.goals import alone, release_paths
from portcullis_policy.release_path.model import Environment, Repository
from portcullis_policy.release_path.words import described
from portcullis_policy.rule import Finding, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings

PEOPLE = (ActorKind.PERSON, ActorKind.MEMBER, ActorKind.WRITER)
SEEN = (
    *(gh.ENVIRONMENT, gh.DEPLOYMENT_POLICY, *gh.RULESETS, *gh.CLASSIC),
    *(gh.TEAM, gh.TEAM_MEMBERS, gh.TEAM_MEMBERSHIP, gh.MEMBERSHIP, gh.ORGANIZATION_SETTINGS),
    *(gh.TEAM_REPOSITORY, gh.REPOSITORY_COLLABORATOR, gh.REPOSITORY_COLLABORATORS),
    *(gh.REPOSITORY_DEPLOY_KEY, gh.REPOSITORY_FILE, gh.WORKFLOW_REPOSITORY_PERMISSIONS),
    *(gh.ACTIONS_SECRET, gh.ACTIONS_ENVIRONMENT_SECRET, gh.ACTIONS_ORGANIZATION_SECRET),
    *(gh.DEPENDABOT_SECRET, gh.DEPENDABOT_ORGANIZATION_SECRET),
    *(gh.ORGANIZATION_ROLE_USER, gh.ORGANIZATION_ROLE_TEAM, gh.ORGANIZATION_REPOSITORY_ROLE),
)
"""What the release path is read from."""
TWO_TEAMS = (
    "Let one team create the tags (`created_by`) and another approve (`approvers`, `reviewers`), "
    "without a member in common."
)
"""What to do about one person who creates the tag and approves."""


def single(
    repository: Repository, environment: Environment, kinds: Sequence[ActorKind], *, by_token: bool
) -> tuple[Way, ...]:
    """Return the ways in which one actor alone publishes through an environment.

    Args:
        repository: its release path.
        environment: the environment.
        kinds: of the actor.
        by_token: a job's GITHUB_TOKEN may start the run, so that its author may approve it.
    """
    ways = alone(repository, publish(environment.name), by_token=by_token)
    return tuple(way for way in ways if {each.kind for each in way.actors} <= set(kinds))


def published(stack: Stack, settings: Settings) -> Iterator[tuple[Repository, Environment]]:
    """Yield the environments that publish for real, with their release paths."""
    for repository in release_paths(stack, settings):
        for environment in repository.environments:
            if environment.publishes:
                yield repository, environment


def by_token_only(repository: Repository, environment: Environment) -> tuple[Way, ...]:
    """Return the ways of one person who needs a job's GITHUB_TOKEN to start the run."""
    if single(repository, environment, PEOPLE, by_token=False):
        return ()
    return single(repository, environment, PEOPLE, by_token=True)


def started_by_token(
    stack: Stack, settings: Settings, concerns: Callable[[Repository, Environment], bool]
) -> Iterator[Finding]:
    """Yield a finding for each environment that one person passes by a job's GITHUB_TOKEN alone.

    Args:
        stack: all resources.
        settings: what counts as publishing.
        concerns: whether an environment is the rule's to report.
    """
    for repository, environment in published(stack, settings):
        ways = by_token_only(repository, environment)
        if ways and concerns(repository, environment):
            yield reported(repository, environment, ways)


def two_approvals(repository: Repository, environment: Environment) -> bool:
    """Say whether another environment promises an approval before this one: by name or by use."""
    return environment.reviewed and any(
        each.reviewed
        and not each.publishes
        and (each.approves_first or each.name.lower() in environment.gates)
        for each in repository.environments
    )


def reported(repository: Repository, environment: Environment, ways: Sequence[Way]) -> Finding:
    """Return a finding at an environment that tells the first way."""
    urn = repository.sources[environment.name]
    return Finding(described(repository, ways), ("reviewers",), urn=urn)
