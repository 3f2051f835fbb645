"""Tries everything that some people can do, up to a number of moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.kinds.code import PULL, REF
from sandbox.world.kinds.protection import ENVIRONMENT
from tests.reach.moves import MOVES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sandbox.world.records import Tables
    from tests.reach.moves import Place

Moves = tuple[tuple[str, str], ...]


def attack(
    place: Place,
    people: Iterable[str],
    most: int,
    works: Callable[[Place], bool] = lambda place: place.published,
) -> Moves | None:
    """Return the shortest sequence of moves by which some people succeed; None if there is none.

    Every sequence is tried. A move that is refused, or that changes nothing, is not gone on from;
    nor is a state that was reached by as few moves before, in whatever order.

    Args:
        place: where they want to publish; it is left as it was.
        people: who acts.
        most: how many moves at most.
        works: whether they have reached what they want; by default, to publish.
    """
    actors = sorted(people)
    before = place.world.saved()
    states: list[tuple[Moves, Tables]] = [((), before)]
    seen = {_state(place)}
    for _ in range(most):
        following = []
        for done, tables in states:
            for who in actors:
                for name, act in MOVES:
                    place.world.put_back(tables)
                    if not act(place, who):
                        continue
                    moves = (*done, (who, name))
                    if works(place):
                        place.world.put_back(before)
                        return moves
                    state = _state(place)
                    if state not in seen:
                        seen.add(state)
                        following.append((moves, place.world.saved()))
        states = following
    place.world.put_back(before)
    return None


def _state(place: Place) -> tuple[object, ...]:
    """Return what matters of a world, without numbers that depend on the order of requests."""
    repository = place.get("")["id"]
    world = place.world.world
    refs = [(each.name, str(each.data)) for each in world.all(REF, repository)]
    pulls = [
        (each.data["head"], each.data["state"], _reviews(place, each.name))
        for each in world.all(PULL, repository)
    ]
    runs = [
        (each["path"], each["event"], each["head_branch"], each["actor"]["login"])
        for each in place.get("actions/runs")["workflow_runs"]
    ]
    jobs = [
        tuple(str(job[key]) for key in ("workflow", "event", "ref", "key", "status", "conclusion"))
        for job in place.world.jobs()
    ]
    gates = [str(sorted(each.data.items(), key=str)) for each in world.all(ENVIRONMENT, repository)]
    rules = sum(record.kind == "ruleset" for record in world.tables.rows.values())
    return tuple(
        map(str, (sorted(refs), sorted(pulls), sorted(runs), sorted(jobs), sorted(gates), rules))
    )


def _reviews(place: Place, number: str) -> Sequence[tuple[str, str, str]]:
    listed = place.get(f"pulls/{number}/reviews")
    return sorted((each["user"]["login"], each["state"], each["commit_id"]) for each in listed)
