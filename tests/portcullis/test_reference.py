"""The reference page has every field that people can write."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from ruamel.yaml import YAML

from components.organization import OrganizationConfig
from portcullis.generate import reference
from portcullis.generate.schema import schema_text

PAGE = reference.reference()


def models() -> dict[str, type[BaseModel]]:
    """All models of the declaration, by their headings."""
    seen: dict[type[BaseModel], None] = {}
    reference._collect(OrganizationConfig, seen)  # noqa: SLF001 - the page's own order
    return {reference.title(model): model for model in seen}


@pytest.mark.parametrize("heading", models())
def test_each_field_has_its_row(heading: str) -> None:
    """Under the name by which it is written, once."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    fields = models()[heading].model_fields.items()
    assert rows == [field.alias or name for name, field in fields]


def test_the_editors_know_no_more_than_the_page() -> None:
    """Each model of the JSON Schema has a section: none is forgotten by the page's own search."""
    names = set(re.findall(r'"#/\$defs/(\w+)"', schema_text()))
    written = {model.__name__ for model in models().values()}
    assert {
        name
        for name in names
        if f'"{name}": {{\n      "additionalProperties": false' in schema_text()
    } <= written


def rows_of_the_page() -> list[list[str]]:
    """The cells of each field: name, type, default, meaning."""
    cells = re.findall(r"^\| (`.*) \|$", PAGE, re.MULTILINE)
    return [re.split(r"(?<!\\) \| ", f"{row} ") for row in cells]


def test_each_field_has_a_meaning() -> None:
    """A reader learns what a field does without knowing GitHub's API."""
    assert [row[0] for row in rows_of_the_page() if not row[3].strip()] == []


def test_each_default_is_written_as_in_yaml() -> None:
    """A default can be copied into an organization's file, and no type is one of Python's."""
    yaml = YAML(typ="safe", pure=True)
    for name, kind, default, _meaning in rows_of_the_page():
        assert not re.search(r"['\"<>{}]", kind), (name, kind)
        if default in {"none", "see its fields", "**required**"}:
            continue
        text = default.removeprefix("`").removesuffix("`")
        assert default == f"`{text}`", name
        assert not re.search(r"\b(?:True|False|None)\b|[\"(]|\{'", text), (name, text)
        yaml.load(text)


def test_links_between_models_lead_somewhere() -> None:
    """A field whose type is another model leads to its section."""
    anchors = {reference.anchor(model) for model in models().values()}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors


class Inner(BaseModel):
    """A part."""

    size: int = 1


class NpmOuterConfig(BaseModel):
    """A whole.

    More about it.
    """

    needed: str
    named: bool = Field(default=True, alias="from", description="a | b\nc")
    part: Inner = Inner()
    other: Inner = Inner(size=2)
    maybe: int | None = None
    few: Annotated[int, Field(ge=0, le=10)] = 2
    which: Literal["x", "y", "z"] = "x"
    many: list[str] = ["*", "y"]
    table: dict[str, Inner] = {}


def test_a_section_gives_type_default_and_meaning() -> None:
    """In words; a field without a default is required; a bar does not break the table."""
    rows: Any = reference._section(NpmOuterConfig).splitlines()  # noqa: SLF001 - one section by itself
    assert rows[0] == "## npm outer"
    assert rows[2] == "A whole."
    assert rows[6:] == [
        "| `needed` | text | **required** |  |",
        "| `from` | `true` or `false` | `true` | a \\| b c |",
        "| `part` | [inner](#inner) | see its fields |  |",
        "| `other` | [inner](#inner) | `{size: 2}` |  |",
        "| `maybe` | number | none |  |",
        "| `few` | number, 0 to 10 | `2` |  |",
        "| `which` | `x`, `y` or `z` | `x` |  |",
        "| `many` | list of text | `['*', y]` |  |",
        "| `table` | mapping of text to [inner](#inner) | none |  |",
    ]
