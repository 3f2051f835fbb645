"""What is asked of a release path, and who suffices for it.

Repositories with the same release path have the same answers, so each path is worked out once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from portcullis_policy.release_path.clauses import (
    CHANGE,
    RUN,
    clauses,
    enter,
    move,
    publish,
)
from portcullis_policy.release_path.clauses import read as reading
from portcullis_policy.release_path.derivation import Answer, Capability, Way
from portcullis_policy.release_path.minimal_sets import minimal_sets, minimal_sets_of
from portcullis_policy.release_path.model import Repository, publishing_repositories, read
from portcullis_policy.release_path.names import with_names
from portcullis_policy.release_path.roles import Role, roles
from portcullis_policy.rule import Stack
from portcullis_policy.semantics.publishing.secret_names import cloud
from portcullis_policy.settings import Settings


class GoalKind(StrEnum):
    """What somebody may be after."""

    PACKAGE = "package"
    """To publish through an environment, or with a secret that is in none."""
    SECRET = "secret"  # noqa: S105 - a kind of goal
    """To read a secret."""
    ROLE = "role"
    """To assume a role in AWS or Vault, or to log in there with a stored credential."""
    TAG = "tag"
    """To move a release tag."""
    WORKFLOW = "workflow"
    """To change the workflow files of the default branch."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that somebody may be after.

    Attributes:
        kind: what it is.
        repository: where, in lower case.
        name: what is published through, read, assumed or moved.
        urn: the resource that it is about; empty for none.
        login: a stored login of AWS or Vault; empty for every other goal.
    """

    kind: GoalKind
    repository: str
    name: str
    urn: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """A goal, and who suffices for it."""

    goal: Goal
    answer: Answer


def reached(stack: Stack, settings: Settings) -> Iterator[Reached]:
    """Yield the answers for all goals of the repositories that publish."""
    for repository in release_paths(stack, settings):
        known = answers(repository)
        names, urns = repository.names, repository.sources
        for goal, capability in _goals(repository, stack.once(roles).get(repository.name, ())):
            yield Reached(goal, with_names(known[capability], names, urns))


@lru_cache(maxsize=4096)
def answers(repository: Repository) -> Mapping[Capability, Answer]:
    """Return who suffices for everything that may be asked of a release path, without names."""
    capabilities = {capability for _, capability in _goals(repository, ())}
    capabilities |= {RUN, *(enter(each.name) for each in repository.environments)}
    found = minimal_sets_of(clauses(repository), capabilities)
    return {each: _folded(repository, answer) for each, answer in found.items()}


def _folded(repository: Repository, answer: Answer) -> Answer:
    """Return an answer without ways that only name another member of the same class.

    People with names stay: a class without names has as many people as it takes.
    """
    later = {
        actor: each.actors[number]
        for each in repository.alike
        for number, actor in enumerate(each.actors[1:])
        if number + 1 >= each.known
    }
    ways = (way for way in answer.ways if all(later.get(a, a) in way.actors for a in way.actors))
    return replace(answer, ways=tuple(ways))


def alone(repository: Repository, capability: Capability, *, by_token: bool) -> tuple[Way, ...]:
    """Return the ways of single actors who suffice for something.

    Args:
        repository: the release path.
        capability: what it is.
        by_token: a job's GITHUB_TOKEN may start the run, so that its author may approve it.
    """
    found = answers(repository)[capability]
    single = replace(found, ways=tuple(way for way in found.ways if len(way.actors) == 1))
    if not single.ways:
        return ()
    if not by_token:
        single = _without_token(repository, capability)
    return with_names(single, repository.names, repository.sources).ways


@lru_cache(maxsize=4096)
def _without_token(repository: Repository, capability: Capability) -> Answer:
    return minimal_sets(clauses(repository, by_token=False), capability, largest=1)


def release_paths(stack: Stack, settings: Settings) -> tuple[Repository, ...]:
    """Return the release paths of the repositories that publish something, read once for a stack.

    Args:
        stack: all resources.
        settings: tell which environments publish; the same for all questions about the stack.
    """
    known = stack.once(_Known)
    if known.paths is None:
        names = publishing_repositories(stack, settings)
        known.paths = tuple(read(stack, name, settings) for name in names)
    return known.paths


class _Known:
    """What was read of a stack already."""

    def __init__(self, _: Stack) -> None:
        """Know nothing yet."""
        self.paths: tuple[Repository, ...] | None = None


def _goals(repository: Repository, trusted: Iterable[Role]) -> Iterator[tuple[Goal, Capability]]:
    """Yield the goals of a repository, each with what stands for it in clauses."""
    name, urns = repository.name, repository.sources
    tags = dict.fromkeys(
        refs for each in repository.environments if each.publishes for refs in each.refs
    )
    for each in repository.environments:
        if each.publishes:
            urn = urns.get(each.name, "")
            yield Goal(GoalKind.PACKAGE, name, each.name, urn), publish(each.name)
            for secret in each.secrets:
                shown = f"{each.name}/{secret}"
                goal = Goal(GoalKind.SECRET, name, shown, urns.get(shown, ""))
                yield goal, reading(secret, each.name)
    for secret in repository.tokens:
        yield Goal(GoalKind.PACKAGE, name, secret, urns.get(secret, "")), reading(secret)
    for secret in repository.secrets:
        yield Goal(GoalKind.SECRET, name, secret, urns.get(secret, "")), reading(secret)
    yield from _logins(repository)
    declared = {each.name.lower() for each in repository.environments}
    for role in trusted:
        # a job that names an environment that nobody declared creates it, without protection
        entered = enter(role.environment) if role.environment in declared else RUN
        yield Goal(GoalKind.ROLE, name, role.name, role.urn), entered
    for refs in filter(lambda refs: refs.is_tag, tags):
        yield Goal(GoalKind.TAG, name, refs.name), move(refs)
    yield Goal(GoalKind.WORKFLOW, name, "workflow files"), CHANGE


def _logins(repository: Repository) -> Iterator[tuple[Goal, Capability]]:
    """Yield the stored logins of AWS and Vault. Who reads one acts there."""
    held = [(secret, "") for secret in repository.secrets]
    held += [(secret, each.name) for each in repository.environments for secret in each.secrets]
    for secret, environment in held:
        opened = cloud(secret)
        if opened is not None:
            at = f"{environment}/{secret}" if environment else secret
            urn = repository.sources.get(at, "")
            goal = Goal(GoalKind.ROLE, repository.name, f"{opened} by {at}", urn, secret)
            yield goal, reading(secret, environment)
