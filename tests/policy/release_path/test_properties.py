"""The model agrees with a second, plainer reading of GitHub's rules on random small stacks.

The second reading asks of each set of people whether it can publish; the model derives the sets.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from portcullis_policy.examples.base import Declared
from portcullis_policy.release_path.goals import GoalKind

from tests.policy.release_path.worlds import (
    answer,
    collaborators,
    gate,
    main,
    of_team,
    path_of,
    sets,
    tags,
    team,
)

PEOPLE = ("ana", "ben", "cy", "dee")
LEVELS = ("pull", "push", "admin")
GROUPS = st.frozensets(st.sampled_from(PEOPLE), max_size=3)


def smallest(suffices: Callable[[frozenset[str]], bool]) -> set[frozenset[str]]:
    """The smallest sets of people that suffice, by trying all."""
    found: list[frozenset[str]] = []
    for size in range(1, len(PEOPLE) + 1):
        for members in combinations(PEOPLE, size):
            people = frozenset(members)
            if not any(each <= people for each in found) and suffices(people):
                found.append(people)
    return set(found)


def agrees(world: "Tagged | Reviewed", suffices: Callable[[frozenset[str]], bool]) -> None:
    """Compare both readings: equal sets, if people who can do the same count as one."""
    found = sets(answer(GoalKind.PACKAGE, *world.declared()))
    expected = smallest(suffices)
    classes = {
        name: number
        for number, each in enumerate(path_of(*world.declared()).alike)
        for name in each.names
    }
    assert found <= expected
    assert {kinds(each, classes) for each in found} == {kinds(each, classes) for each in expected}


def kinds(people: Iterable[str], classes: Mapping[str, int]) -> tuple[int, ...]:
    """The classes of some people."""
    return tuple(sorted(classes[each] for each in people))


@dataclass(frozen=True)
class Tagged:
    """A repository that publishes from tags."""

    levels: tuple[str, ...]
    bypasses: tuple[frozenset[str], ...]
    """Who passes each ruleset that restricts creation."""
    reviewers: frozenset[str] | None
    """None: nobody has to approve."""
    admins_bypass: bool

    def at_least(self, level: str) -> frozenset[str]:
        """The people with a permission or a stronger one."""
        strong = LEVELS[LEVELS.index(level) :]
        return frozenset(n for n, each in zip(PEOPLE, self.levels, strict=True) if each in strong)

    def suffices(self, people: frozenset[str]) -> bool:
        """Whether these people publish together: any starter will do, a job's token is one."""
        creators = people & self.at_least("push")
        for passing in self.bypasses:
            creators &= passing
        approving = people & (self.reviewers or frozenset())
        if self.admins_bypass:
            approving |= people & self.at_least("admin")
        return bool(creators) and (self.reviewers is None or bool(approving))

    def declared(self) -> Iterable[Declared]:
        """Its resources."""
        yield collaborators(**dict(zip(PEOPLE, self.levels, strict=True)))
        for number, passing in enumerate(self.bypasses):
            yield from team(10 + number, *sorted(passing))
            yield tags(of_team(10 + number), name=f"tags-{number}")
        yield from team(20, *sorted(self.reviewers or ()))
        reviewers = ("20",) if self.reviewers is not None else ()
        yield from gate(*reviewers, canAdminsBypass=self.admins_bypass)


TAGGED = st.builds(
    Tagged,
    levels=st.tuples(*[st.sampled_from(LEVELS)] * len(PEOPLE)),
    bypasses=st.lists(GROUPS, max_size=2).map(tuple),
    reviewers=st.none() | GROUPS,
    admins_bypass=st.booleans(),
)


@given(TAGGED)
@settings(max_examples=150, deadline=None)
def test_tags_and_approvals(world: Tagged) -> None:
    """Publishing from a tag takes a creator whom every ruleset lets pass, and an approval."""
    agrees(world, world.suffices)


@dataclass(frozen=True)
class Reviewed:
    """A repository that publishes from its default branch, to which changes come by review."""

    levels: tuple[str, ...]
    passing: frozenset[str]
    merging: frozenset[str]
    approvals: int
    last_push: bool
    dismisses: bool

    def suffices(self, people: frozenset[str]) -> bool:
        """Whether these people get a change of their own into the branch."""
        strong = zip(PEOPLE, self.levels, strict=True)
        writers = people & frozenset(name for name, level in strong if level != "pull")
        if writers & (self.passing | self.merging):
            return True
        needed = self.approvals + 1
        if self.approvals and not self.last_push:
            needed = self.approvals if self.dismisses else 1
        return len(writers) >= needed

    def declared(self) -> Iterable[Declared]:
        """Its resources."""
        yield collaborators(**dict(zip(PEOPLE, self.levels, strict=True)))
        yield from team(10, *sorted(self.passing))
        yield from team(11, *sorted(self.merging))
        yield main(
            of_team(10),
            of_team(11, "pull_request"),
            requiredApprovingReviewCount=self.approvals,
            requireLastPushApproval=self.last_push,
            dismissStaleReviewsOnPush=self.dismisses,
        )
        yield from gate(branch="main")


REVIEWED = st.builds(
    Reviewed,
    levels=st.tuples(*[st.sampled_from(("pull", "push"))] * len(PEOPLE)),
    passing=st.frozensets(st.sampled_from(PEOPLE), max_size=1),
    merging=st.frozensets(st.sampled_from(PEOPLE), max_size=1),
    approvals=st.integers(0, 3),
    last_push=st.booleans(),
    dismisses=st.booleans(),
)


@given(REVIEWED)
@settings(max_examples=150, deadline=None)
def test_reviews(world: Reviewed) -> None:
    """A change takes its author and as many others as the protection asks for."""
    agrees(world, world.suffices)
