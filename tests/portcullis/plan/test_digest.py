"""The digest of a plan: equal for the same, another for anything else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from portcullis.plan import digest
from portcullis.preview.differences import SECRET
from portcullis.pulumi_runs.events import Step

NAMES = st.sampled_from(["name", "waitTimer", "reviewers", "members", "visibility"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("abc", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
INPUTS = st.dictionaries(NAMES, VALUES, max_size=4)
STEPS = st.builds(
    Step,
    st.sampled_from(["create", "update", "delete"]),
    st.lists(NAMES, unique=True, max_size=3).map(tuple),
    INPUTS,
    st.just({}),
    INPUTS,
)
PLANS = st.dictionaries(st.sampled_from(["urn:a", "urn:b", "urn:c"]), STEPS, max_size=3)


def of(plan: dict[str, Step], rest: tuple[str, ...] = ()) -> str:
    """The digest of a plan."""
    return digest.of_all({u: digest.of_step(u, s) for u, s in plan.items()}, rest, {}, moved=False)


def shuffled(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same value with its keys in another order."""
    if isinstance(value, dict):
        return {name: shuffled(value[name]) for name in reversed(list(value))}
    return [shuffled(each) for each in value] if isinstance(value, list) else value


@given(PLANS, st.permutations(["x", "y"]))
def test_order_does_not_matter(plan: dict[str, Step], rest: list[str]) -> None:
    """C5: in whatever order the engine reports the steps and their fields, the digest is equal."""
    other = {
        urn: replace(
            step,
            changed=tuple(reversed(step.changed)),
            old_inputs=shuffled(step.old_inputs),
            new_inputs=shuffled(step.new_inputs),
        )
        for urn, step in reversed(plan.items())
    }
    assert of(plan, ("x", "y")) == of(other, tuple(rest))


@given(PLANS, st.sampled_from(["urn:a", "urn:b", "urn:c"]), STEPS)
def test_any_other_step_is_another_plan(plan: dict[str, Step], urn: str, step: Step) -> None:
    """C5: a step that leads to something else, or that comes, gives another digest."""
    old = plan.get(urn)
    assume(
        old is None
        or old.operation != step.operation
        or digest.plain(old.new_inputs) != digest.plain(step.new_inputs)
    )
    assert of(plan) != of({**plan, urn: step})


@given(PLANS)
def test_what_is_done_besides_the_steps_counts(plan: dict[str, Step]) -> None:
    """C5: a commit of a file, and what Pulumi no longer protects, are part of the plan."""
    steps = {urn: digest.of_step(urn, step) for urn, step in plan.items()}
    assert of(plan) != of(plan, ("tool: ci.yml committed",))
    assert digest.of_all(steps, (), {}, moved=False) != digest.of_all(
        steps, (), {"urn:a": False}, moved=False
    )


def test_a_secret_is_a_mark() -> None:
    """R9: two ciphertexts of a secret are the same for the digest, and none is in it."""
    first = Step("update", ("value",), new_inputs={"value": {**SECRET, "ciphertext": "AAA"}})
    second = Step("update", ("value",), new_inputs={"value": {**SECRET, "ciphertext": "BBB"}})
    assert digest.of_step("urn", first) == digest.of_step("urn", second)
    assert digest.plain(first.new_inputs) == {"value": "[secret]"}
