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

from portcullis.check.findings import Configuration, stack_of
from portcullis.check.organization import recorded, subject
from tests.reach import small_worlds as small
from tests.reach.applied import applied
from tests.reach.explorer import attack
from tests.reach.moves import Place
from tests.reach.script import done
from tests.support.extent import EVERY, cases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portcullis_policy.release_path.derivation import Way

    from portcullis.check.recorder import Registered

ROOT = Path(__file__).resolve().parents[2]
MOST_MOVES = {1: 4, 2: 3} if EVERY else {1: 3, 2: 1}
"""How many moves the explorer tries, by the number of people."""
ONE_BY_ONE = list(small.one_by_one())
FEW = [small.Gates(), small.Gates(approvals="2"), small.Gates(admits="main")]
SOME = tuple(small.all_gates())[7::58]
"""Worlds that differ in several gates, spread over all combinations."""
SCRIPTED = cases(ONE_BY_ONE, *SOME)
EXPLORED = cases(FEW, *ONE_BY_ONE, *SOME)


OWNERS = frozenset({"ines", "tom"})
"""The code owners of guild's workflow files."""


def packages(resources: Sequence[Registered]) -> list[Reached]:
    """What the model says of each package."""
    answers = reached(*stack_of(resources, Configuration()))
    found = [each for each in answers if each.goal.kind is GoalKind.PACKAGE]
    assert all(each.answer.complete for each in found)
    return found


def works(goal: Goal, place: Place) -> bool:
    """Whether a goal is reached."""
    if goal.kind is GoalKind.WORKFLOW:
        return place.changed
    if goal.kind is GoalKind.TAG:
        return place.moved
    if goal.kind is GoalKind.SECRET:
        return place.leaked(goal.name.rpartition("/")[2])
    return place.published


def lacks_code_owner(goal: Goal, way: Way, place: Place) -> bool:
    """Whether a code owner's review is missing: the model leaves code owners out."""
    if goal.kind is not GoalKind.WORKFLOW or place.get("contents/.github/CODEOWNERS") is None:
        return False
    approving = re.search(r" that (.*) approves?, into ", way.steps[0])
    return approving is not None and OWNERS.isdisjoint(approving[1].split(" and "))


def not_done(resources: Sequence[Registered], organization: str) -> Iterator[str]:
    """The ways whose steps do not reach their goal in the sandbox."""
    world = applied(resources, organization)
    for found in reached(*stack_of(resources, Configuration())):
        goal = found.goal
        environment = goal.name.partition("/")[0]
        place = Place.of(world, organization, goal.repository, environment)
        for way in found.answer.ways:
            if lacks_code_owner(goal, way, place):
                continue
            if not done(place, way.steps, partial(works, goal)):
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
    resources = small.resources(gates)
    [package] = packages(resources)
    ways = [
        Counter(small.alike(gates, actor.name) for actor in way.actors)
        for way in package.answer.ways
    ]
    world = applied(resources, small.ORGANIZATION)
    place = Place.of(world, small.ORGANIZATION, small.REPOSITORY, small.ENVIRONMENT)
    for size, most in MOST_MOVES.items():
        for people in combinations(small.PEOPLE, size):
            kinds = Counter(small.alike(gates, person) for person in people)
            if not any(way <= kinds for way in ways):
                assert attack(place, people, most) is None, people


def test_the_explorer_finds_what_there_is() -> None:
    """People who suffice are found by the explorer, so its silence about others means something."""
    for gates in cases([small.Gates()], small.Gates(admits="main"), small.Gates(tags_by="anybody")):
        [package] = packages(small.resources(gates))
        world = applied(small.resources(gates), small.ORGANIZATION)
        place = Place.of(world, small.ORGANIZATION, small.REPOSITORY, small.ENVIRONMENT)
        way = package.answer.ways[0]
        assert attack(place, [actor.name for actor in way.actors], 5) is not None, gates
