"""`visible_to`: names, patterns, custom properties, or GitHub's two words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components.organization import OrganizationConfig, reached, selected
from components.visibility import VisibleTo
from tests.components.building import data, declare
from tests.support.recording import number_of

ADAPTER: TypeAdapter[VisibleTo] = TypeAdapter(VisibleTo)
PROPERTIES = {
    "tier": {"allowed": ["one", "two", "three"], "default": "one"},
    "area": {"type": "multi_select", "allowed": ["web", "ml"]},
    "note": {"type": "string"},
}
REPOSITORIES: dict[str, dict[str, Any]] = {
    "web-a": {"visibility": "public", "properties": {"tier": "two", "area": ["web", "ml"]}},
    "web-b": {"visibility": "internal", "properties": {"area": ["web"], "note": "old"}},
    "lib": {"properties": {"tier": "three"}},
    "Lib2": {"archived": True},
}


def organization() -> OrganizationConfig:
    """Repositories of all kinds."""
    return OrganizationConfig.model_validate(
        {
            "organization": "acme",
            "plan": "enterprise",
            "settings": {"display_name": "Acme", "billing_email": "b@acme.example"},
            "properties": PROPERTIES,
            "repositories": REPOSITORIES,
        }
    )


def by(**properties: list[str]) -> dict[str, Any]:
    """A selection by properties."""
    return {"properties": properties}


@pytest.mark.parametrize(
    ("visible_to", "names"),
    [
        ([], []),
        (["lib"], ["lib"]),
        (["lib", "web-a"], ["web-a", "lib"]),
        (["web-*"], ["web-a", "web-b"]),
        (["web-[!a]"], ["web-b"]),
        (["lib*"], ["lib"]),  # GitHub's names keep their case
        (["*"], list(REPOSITORIES)),
        (["web-*", "web-a"], ["web-a", "web-b"]),
        (by(tier=["one"]), ["web-b", "Lib2"]),  # the default counts
        (by(tier=["two", "three"]), ["web-a", "lib"]),
        (by(area=["ml"]), ["web-a"]),
        (by(area=["web"], tier=["one"]), ["web-b"]),
        (by(area=["ml"], tier=["one"]), []),
        (by(note=["old"]), ["web-b"]),
        (by(note=["new"]), []),
    ],
)
def test_the_repositories_that_are_meant(visible_to: object, names: list[str]) -> None:
    """One of the patterns, or all of the properties; in the order of the file (S1)."""
    chosen = ADAPTER.validate_python(visible_to)
    assert selected(chosen, organization()) == names
    assert reached(chosen, organization()) == names


@pytest.mark.parametrize(
    ("word", "names"),
    [("all", list(REPOSITORIES)), ("private", ["web-b", "lib", "Lib2"])],
)
def test_the_words_are_github_s(word: str, names: list[str]) -> None:
    """GitHub gets the word; people read an explanation: `private` has internal ones too."""
    chosen = ADAPTER.validate_python(word)
    assert selected(chosen, organization()) == word
    assert reached(chosen, organization()) == names


WORDS = st.sampled_from(["one", "two", "three", "web", "ml", "old"])
VALUES = st.lists(WORDS, min_size=1, unique=True)
SELECTION = st.dictionaries(st.sampled_from(["tier", "area", "note"]), VALUES, min_size=1).map(
    lambda properties: {"properties": properties}
)
ANY_CHOICE = (
    st.sampled_from(["all", "private"])
    | st.lists(st.text("weblia-*?[]!2L", min_size=1, max_size=6), max_size=3, unique=True)
    | SELECTION
)


@given(ANY_CHOICE)
def test_whoever_sees_it_is_declared(visible_to: object) -> None:
    """Whatever is written: declared repositories, each once, in the order of the file."""
    chosen = ADAPTER.validate_python(visible_to)
    names = reached(chosen, organization())
    assert names == [name for name in REPOSITORIES if name in names]
    as_chosen = selected(chosen, organization())
    assert as_chosen == names or as_chosen in ("all", "private")


@given(SELECTION, st.sampled_from(["tier", "area"]))
def test_a_further_property_makes_it_fewer(visible_to: dict[str, Any], property_: str) -> None:
    """Every property that is named has to fit."""
    more = {"properties": {**visible_to["properties"], property_: ["one", "web"]}}
    if property_ not in visible_to["properties"]:
        before = reached(ADAPTER.validate_python(visible_to), organization())
        assert set(reached(ADAPTER.validate_python(more), organization())) <= set(before)


@pytest.mark.parametrize(
    "value",
    [
        *("public", "selected", "", None, 1, True),
        *(["not a name"], [1], ["a", "a"], {}, {"properties": {}}, {"properties": {"tier": []}}),
        *({"properties": {"a b": ["x"]}}, {"properties": {"tier": "one"}}, {"names": ["a"]}),
    ],
)
def test_nothing_else_is_taken(value: object) -> None:
    """No third word, and no selection of nothing."""
    with pytest.raises(ValidationError):
        OrganizationConfig.model_validate(data(("variables.LEVEL.visible_to", value)))


def test_a_selection_goes_to_github_as_numbers() -> None:
    """GitHub knows neither our patterns nor, for secrets, properties."""
    recording = declare(
        ("properties.tier", PROPERTIES["tier"]),
        ("repositories.lib.properties", {"tier": "two"}),
        ("secrets.TOKEN.visible_to", {"properties": {"tier": ["two"]}}),
        ("variables.LEVEL.visible_to", ["a*"]),
    )
    for type_, name, repository in (
        ("ActionsOrganizationSecret", "actions/TOKEN", "lib"),
        ("ActionsOrganizationVariable", "LEVEL", "app"),
    ):
        inputs = recording.one(type_, name).inputs
        assert inputs["visibility"] == "selected"
        number = number_of("github:index/repository:Repository", repository)
        assert inputs["selectedRepositoryIds"] == [number]
