"""The note of an update without checkpoints: what is in it, and what it leads to after a kill."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from portcullis.pulumi_runs import unfinished
from portcullis.pulumi_runs.events import UNFINISHED, Planned
from tests.portcullis.engine_events import PREFIX, STACK, before, run_of, urn

PROVIDER = f"{PREFIX}pulumi:providers:github::github"
COMPONENT = f"{PREFIX}portcullis:index:Repository::app"
CANARY = "canary-value"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def create(kind: str, name: str, **inputs: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The event of a creation."""
    where = urn(kind, name)
    new = {
        "urn": where,
        "type": where.split("::")[2].rsplit("$", 1)[-1],
        "id": "",
        "custom": True,
        "parent": COMPONENT,
        "provider": f"{PROVIDER}::id",
        "inputs": inputs,
        "outputs": {},
    }
    return before("create", where, new=new)


def resource(kind: str, name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A resource of the state."""
    where = urn(kind, name)
    return {
        "urn": where,
        "type": where.split("::")[2].rsplit("$", 1)[-1],
        "custom": True,
        "parent": COMPONENT,
        "provider": f"{PROVIDER}::id",
        **more,
    }


def state(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """An exported state."""
    return {"version": 3, "deployment": {"resources": list(resources), **more}}


def test_a_note_has_the_plan_and_no_value_of_a_secret() -> None:
    """Creations with what it takes to find them, and the URNs of what is changed or deleted."""
    planned = run_of(
        create("ActionsSecret", "app/TOKEN", repository="app", secretName="TOKEN", value=CANARY),
        create("TeamRepository", "app/red", repository="app", teamId=UNKNOWN),
        create("RepositoryFile", "app/x", repository="app", content=CANARY, file="x"),
        before("same", urn("Team", "kept")),
        before("update", urn("Team", "red")),
        before("delete", urn("Team", "old")),
        before("update", urn("portcullis:index:Team", "red")),
    )
    stored = state(
        *(resource("Team", name) for name in ("kept", "red", "old")),
        resource("portcullis:index:Team", "red", custom=False),
    )
    noted = unfinished.noted(stored, unfinished.planned_by(planned, stored))
    assert CANARY not in json.dumps(noted)
    left = unfinished.left_in(noted)
    assert left is not None
    assert {urn: dict(each.inputs) for urn, each in left.created.items()} == {
        urn("ActionsSecret", "app/TOKEN"): {"repository": "app", "secretName": "TOKEN"},
        urn("TeamRepository", "app/red"): {"repository": "app"},
        urn("RepositoryFile", "app/x"): {"repository": "app"},
    }
    assert left.touched == (urn("Team", "red"), urn("Team", "old"))
    assert unfinished.without_note(noted) == stored


def test_a_replacement_may_have_ended_at_either_half() -> None:
    """The old resource is read again, and the new one is looked up where the old one is gone."""
    name = urn("ActionsVariable", "app/X")
    planned = run_of(
        before("create-replacement", name, new={**_state_of(name), "inputs": {"repository": "b"}}),
        before("replace", name),
    )
    stored = state(resource("ActionsVariable", "app/X", inputs={"variableName": "X"}))
    left = unfinished.planned_by(planned, stored)
    assert left.touched == (name,)
    assert left.created[name].provider == PROVIDER
    assert unfinished.to_look_up(left, stored) == {}
    assert set(unfinished.to_look_up(left, state())) == {name}


def _state_of(where: str) -> dict[str, Any]:
    kind = where.split("::")[2].rsplit("$", 1)[-1]
    return {"urn": where, "type": kind, "id": "", "parent": "", "provider": "", "outputs": {}}


def test_begun_creations_of_the_engine_are_left_too() -> None:
    """Plain `pulumi up` keeps checkpoints; an interrupted update or deletion is done again."""
    begun = resource("Team", "red", inputs={"name": "red", "privacy": "closed"})
    operations = [
        {"type": "creating", "resource": begun},
        {"type": "updating", "resource": resource("Team", "blue")},
    ]
    stored = state(pending_operations=operations)
    left = unfinished.left_in(stored)
    assert left is not None
    expected = Planned(begun["urn"], begun["type"], COMPONENT, PROVIDER, {"name": "red"})
    assert left == unfinished.Unfinished({begun["urn"]: expected}, first=True)
    noted = unfinished.noted(stored, left)
    assert "pending_operations" not in noted["deployment"]
    assert unfinished.left_in(noted) == left


@pytest.mark.parametrize("stored", [{}, {"deployment": None}, {"deployment": {}}, state()])
def test_a_run_that_ended_leaves_nothing(stored: dict[str, Any]) -> None:
    """Such as the state of a stack that was never updated."""
    assert unfinished.left_in(stored) is None
    assert not unfinished.is_noted(stored)


@pytest.mark.parametrize("outputs", [{}, None, {"release_paths": {}}])
def test_a_first_update_is_known_until_one_ends(outputs: dict[str, Any] | None) -> None:
    """A stack has outputs once an update ended; those of a recovery's own runs are taken away."""
    stored = state({"urn": STACK, "type": "pulumi:pulumi:Stack", "outputs": outputs})
    left = unfinished.planned_by(run_of(create("Team", "red")), stored)
    assert left.first == (not outputs)
    noted = unfinished.noted(stored, left)
    assert unfinished.left_in(noted) == left
    assert not unfinished.has_ended(unfinished.as_never_ended(stored))


def test_the_note_is_no_change() -> None:
    """Neither a preview nor an update counts it, whose last step is to remove it."""
    run = run_of(before("delete", unfinished.note_urn(STACK)))
    assert not run.has_to_be_carried_out
    assert run.resources == {}


def test_what_a_preview_did_not_know_comes_from_the_state() -> None:
    """Ids of teams and repositories; what lies in a repository that is not there is not either."""
    planned = {
        each.urn: each
        for each in (
            _planned("TeamRepository", "app/red", repository="app"),
            _planned("TeamMembers", "red"),
            _planned("BranchProtection", "app/main", pattern="main"),
            _planned("TeamRepository", "gone/red", repository="gone"),
            _planned("TeamRepository", "app/none", repository="app"),
        )
    }
    stored = state(
        resource("Team", "red", id="7", outputs={"slug": "red-1"}),
        resource("Repository", "app", outputs={"nodeId": "R_1"}),
    )
    found = unfinished.within_reach(planned, stored, {"gone"})
    assert {name.rpartition("::")[2]: dict(each.inputs) for name, each in found.items()} == {
        "app/red": {"repository": "app", "teamId": "7"},
        "red": {"teamSlug": "red-1"},
        "app/main": {"pattern": "main", "repositoryId": "R_1"},
        "app/none": {"repository": "app", "teamId": ""},
    }


def _planned(kind: str, name: str, **inputs: str) -> Planned:
    each = resource(kind, name)
    return Planned(each["urn"], each["type"], COMPONENT, PROVIDER, inputs)


def test_components_that_are_not_declared_any_more_come_back() -> None:
    """Parents first, and none twice; the provider is made by the program alone."""
    outer = f"{PREFIX}portcullis:index:Repository::app"
    inner = f"{PREFIX}portcullis:index:Repository$portcullis:index:Environment::app/prod"
    root = "urn:pulumi:test::portcullis::portcullis:index:Organization::acme"
    created = {
        each.urn: each
        for each in (
            Planned(inner, "portcullis:index:Environment", outer, "", {}),
            Planned(outer, "portcullis:index:Repository", root, "", {}),
            Planned(root, "portcullis:index:Organization", STACK, "", {}),
            Planned(PROVIDER, "pulumi:providers:github", root, "", {}),
            Planned(STACK, "pulumi:pulumi:Stack", "", "", {}),
            _planned("Team", "red"),
        )
    }
    stored = state({"urn": root, "type": "portcullis:index:Organization"})
    around = unfinished.with_components(stored, created)["deployment"]["resources"]
    assert [each["urn"] for each in around] == [root, outer, inner]
    left = unfinished.Unfinished(created)
    team = urn("Team", "red")
    assert unfinished.providers_to_make(left, [team], stored) == {PROVIDER}
    assert unfinished.providers_to_make(left, [team], state()) == {PROVIDER, root, STACK}
    stored["deployment"]["resources"].append({"urn": PROVIDER, "type": "pulumi:providers:github"})
    assert unfinished.providers_to_make(left, [team], stored) == set()


@pytest.mark.parametrize(
    ("backend", "given", "expected"),
    [
        ("file:///state", {}, unfinished.WITHOUT_CHECKPOINTS),
        ("s3://bucket", {}, unfinished.WITHOUT_CHECKPOINTS),
        ("file:///state", {unfinished.CHECKPOINTS: "true"}, {}),
        ("https://app.pulumi.com/me", {}, {}),
        ("", {}, {}),
        (None, {}, {}),
    ],
)
def test_where_checkpoints_are_left_out(
    backend: str | None, given: dict[str, str], expected: dict[str, str]
) -> None:
    """In a state of one's own, unless the user wants them; never on Pulumi Cloud."""
    workspace = SimpleNamespace(who_am_i=lambda: SimpleNamespace(url=backend))
    stack: Any = SimpleNamespace(workspace=workspace)
    assert unfinished.variables(stack, given) == expected


def test_only_large_updates_of_github_go_without_checkpoints() -> None:
    """What was made at AWS could not be found again after a kill."""
    many = [create("Team", str(number)) for number in range(unfinished.FEW + 1)]
    assert unfinished.is_large(run_of(*many))
    assert not unfinished.is_large(run_of(*many[1:]))
    role = before("create", f"{PREFIX}aws:iam/role:Role::x")
    assert not unfinished.is_large(run_of(*many, role))
    kept = before("same", f"{PREFIX}aws:iam/role:Role::x")
    assert unfinished.is_large(run_of(*many, kept))


def test_the_note_is_of_a_type_that_no_program_declares() -> None:
    """So that the engine removes it with the write that stores an update's result."""
    noted = unfinished.noted(state(), unfinished.Unfinished({}, (urn("Team", "red"),)))
    note = noted["deployment"]["resources"][0]
    assert (note["type"], note["custom"]) == (UNFINISHED, False)
    assert note["urn"] == unfinished.note_urn(STACK)
