"""The vocabulary: names as GitHub takes them, and models that take nothing else."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components import base
from components.base import Config

ANY = st.text(max_size=12) | st.text("ab-_.9 /", max_size=12)


def accepts(type_: Any, value: object) -> bool:  # noqa: ANN401 - a type form
    """Whether a type takes a value."""
    try:
        TypeAdapter(type_).validate_python(value)
    except ValidationError:
        return False
    return True


RULES: tuple[tuple[str, Any, str], ...] = (
    ("login", base.Login, r"(?=[^[]{1,39}(?:\[|\Z))[A-Za-z0-9][A-Za-z0-9-]*(_\w+)?(\[bot\])?"),
    ("organization", base.OrganizationLogin, r"[A-Za-z0-9][A-Za-z0-9-]{0,38}"),
    ("team", base.TeamSlug, r"[a-z0-9_-]+"),
    ("repository", base.RepositoryName, r"(?!\.\.?\Z)(?!(?i:.*\.(git|wiki))\Z)[\w.-]{1,100}"),
    ("environment", base.EnvironmentName, r"[^\n\r\x00]{1,255}"),
    ("branch", base.BranchName, r"(?!.*\.\.)[^\s~^:\\-][^\s~^:\\]*"),
    ("ruleset", base.RulesetName, r"[^\n\r\x00]{1,100}"),
    ("secret", base.SecretName, r"(?!(?i:github_))[A-Za-z_]\w*"),
    ("ref pattern", base.RefPattern, r"[^\s~^:\\]+"),
    ("file", base.FilePath, r"(?!/)(?!.*//)(?!.*/\Z)[^\x00\n]+"),
    ("description", base.Description, r"[^\x00\n\r\t]{0,350}"),
    ("short text", base.ShortText, r"[^\x00\n\r\t]{0,255}"),
    ("e-mail", base.EmailAddress, r"[^@\s]+@[^@\s]+"),
)
"""GitHub's rules in words of this test: what every accepted text has to be."""


@pytest.mark.parametrize(
    ("type_", "rule"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES]
)
@given(text=ANY)
def test_an_accepted_name_is_one_for_github(type_: Any, rule: str, text: str) -> None:  # noqa: ANN401 - a type form
    """No text gets through that GitHub would refuse, or that would change a path or a line."""
    if accepts(type_, text):
        assert re.fullmatch(rule, text, re.ASCII | re.DOTALL)


@pytest.mark.parametrize("type_", [rule[1] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_name_ends_where_it_ends(type_: Any) -> None:  # noqa: ANN401 - a type form
    """A line break at the end is not part of any name."""
    assert accepts(type_, "a@b" if type_ is base.EmailAddress else "ab")
    assert not accepts(type_, "a@b\n" if type_ is base.EmailAddress else "ab\n")


@pytest.mark.parametrize(
    "path", ["../x", "a/../b", "a/..", "/etc/passwd", "a/", ".", "..", "./a", "a/./b", ""]
)
def test_a_managed_path_stays_in_the_repository(path: str) -> None:
    """Nothing climbs out, and nothing has two spellings."""
    assert not accepts(base.FilePath, path)


@pytest.mark.parametrize("path", [".github/CODEOWNERS", "a b/c", "..a", "a..b/c"])
def test_dots_in_names_are_fine(path: str) -> None:
    """Only segments that are dots climb."""
    assert accepts(base.FilePath, path)


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "github_x", "1A", "A-B", "", "Ä"])
def test_names_that_github_keeps_are_refused(name: str) -> None:
    """GITHUB_ in any case, a digit first, other characters (S13)."""
    assert not accepts(base.SecretName, name)


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True))
def test_names_of_secrets_are_upper_case(name: str) -> None:
    """GitHub stores them so: another spelling would be a difference at every preview."""
    if not name.upper().startswith("GITHUB_"):
        assert TypeAdapter(base.SecretName).validate_python(name) == name.upper()


@given(st.integers(1, 9999))
def test_days_are_a_length_of_time(days: int) -> None:
    """`90d` is ninety days."""
    assert TypeAdapter(base.Days).validate_python(f"{days}d") == timedelta(days=days)


@given(st.integers() | st.floats() | st.none() | ANY)
def test_nothing_else_is_days(value: object) -> None:
    """A bare number has no unit."""
    assert not accepts(base.Days, value) or re.fullmatch("[1-9][0-9]{0,3}d", str(value))


@given(st.dates(date(1000, 1, 1)))
def test_a_date_is_read_as_it_is_written(day: date) -> None:
    """ISO 8601, as YAML and people write it."""
    assert TypeAdapter(base.Day).validate_python(day.isoformat()) == day


@pytest.mark.parametrize("value", ["2027-02-30", "2027-1-1", "20270101", "2027-W01-1", 0, None, ""])
def test_nothing_else_is_a_date(value: object) -> None:
    """Neither a day that is none, nor another spelling."""
    assert not accepts(base.Day, value)


@given(st.lists(st.sampled_from("abc"), max_size=4))
def test_no_list_has_an_item_twice(items: list[str]) -> None:
    """Whatever the model: the second would be lost, or make a second resource of one name."""

    class Example(Config):
        items: list[str]

    assert accepts(Example, {"items": items}) == (len(set(items)) == len(items))


def test_models_take_nothing_they_do_not_know() -> None:
    """No unknown field, no coercion, no change after the fact, no input in the error's text."""

    class Example(Config):
        number: int = 0
        name: Annotated[str, base.matching("[a-z]+", "allowed: letters")] = "a"

    for value in ({"numbr": 1}, {"number": "1"}, {"number": True}, {"number": 1.0}, {"name": 1}):
        assert not accepts(Example, value)
    with pytest.raises(ValidationError):
        Example().__setattr__("number", 2)
    with pytest.raises(ValidationError) as raised:
        Example.model_validate({"name": "CANARY", "number": "CANARY"})
    assert "CANARY" not in str(raised.value)


def test_a_pattern_reaches_editors() -> None:
    """The JSON Schema has the pattern, anchored, so that editors refuse what the models refuse."""

    class Example(Config):
        name: base.TeamSlug

    pattern = Example.model_json_schema()["properties"]["name"]["pattern"]
    assert re.search(pattern, "devs")
    assert not re.search(pattern, "The Devs")
