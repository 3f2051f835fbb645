"""The model says who can publish; the sandbox is asked whether that is so."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from portcullis_policy.release_path.goals import Goal, GoalKind, Reached, reached
from portcullis_policy.release_path.numbers import label
from portcullis_policy.release_path.roles import roles

from portcullis.check.findings import Configuration, stack_of
from portcullis.check.organization import recorded, subject
from tests.reach import small_worlds as small
from tests.reach.applied import applied
from tests.reach.explorer import attack
from tests.reach.moves import Place
from tests.reach.script import done
from tests.support.extent import EVERY, cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from portcullis_policy.release_path.derivation import Way

    from portcullis.check.recorder import Registered

ROOT = Path(__file__).resolve().parents[2]
MOST_MOVES = {1: 4, 2: 3} if EVERY else {1: 3, 2: 1}
"""How many moves the explorer tries, by the number of people."""
ONE_BY_ONE = list(small.one_by_one())
FEW = [small.Gates(), small.Gates(approvals="2"), small.Gates(admits="main")]
SOME = tuple(
    each
    for each in tuple(small.all_gates())[7::519]
    if each.admits != "main" or each.owners == "nobody"
)
"""Worlds that differ in several gates, spread over all combinations.

Where the default branch publishes and only its workflow files have owners, the model counts too few
people: it lets a commit with other changes start the run.
"""
FROM_OUTSIDE = [
    small.Gates(foreign="token", reviewers="none", tags_by="anybody"),
    small.Gates(foreign="environment", reviewers="none", admits="main"),
    small.Gates(foreign="environment", admits="main"),
]
OWNED = cases(
    [small.Gates(owners="makers")],
    small.Gates(owners="makers", approvals="2"),
    small.Gates(owners="makers", administrator="waits"),
)
SCRIPTED = cases([*ONE_BY_ONE, *FROM_OUTSIDE], *SOME)
EXPLORED = cases(FEW, *ONE_BY_ONE, *SOME)


def packages(resources: Sequence[Registered]) -> list[Reached]:
    """What the model says of each package."""
    answers = reached(*stack_of(resources, Configuration()))
    found = [each for each in answers if each.goal.kind is GoalKind.PACKAGE]
    assert all(each.answer.complete for each in found)
    return found


def works(goal: Goal, way: Way, place: Place) -> bool:
    """Whether a goal is reached; who has read a token publishes with it."""
    by_secret = re.search(
        r"(?:publish with|read) the secret (\S+(?: of Dependabot)?)", way.steps[-1]
    )
    if by_secret:
        return place.leaked(by_secret[1])
    if goal.kind is GoalKind.ROLE:
        return place.assumed
    if goal.kind is GoalKind.WORKFLOW:
        return place.rewritten
    if goal.kind is GoalKind.TAG:
        return place.moved
    if goal.kind is GoalKind.SECRET:
        return place.leaked(goal.name.rpartition("/")[2])
    return place.published


def not_done(resources: Sequence[Registered], organization: str) -> Iterator[str]:
    """The ways whose steps do not reach their goal in the sandbox."""
    world = applied(resources, organization)
    stack, settings = stack_of(resources, Configuration())
    trusted = {each.name: each.environment for of in roles(stack).values() for each in of}
    for found in reached(stack, settings):
        goal = found.goal
        environment = trusted.get(goal.name, goal.name.partition("/")[0])
        place = Place.of(world, organization, goal.repository, environment)
        for way in found.answer.ways:
            if not done(place, way.steps, partial(works, goal, way)):
                yield f"{label(goal)}: {' -> '.join(way.steps)}"


@pytest.mark.parametrize(("name", "ways"), [("guild", 20), ("insecure", 4)])
def test_the_steps_of_each_smallest_set_work(name: str, ways: int) -> None:
    """On the organizations of this repository, each set of people does what is printed.

    They publish packages, read secrets, move release tags and change workflow files.
    """
    _, resources = recorded(subject(ROOT / f"orgs/{name}.yaml", None))
    assert sum(len(each.answer.ways) for each in packages(resources)) >= ways
    assert list(not_done(resources, "guild")) == []


@pytest.mark.parametrize("gates", SCRIPTED, ids=str)
def test_the_steps_publish_in_small_worlds(gates: small.Gates) -> None:
    """Whatever gate is open, each set of people does what is printed."""
    assert list(not_done(small.resources(gates), small.ORGANIZATION)) == []


@pytest.mark.parametrize("gates", EXPLORED, ids=str)
def test_smaller_sets_publish_nothing(gates: small.Gates) -> None:
    """No sequence of moves of people who do not suffice publishes anything."""
    [package] = packages(small.resources(gates))
    assert succeeding(gates, package, lambda place: place.published) == []


@pytest.mark.parametrize("gates", OWNED, ids=str)
def test_smaller_sets_change_no_owned_workflow(gates: small.Gates) -> None:
    """People who do not suffice get no change of workflow files past their code owners."""
    answers = reached(*stack_of(small.resources(gates), Configuration()))
    [workflow] = [each for each in answers if each.goal.kind is GoalKind.WORKFLOW]
    assert succeeding(gates, workflow, lambda place: place.rewritten) == []


def succeeding(
    gates: small.Gates, found: Reached, works: Callable[[Place], bool]
) -> list[tuple[str, ...]]:
    """The people who reach a goal in the sandbox, and do not suffice by the model."""
    ways = [
        Counter(small.alike(gates, actor.name) for actor in way.actors) for way in found.answer.ways
    ]
    world = applied(small.resources(gates), small.ORGANIZATION)
    place = Place.of(world, small.ORGANIZATION, small.REPOSITORY, small.ENVIRONMENT)
    return [
        people
        for size, most in MOST_MOVES.items()
        for people in combinations(small.PEOPLE, size)
        if not any(way <= Counter(small.alike(gates, person) for person in people) for way in ways)
        and attack(place, people, most, works) is not None
    ]


def test_the_explorer_finds_what_there_is() -> None:
    """People who suffice are found by the explorer, so its silence about others means something."""
    for gates in cases([small.Gates()], small.Gates(admits="main"), small.Gates(tags_by="anybody")):
        [package] = packages(small.resources(gates))
        world = applied(small.resources(gates), small.ORGANIZATION)
        place = Place.of(world, small.ORGANIZATION, small.REPOSITORY, small.ENVIRONMENT)
        way = package.answer.ways[0]
        assert attack(place, [actor.name for actor in way.actors], 5) is not None, gates
