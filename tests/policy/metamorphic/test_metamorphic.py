"""Findings and silence follow the meaning: rewrites that keep it keep both.

Every rule takes part by its own examples, so a new rule needs no test here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portcullis_policy.registry import RULES

from tests.policy.harness import Pack, ids
from tests.policy.metamorphic.resources import REWRITES
from tests.support.extent import EVERY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis_policy.examples.base import Example
    from portcullis_policy.rule import Rule

CALLED = "workflow: jobs in called workflows"
_SAMPLE = 40
"""Examples for each rewrite, where not every case is run."""
_BY_TOOLS = frozenset({"WF017", "WF018", "WF019", "WF022"})
"""Their examples start zizmor or actionlint, so they take part in `make every` only."""
_ANOTHER_CHECK = frozenset({"BR014"})
"""GitHub names the check of a called job after both jobs, so this rewrite changes the meaning."""
LIMITS = {CALLED: _ANOTHER_CHECK | _BY_TOOLS}
"""Rules for which a rewrite is left out, by rewrite. The tools judge each file by itself."""


@dataclass(frozen=True)
class Case:
    """An example of a rule.

    Attributes:
        rule: the rule.
        example: the example.
        bad: the rule speaks on it.
    """

    rule: Rule
    example: Example
    bad: bool

    def __str__(self) -> str:
        """Name it for a person."""
        return f"{self.rule.id}, {'bad' if self.bad else 'good'}: {self.example.note}"


def _speaks(rule: Rule, example: Example) -> bool:
    """Whether a rule alone speaks: a pack of one rule costs a millisecond."""
    return rule.id in ids(Pack(example.given, rules=[rule]).run(example.resources))


@cache
def _cases() -> tuple[Case, ...]:
    """The examples on which a rule alone says what it says in the whole pack."""
    return tuple(
        case
        for rule in RULES
        for bad, examples in ((False, rule.good), (True, rule.bad))
        for case in (Case(rule, example, bad) for example in examples)
        if (EVERY or rule.id not in _BY_TOOLS) and _speaks(rule, case.example) == bad
    )


def _changed_by(name: str) -> Iterator[tuple[Case, Example]]:
    """The cases that a rewrite changes, with what they become, in an order of its own."""
    allowed = [case for case in _cases() if case.rule.id not in LIMITS.get(name, ())]
    random.Random(name).shuffle(allowed)  # noqa: S311 - a sample
    both = ((case, REWRITES[name](case.example)) for case in allowed)
    return ((case, new) for case, new in both if new != case.example)


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewrite_changes_no_finding(name: str) -> None:
    """C3: a rule speaks on its bad examples and is silent on its good ones, however written."""
    cases = [*islice(_changed_by(name), None if EVERY else _SAMPLE)]
    assert cases, "this rewrite applies to no example"
    wrong = [str(case) for case, new in cases if _speaks(case.rule, new) != case.bad]
    assert wrong == []


@settings(
    max_examples=1000 if EVERY else 80,
    deadline=None,
    derandomize=not EVERY,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_several_rewrites_change_no_finding(data: st.DataObject) -> None:
    """C3: the same for some rewrites one after the other."""
    case = data.draw(st.sampled_from(_cases()))
    usable = [name for name in REWRITES if case.rule.id not in LIMITS.get(name, ())]
    names = data.draw(st.lists(st.sampled_from(usable), min_size=2, max_size=4, unique=True))
    example = case.example
    for name in names:
        example = REWRITES[name](example)
    assert _speaks(case.rule, example) == case.bad, str(case)


def test_nearly_all_examples_take_part() -> None:
    """C3: an example is left out only if its rule needs the settings of another one."""
    rules = [rule for rule in RULES if EVERY or rule.id not in _BY_TOOLS]
    number = sum(len(rule.good) + len(rule.bad) for rule in rules)
    assert len(_cases()) > number * 0.98
