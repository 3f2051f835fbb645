"""The reference page has every field that people can write."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import BaseModel, Field

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


def test_links_between_models_lead_somewhere() -> None:
    """A field whose type is another model leads to its section."""
    anchors = {heading.lower().replace(" ", "-") for heading in models()}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors


class Inner(BaseModel):
    """A part."""

    size: int = 1


class Outer(BaseModel):
    """A whole.

    More about it.
    """

    needed: str
    named: bool = Field(default=True, alias="from", description="a | b\nc")
    part: Inner = Inner()
    other: Inner = Inner(size=2)
    maybe: int | None = None
    many: list[str] = ["x", "y"]
    table: dict[str, Inner] = {}


def test_a_section_says_type_default_and_description() -> None:
    """In words; a field without a default is required; a bar does not break the table."""
    rows: Any = reference._section(Outer).splitlines()  # noqa: SLF001 - one section by itself
    assert rows[2] == "A whole."
    assert rows[6:] == [
        "| `needed` | text | **required** |  |",
        "| `from` | true or false | `true` | a \\| b c |",
        "| `part` | [inner](#inner) | its own defaults |  |",
        "| `other` | [inner](#inner) | `{'size': 2}` |  |",
        "| `maybe` | number | none |  |",
        "| `many` | list of text | `[x, y]` |  |",
        "| `table` | mapping of text to [inner](#inner) | none |  |",
    ]
