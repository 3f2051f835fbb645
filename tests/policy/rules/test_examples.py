"""Each rule proves itself: it speaks on its bad examples and is silent on its good ones."""

import re

import pytest
from portcullis_policy.examples.base import Example
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Rule

from tests.policy.harness import ids, judged

GOOD = [pytest.param(r, e, id=f"{r.id}-{e.note}") for r in RULES for e in r.good]
BAD = [pytest.param(r, e, id=f"{r.id}-{e.note}") for r in RULES for e in r.bad]


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_good_example_is_not_refused(rule: Rule, example: Example) -> None:
    """C3: a rule says nothing about what is sound, through Pulumi's own analyzer."""
    assert rule.id not in ids(judged(example))


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_bad_example_is_refused(rule: Rule, example: Example) -> None:
    """C3: a rule speaks under its own id, at its own level, with the remedy and the reason."""
    said = [item for item in judged(example) if item.policyName == rule.id]
    assert said
    assert {item.message.splitlines()[0] for item in said} == {rule.title}
    assert all(f"fix: {rule.remediation}" in item.message for item in said)
    assert all(item.message.endswith(f"why: {rule.anchor}") for item in said)
    levels = {1 if rule.severity.level == "mandatory" else 0}
    assert {item.enforcementLevel for item in said} == levels


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_notes_say_what_the_examples_show(rule: Rule) -> None:
    """C3: the catalogue lists each kind of example once, and what a note quotes is in it."""
    for examples in (rule.good, rule.bad):
        notes = [example.note for example in examples]
        assert len(notes) == len(set(notes))
        for example in examples:
            shown = str([each.props for each in example.resources])
            missing = [each for each in re.findall(r"`([^`]+)`", example.note) if each not in shown]
            assert missing == [], example.note
