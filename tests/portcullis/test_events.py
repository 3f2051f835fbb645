"""What the engine says becomes plain data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.pulumi_runs.events import ROOT, Finding, Planned, name_of, plain, provider_urn
from tests.portcullis.engine_events import STACK, after, before, found, run_of, said, urn

TEAM, REPOSITORY = urn("Team", "red"), urn("Repository", "app")


def test_what_is_done_is_counted_and_what_stays_is_not() -> None:
    """Unchanged resources and reads are no changes; each other operation has its word."""
    run = run_of(
        before("same", STACK),
        before("read", urn("Team", "seen")),
        before("create", TEAM),
        before("update", REPOSITORY),
        before("delete", urn("Team", "old")),
        before("import", urn("Team", "taken")),
    )
    assert run.changes() == {"created": 1, "updated": 1, "deleted": 1, "adopted": 1}
    assert run.resources[STACK] == "same"


@pytest.mark.parametrize("last", ["delete-replaced", "replace", "import-replacement"])
def test_the_steps_of_a_replacement_are_one_change(last: str) -> None:
    """A replacement is counted once, and keeps what the first step says has changed."""
    run = run_of(before("create-replacement", REPOSITORY, diffs=["name"]), before(last, REPOSITORY))
    assert run.changes() == {"replaced": 1}
    assert run.steps[REPOSITORY].changed == ("name",)


def test_changed_properties_are_sorted_and_the_detailed_ones_win() -> None:
    """Property paths are shown if the provider gives them."""
    detailed = {path: {"diffKind": "update"} for path in ("b[0]", "a")}
    run = run_of(before("update", TEAM, diffs=["b"], detailedDiff=detailed))
    assert run.steps[TEAM].changed == ("a", "b[0]")


def test_a_planned_creation_keeps_what_an_import_needs() -> None:
    """Type, parent, provider without its id, and inputs; only of creations."""
    provider = "urn:pulumi:test::portcullis::pulumi:providers:github::github"
    new = {
        "urn": TEAM,
        "type": "github:index/team:Team",
        "parent": STACK,
        "provider": f"{provider}::04da6b54",
        "inputs": {"name": "red"},
    }
    run = run_of(before("create", TEAM, new=new), before("update", REPOSITORY, new=new))
    expected = Planned(TEAM, "github:index/team:Team", STACK, provider, {"name": "red"})
    assert run.planned == {TEAM: expected}


def test_the_same_finding_is_reported_once() -> None:
    """The pack reports at preview and at update, and for resource and stack."""
    run = run_of(found("BR001", TEAM), found("BR001", TEAM), found("BR002", TEAM))
    assert run.findings == [
        Finding("BR001", "mandatory", TEAM, "m"),
        Finding("BR002", "mandatory", TEAM, "m"),
    ]


def test_only_errors_that_stay_are_noted() -> None:
    """Warnings and lines of progress are not errors; colour marks are not text."""
    run = run_of(
        said("<{%fg 1%}>broken<{%reset%}>\n", TEAM),
        said("of nobody"),
        said("careful", severity="warning"),
        said("for a moment", ephemeral=True),
    )
    assert run.errors == [(TEAM, "broken"), ("", "of nobody")]


@pytest.mark.parametrize(
    ("old", "new", "differ"),
    [
        (None, {"outputs": {"a": 1}}, True),
        ({"outputs": {"a": 1}}, {"outputs": {"a": 2}}, True),
        ({"outputs": {"a": 1}}, {"outputs": {"a": 1}}, False),
        (None, None, False),
    ],
)
def test_other_outputs_are_noticed(old: object, new: object, differ: bool) -> None:  # noqa: FBT001 - a column of the table
    """An update that changes nothing but the stack's outputs is still one."""
    run = run_of(after("same", STACK, old=old, new=new))
    assert run.outputs_differ is differ
    assert run.done == {STACK}


def test_outputs_of_a_resource_are_not_the_stacks() -> None:
    """A resource whose outputs change does not change the stack's."""
    assert not run_of(after("update", TEAM, new={"outputs": {"a": 1}})).outputs_differ


@pytest.mark.parametrize(
    ("old", "new", "noted"),
    [({}, {"protect": True}, {TEAM: True}), ({"protect": True}, {}, {TEAM: False})],
)
def test_protection_alone_is_a_reason_to_update(
    old: dict[str, Any], new: dict[str, Any], noted: dict[str, bool]
) -> None:
    """Pulumi calls such a resource unchanged: only its state says that it may not be deleted."""
    kind = {"urn": TEAM, "type": "github:index/team:Team"}
    run = run_of(before("same", TEAM, old=kind | old, new=kind | new))
    assert run.protection == noted
    assert run.changes() == {}
    assert run.has_to_be_carried_out
    assert run.is_to_be_agreed


def test_another_place_in_the_state_is_a_reason_to_update() -> None:
    """A resource that is only renamed in the state or moved below another changes nothing else."""
    old = {"urn": urn("Team", "blue"), "type": "github:index/team:Team"}
    run = run_of(before("same", TEAM, old=old, new={**old, "urn": TEAM}))
    assert run.has_to_be_carried_out
    assert not run.is_to_be_agreed
    assert not run_of(before("same", TEAM, old=old, new=old)).has_to_be_carried_out


def test_the_summary_tells_time_and_packs() -> None:
    """Seconds, and each pack with its version."""
    summary = {"durationSeconds": 7, "PolicyPacks": {"portcullis|/policy": "0.1.0"}}
    run = run_of({"summaryEvent": summary})
    assert (run.seconds, run.policy_packs) == (7.0, {"portcullis|/policy": "0.1.0"})


@pytest.mark.parametrize(
    "event",
    [
        {"cancelEvent": {}},
        {"preludeEvent": {"config": {}}},
        {"stdoutEvent": {"message": "", "color": ""}},
    ],
)
def test_other_events_are_passed_over(event: dict[str, object]) -> None:
    """What is of no interest changes nothing."""
    assert run_of(event) == run_of()


@pytest.mark.parametrize(
    ("reference", "provider"), [("urn:a::b::c::d::id-1", "urn:a::b::c::d"), ("", ""), (None, "")]
)
def test_a_reference_is_urn_and_id(reference: str | None, provider: str) -> None:
    """Components have no provider."""
    assert provider_urn(reference) == provider


@given(st.text(min_size=1).filter(lambda name: not name.startswith(":")))
def test_a_name_may_have_anything_in_it(name: str) -> None:
    """The name is what follows the type, colons included."""
    assert name_of(urn("Team", name)) == name


MARKS = st.text("abcdefghijklmnop 0123456789").map(lambda inner: f"<{{%{inner}%}}>")


@given(st.lists(st.one_of(MARKS, st.text("xyz \n%"))))
def test_no_mark_of_a_colour_is_left(pieces: list[str]) -> None:
    """What is shown has the words and none of the engine's marks."""
    shown = plain("".join(pieces))
    assert "<{%" not in shown
    assert shown == "".join(piece for piece in pieces if not piece.startswith("<{%")).strip()


@pytest.mark.parametrize("operation", ["create", "update", "same"])
def test_the_organizations_inputs_are_kept(operation: str) -> None:
    """What the sources say of secrets is known whether or not anything changes."""
    where = STACK.replace("pulumi:pulumi:Stack", ROOT)
    new = {"urn": where, "type": ROOT, "parent": STACK, "inputs": {"secrets": {"a": 1}}}
    run = run_of(before(operation, where, new=new), before("delete", TEAM))
    assert run.organization == {"secrets": {"a": 1}}
