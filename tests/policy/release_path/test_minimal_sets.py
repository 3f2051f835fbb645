"""The search for smallest sets agrees with brute force, and is fast, bounded and repeatable."""

import time
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from portcullis_policy.release_path.derivation import Actor, ActorKind, Answer, Capability, Clause
from portcullis_policy.release_path.minimal_sets import minimal_sets, minimal_sets_of

ACTORS = tuple(Actor(ActorKind.PERSON, name) for name in ("ana", "ben", "cy", "dee", "eve"))
NODES = tuple(Capability("can", name) for name in "abcdefg")
GOAL = NODES[0]


def clauses() -> st.SearchStrategy[list[Clause]]:
    """Return small worlds; conclusions and premises come from few nodes, so cycles are common."""
    clause = st.builds(
        lambda conclusion, premises, actors, number: Clause(
            conclusion, tuple(premises), frozenset(actors), f"{conclusion.target}{number}"
        ),
        st.sampled_from(NODES),
        st.lists(st.sampled_from(NODES), max_size=4),
        st.sets(st.sampled_from(ACTORS), max_size=2),
        st.integers(0, 30),
    )
    return st.lists(clause, max_size=14)


def reached(world: Sequence[Clause], actors: frozenset[Actor]) -> set[Capability]:
    """Return all that some actors can do together."""
    known: set[Capability] = set()
    before = -1
    while before != len(known):
        before = len(known)
        known |= {
            clause.conclusion
            for clause in world
            if clause.actors <= actors and known.issuperset(clause.premises)
        }
    return known


def brute_force(world: Sequence[Clause], goal: Capability) -> set[frozenset[Actor]]:
    """Return the smallest sets, by trying every set of actors."""
    found: list[frozenset[Actor]] = []
    for size in range(len(ACTORS) + 1):
        for members in combinations(ACTORS, size):
            actors = frozenset(members)
            if not any(each <= actors for each in found) and goal in reached(world, actors):
                found.append(actors)
    return set(found)


def sets(answer: Answer) -> set[frozenset[Actor]]:
    """Return the sets of an answer."""
    return {way.actors for way in answer.ways}


@given(clauses())
@settings(max_examples=300, deadline=None)
def test_the_sets_are_those_of_brute_force(world: list[Clause]) -> None:
    """On any small world, with cycles, the answer is every smallest set and nothing else."""
    for goal, answer in minimal_sets_of(world, NODES).items():
        assert answer.complete
        assert sets(answer) == brute_force(world, goal)
        assert len(answer.ways) == len(sets(answer))


@given(clauses())
@settings(max_examples=150, deadline=None)
def test_the_steps_can_be_done_in_their_order(world: list[Clause]) -> None:
    """Each step follows from the steps before it, by the actors of the set, and none repeats."""
    for way in minimal_sets(world, GOAL).ways:
        assert len(set(way.steps)) == len(way.steps)
        possible = [clause for clause in world if clause.actors <= way.actors]
        done: set[Capability] = set()
        for step in way.steps:
            done |= {
                clause.conclusion
                for clause in possible
                if clause.step == step and done.issuperset(clause.premises)
            }
        assert GOAL in done


@given(clauses().flatmap(lambda world: st.tuples(st.just(world), st.permutations(world))))
@settings(max_examples=100, deadline=None)
def test_the_order_of_clauses_does_not_matter(worlds: tuple[list[Clause], list[Clause]]) -> None:
    """The answer, with its steps, is the same for clauses in any order."""
    world, shuffled = worlds
    assert minimal_sets(world, GOAL) == minimal_sets(shuffled, GOAL)


@given(clauses())
@settings(max_examples=100, deadline=None)
def test_one_goal_or_many(world: list[Clause]) -> None:
    """A goal asked for alone has the answer that it has among others."""
    together = minimal_sets_of(world, NODES)
    assert {goal: sets(minimal_sets(world, goal)) for goal in NODES} == {
        goal: sets(answer) for goal, answer in together.items()
    }


@given(clauses(), st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_a_bound_that_drops_a_set_is_reported(
    world: list[Clause], limit: int, largest: int
) -> None:
    """An answer that calls itself complete is complete; one that does not holds real ways only."""
    answer = minimal_sets(world, GOAL, limit=limit, largest=largest)
    if answer.complete:
        assert sets(answer) == brute_force(world, GOAL)
    for way in answer.ways:
        assert GOAL in reached(world, way.actors)


def one_of(team: Sequence[Actor], verb: str) -> Iterator[Clause]:
    """Yield clauses: each of a team can do a thing."""
    for actor in team:
        yield Clause(Capability(verb, "x"), (), frozenset({actor}), f"{actor}: {verb}")


def test_two_teams_give_every_pair() -> None:
    """A gate for each of two teams is passed by one of each, and by anyone in both alone."""
    world = [
        *one_of(ACTORS[:3], "push"),
        *one_of(ACTORS[2:], "approve"),
        Clause(GOAL, (Capability("push", "x"), Capability("approve", "x")), step="publish"),
    ]
    answer = minimal_sets(world, GOAL)
    assert [way.names for way in answer.ways] == [
        ("cy",),
        ("ana", "dee"),
        ("ana", "eve"),
        ("ben", "dee"),
        ("ben", "eve"),
    ]
    assert answer.ways[1].steps == ("ana: push", "dee: approve", "publish")
    assert answer.fewest_people == 1


def test_nobody_and_anybody() -> None:
    """A goal without a way has no number; one that needs nobody has zero."""
    assert minimal_sets([], GOAL).fewest_people is None
    assert minimal_sets([], GOAL).complete
    assert minimal_sets([Clause(GOAL)], GOAL).fewest_people == 0


def test_a_clause_may_have_any_number_of_premises() -> None:
    """A conclusion from five thousand premises is found."""
    facts = [Capability("can", str(number)) for number in range(5000)]
    answer = minimal_sets([*map(Clause, facts), Clause(GOAL, tuple(facts), step="all")], GOAL)
    assert [way.steps for way in answer.ways] == [("all",)]


def test_thousands_of_clauses_take_milliseconds() -> None:
    """Eight thousand clauses of one chain and many teams are answered within a second."""
    chain = [Capability("step", str(number)) for number in range(4000)]
    world = [Clause(first, (after,)) for first, after in pairwise(chain)]
    world += [Clause(after, (first,)) for first, after in pairwise(chain)]
    people = [Actor(ActorKind.PERSON, f"p{number}") for number in range(10)]
    world += [
        Clause(node, (), frozenset({people[number % 10]}))
        for number, node in enumerate(chain[:4000:100])
    ]
    started = time.process_time()
    answer = minimal_sets(world, chain[0])
    assert len(answer.ways) == 10
    assert time.process_time() - started < 1


def test_a_large_organization_hits_a_bound_in_time_and_says_so() -> None:
    """Pairs of two teams of a hundred people each are cut off in a second, and reported."""
    people = [Actor(ActorKind.PERSON, f"p{number:03}") for number in range(200)]
    world = [
        *one_of(people[:100], "push"),
        *one_of(people[100:], "approve"),
        Clause(GOAL, (Capability("push", "x"), Capability("approve", "x"))),
    ]
    started = time.process_time()
    answer = minimal_sets(world, GOAL)
    assert not answer.complete
    assert answer.fewest_people == 2
    assert time.process_time() - started < 1
