"""Who can publish what, worked out from what an organization's file declares."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from portcullis_policy.release_path.goals import GoalKind, reached
from portcullis_policy.release_path.numbers import numbers
from portcullis_policy.semantics.people import access
from portcullis_policy.semantics.people.groups import TEAM
from portcullis_policy.semantics.people.teams import shows_members, team_name

from portcullis.check.findings import stack_of
from portcullis.check.organization import configured_for, recorded
from portcullis.project import UserError
from portcullis.reach.report import Administrators, Asked, Report

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from portcullis_policy.release_path.goals import Goal
    from portcullis_policy.rule import Stack
    from portcullis_policy.semantics.people.groups import People

    from components.declaration import Declaration
    from portcullis.check.findings import Configuration
    from portcullis.check.organization import Subject
    from portcullis.check.recorder import Registered

Place = tuple[str, str]
"""A repository, in lower case, and an environment."""


def report(
    what: Subject,
    policy_files: Sequence[Path] = (),
    *,
    kinds: Collection[GoalKind] = tuple(GoalKind),
    package: str | None = None,
) -> Report:
    """Return who suffices for the goals of an organization.

    Args:
        what: the organization, and the stack whose configuration counts.
        policy_files: policy config files.
        kinds: the kinds of goals.
        package: only those of this package, repository or `repository/environment`.

    Raises:
        DeclarationError: with all mistakes in the declaration.
        UserError: the policy's configuration is wrong, or there is no such package.
    """
    configured = configured_for(what, policy_files)
    declaration, registered = recorded(what)
    return answers(declaration, registered, configured, kinds, package)


def answers(
    declaration: Declaration,
    registered: Sequence[Registered],
    configured: Configuration,
    kinds: Collection[GoalKind],
    package: str | None = None,
) -> Report:
    """Return who suffices for the goals of an organization that has these resources.

    Args:
        declaration: the organization, whose packages have names.
        registered: what is declared, or what GitHub has.
        configured: the policy's configuration.
        kinds: the kinds of goals.
        package: only those of this package, repository or `repository/environment`.

    Raises:
        UserError: there is no such package.
    """
    stack, settings = stack_of(registered, configured)
    packages = _packages(declaration)
    goals = [
        Asked(each.goal, each.answer, tuple(_published(each.goal, packages)))
        for each in reached(stack, settings)
    ]
    if package is not None:
        goals = _of_package(goals, package, declaration.config.organization)
    wanted = tuple(each for each in goals if each.goal.kind in kinds)
    asked = dict.fromkeys(each.goal.repository for each in wanted)
    return Report(declaration.config.organization, wanted, tuple(_administrators(stack, asked)))


def _administrators(stack: Stack, repositories: Iterable[str]) -> Iterator[Administrators]:
    """Yield who may change the settings that the answers rest on: owners, then administrators."""
    yield Administrators(None, _names_of(stack, access.owners(stack)))
    for repository in repositories:
        names = _names_of(stack, access.administrators(stack, repository))
        if names:
            yield Administrators(repository, names)


def _names_of(stack: Stack, people: People) -> tuple[str, ...]:
    """Return people in words; a team whose members are declared is left out."""
    return tuple(
        sorted(
            f"team {team_name(stack, name)}" if kind == TEAM else name
            for kind, name in people.known
            if kind != TEAM or not shows_members(stack, name)
        )
    )


def numbers_of(
    registered: Sequence[Registered], configured: Configuration
) -> dict[str, int | None]:
    """Return how many must act together for each goal of some resources."""
    return numbers(reached(*stack_of(registered, configured)))


def _packages(declaration: Declaration) -> dict[Place, list[str]]:
    """Return the declared packages by where they are published."""
    found: defaultdict[Place, list[str]] = defaultdict(list)
    for repository in declaration.resolved.repositories.values():
        for package in repository.packages:
            found[repository.name.lower(), package.environment].append(package.config.id)
    return dict(found)


def _published(goal: Goal, packages: Mapping[Place, Sequence[str]]) -> Sequence[str]:
    """Return the declared packages that a goal is about."""
    if goal.kind is not GoalKind.PACKAGE:
        return ()
    return packages.get((goal.repository, goal.name), ())


def _of_package(goals: Sequence[Asked], package: str, organization: str) -> list[Asked]:
    """Return the goals of a package, in any case of its letters.

    Raises:
        UserError: there is no such package; with those that there are.
    """
    wanted = package.lower()
    places = [each for each in goals if each.goal.kind is GoalKind.PACKAGE]
    found = [each for each in places if wanted in _names(each)]
    if not found:
        known = sorted({name for each in places for name in each.packages or (_where(each),)})
        there_is = ", ".join(known) or "nothing: no environment publishes"
        raise UserError(
            f"--package {package}: {organization} publishes no such package; allowed: {there_is}"
        )
    repositories = {each.goal.repository for each in found}
    others = (each for each in goals if each.goal.kind is not GoalKind.PACKAGE)
    return [*found, *(each for each in others if each.goal.repository in repositories)]


def _names(asked: Asked) -> set[str]:
    """Return what a package may be called."""
    names = {*asked.packages, asked.goal.repository, _where(asked)}
    return {name.lower() for name in names}


def _where(asked: Asked) -> str:
    return f"{asked.goal.repository}/{asked.goal.name}"
