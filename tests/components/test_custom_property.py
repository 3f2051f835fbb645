"""Custom properties: declared for the organization, then set on repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.custom_property import CustomPropertyConfig
from tests.components.building import declare
from tests.components.declaration.sound import mistakes, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

TIER = {"allowed": ["one", "two"], "default": "one", "description": "How much it matters"}


def property_(**fields: Any) -> CustomPropertyConfig:  # noqa: ANN401 - as YAML has it
    """A property."""
    return CustomPropertyConfig.model_validate(fields)


def test_a_property_is_declared_for_the_organization() -> None:
    """With its values; only owners set them, so nobody lets a repository in by a property."""
    recording = declare(("properties.tier", TIER))
    assert recording.one("OrganizationCustomProperties", "tier").inputs == {
        "propertyName": "tier",
        "valueType": "single_select",
        "description": "How much it matters",
        "allowedValues": ["one", "two"],
        "defaultValue": "one",
        "required": True,
        "valuesEditableBy": "org_actors",
    }


def test_a_property_without_a_default_is_not_required() -> None:
    """GitHub wants a default of a required one."""
    inputs = (
        declare(("properties.note", {"type": "string"}))
        .one("OrganizationCustomProperties", "note")
        .inputs
    )
    assert inputs["required"] is False
    assert not {"defaultValue", "allowedValues", "description"} & set(inputs)


@pytest.mark.parametrize(
    ("type_", "written_value", "values"),
    [
        ({"type": "string"}, "any text", ["any text"]),
        ({"allowed": ["x", "y"]}, "x", ["x"]),
        ({"type": "multi_select", "allowed": ["x", "y"]}, ["x", "y"], ["x", "y"]),
        ({"type": "true_false"}, "true", ["true"]),
    ],
)
def test_a_value_is_set_on_the_repository(
    type_: dict[str, Any], written_value: object, values: list[str]
) -> None:
    """By its type, as GitHub has it: a list always."""
    recording = declare(
        ("properties.p", type_), ("repositories.lib.properties", {"p": written_value})
    )
    inputs = recording.one("RepositoryCustomProperty", "lib/p").inputs
    assert inputs["propertyValues"] == values
    assert inputs["propertyType"] == type_.get("type", "single_select")
    assert (inputs["propertyName"], inputs["repository"]) == ("p", "lib")
    assert recording.names("RepositoryCustomProperty") == ["lib/p"]


def test_values_wait_for_their_property() -> None:
    """GitHub takes values of known properties only, and a property goes after its values."""
    recording = declare(("properties.tier", TIER), ("repositories.lib.properties", {"tier": "two"}))
    value = recording.one("RepositoryCustomProperty", "lib/tier")
    assert value.parent == "component Repository lib"
    repository = recording.one("component Repository", "lib")
    assert "OrganizationCustomProperties tier" in repository.depends_on


def test_an_archived_repository_s_values_are_left_alone() -> None:
    """GitHub lets nobody change anything of it."""
    recording = declare(
        ("properties.tier", TIER),
        ("repositories.lib", {"archived": True, "properties": {"tier": "two"}}),
    )
    assert recording.names("RepositoryCustomProperty") == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"type": "multi_select"},
        {"type": "string", "allowed": ["a"]},
        {"type": "true_false", "allowed": ["true"]},
        {"allowed": ["a"], "default": "b"},
        {"type": "true_false", "default": "yes"},
        {"allowed": ["a", "a"]},
        {"allowed": ['"a"']},
        {"allowed": ["a\nb"]},
        {"allowed": ["x" * 76]},
        {"allowed": [str(number) for number in range(201)]},
        {"type": "url"},
    ],
)
def test_a_property_that_cannot_be_is_refused(fields: dict[str, Any]) -> None:
    """As GitHub would, before anything is changed."""
    with pytest.raises(ValidationError):
        property_(**fields)


WORDS = st.lists(st.sampled_from(["a", "b", "c", "true", "false"]), max_size=3, unique=True)


@given(values=WORDS, allowed=WORDS.filter(bool))
def test_what_a_property_takes(values: list[str], allowed: list[str]) -> None:
    """One of the values, several of them, any text, or one of two words."""
    many = property_(type="multi_select", allowed=allowed)
    assert many.takes(values) == (set(values) <= set(allowed))
    single = property_(allowed=allowed)
    assert single.takes(values) == (many.takes(values) and len(values) < 2)
    assert property_(type="string").takes(values) == (len(values) < 2)
    two = property_(type="true_false")
    assert two.takes(values) == (len(values) < 2 and set(values) <= {"true", "false"})


DECLARED = (
    "variables:",
    (
        "properties:\n  tier: {allowed: [one, two], default: one}\n"
        "  note: {type: string}\n  live: {type: true_false}\n"
        "  area: {type: multi_select, allowed: [web, ml]}\nvariables:"
    ),
)


@pytest.mark.parametrize(
    ("values", "what", "allowed"),
    [
        ("{»tier: three}", "`tier` does not take this value", "one, two"),
        ("{»tier: [one, two]}", "`tier` does not take this value", "one, two"),
        ("{»live: maybe}", "`live` does not take this value", "false, true"),
        ("{»note: [a, b]}", "`note` does not take this value", "one text"),
        ("{»area: [web, other]}", "`area` does not take this value", "ml, web"),
        ("{»teir: one}", "did you mean `tier`?", "area, live, note, tier"),
        ("{»qqqqqq: one}", "there is no such property in this organization", "area, live"),
    ],
)
def test_a_value_that_is_not_taken_is_reported_with_its_place(
    values: str, what: str, allowed: str, tmp_path: Path
) -> None:
    """Where, what, what is allowed; the value is not quoted."""
    text, marked = places(replaced(DECLARED, ("  web: {}", f"  web: {{properties: {values}}}")))
    (found,) = mistakes(written(tmp_path, text))
    assert [str(found.place)] == marked
    assert what in found.what
    assert allowed in found.allowed
    assert "three" not in str(found)


@pytest.mark.parametrize("section", ["secrets", "variables"])
@pytest.mark.parametrize(
    ("selection", "what"),
    [
        ("{properties: {»tier: [three]}}", "`tier` does not take this value"),
        ("{properties: {»teir: [one]}}", "did you mean `tier`?"),
        ("{properties: {tier: [one], »live: [x]}}", "`live` does not take this value"),
    ],
)
def test_a_selection_by_what_cannot_be_is_reported(
    section: str, selection: str, what: str, tmp_path: Path
) -> None:
    """A secret for values that nobody has would be seen by nobody, silently."""
    old = "visible_to: [app]" if section == "secrets" else "visible_to: all"
    text, marked = places(replaced(DECLARED, (old, f"visible_to: {selection}")))
    (found,) = mistakes(written(tmp_path, text))
    assert [str(found.place)] == marked
    assert what in found.what


def test_a_selection_of_no_repository_is_reported(tmp_path: Path) -> None:
    """The values are right, and none has them: with the default, all have the first."""
    text, marked = places(
        replaced(DECLARED, ("visible_to: [app]", "»visible_to: {properties: {tier: [two]}}"))
    )
    (found,) = mistakes(written(tmp_path, text))
    assert [str(found.place)] == marked
    assert "no repository of this organization has these properties" in found.what
    fine = replaced(DECLARED, ("visible_to: [app]", "visible_to: {properties: {tier: [one]}}"))
    assert mistakes(written(tmp_path, fine)) == []
