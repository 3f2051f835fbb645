"""A value is replaced in place: all else of the file stays byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from portcullis.check.edit import edited

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

KEYS = st.from_regex(r"[a-z][a-z_]{0,5}", fullmatch=True).filter(
    lambda word: word not in {"null", "true", "false", "on", "off", "yes", "no", "y", "n"}
)
SCALARS = st.sampled_from(["true", "false", "1", "write", "'all'", '"a # b"', "v[0-9]*", "~"])
COMMENTS = st.sampled_from(["", "  # why", "   # é: {x}"])
BETWEEN = st.sampled_from(["", "", "\n", "# a line: of its own\n", "   # indented\n"])
Path = tuple[str | int, ...]


@st.composite
def documents(draw: DrawFn) -> tuple[str, list[Path]]:
    """A YAML document as people write it, and the paths of its scalars in block style."""
    paths: list[Path] = []
    lines: list[str] = []

    def mapping(indent: str, path: Path, depth: int) -> None:
        for key in draw(st.lists(KEYS, min_size=1, max_size=3, unique=True)):
            lines.append(draw(BETWEEN))
            comment = draw(COMMENTS)
            if depth and draw(st.booleans()):
                lines.append(f"{indent}{key}:{comment}\n")
                mapping(
                    indent + draw(st.sampled_from([" ", "  ", "    "])), (*path, key), depth - 1
                )
            elif draw(st.booleans()):
                lines.append(f"{indent}{key}: {{one: true, two: [1, x]}}{comment}\n")
                paths.extend([(*path, key, "one"), (*path, key, "two", 1)])
            else:
                lines.append(f"{indent}{key}: {draw(SCALARS)}{comment}\n")
                paths.append((*path, key))

    mapping("", (), 2)
    return "".join(lines), paths


def load(text: str) -> Any:  # noqa: ANN401 - YAML is any data
    """The data of a document."""
    return YAML(typ="safe", pure=True).load(text)


def at(data: Any, path: Path) -> Any:  # noqa: ANN401 - YAML is any data
    """What stands at a path."""
    for step in path:
        data = data[step]
    return data


@given(documents(), st.data())
def test_nothing_else_changes(document: tuple[str, list[Path]], data: st.DataObject) -> None:
    """C3: one run of characters is replaced; comments, order, blanks and line ends stay."""
    text, paths = document
    text = data.draw(st.sampled_from([text, text.replace("\n", "\r\n")]))
    path = data.draw(st.sampled_from(paths))
    new = edited(text, {path: "changed"})
    assert at(load(new), path) == "changed"
    before, _, after = new.partition("changed")
    assert text.startswith(before)
    assert text.endswith(after)
    old = text[len(before) : len(text) - len(after)]
    assert "\n" not in old
    assert edited(new, {path: "changed"}) == new


@given(documents())
def test_all_at_once_is_one_by_one(document: tuple[str, list[Path]]) -> None:
    """C3: changes do not disturb each other."""
    text, paths = document
    together = edited(text, dict.fromkeys(paths, False))
    for path in paths:
        text = edited(text, {path: False})
    assert together == text


@given(st.text(), st.lists(st.text(max_size=3) | st.integers(0, 3), min_size=1, max_size=3))
def test_anything_else_is_left_alone(text: str, path: list[str | int]) -> None:
    """C3: never an exception, whatever the file is."""
    changed = edited(text, {tuple(path): True})
    assert changed == text or load(changed) != load(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {weak: true}\nb: *x\n",
        "a: {weak: &x true}\nb: *x\n",
        "base: &x {weak: true}\na: {<<: *x}\n",
        "a: {weak: !!bool true}\n",
        "a: {weak: [true]}\n",
        "a:\n  weak: |\n    true\n",
        "a:\n  weak:\n",
        "a: {}\n",
        "a: {weak: true, weak: true}\n",
    ],
)
def test_what_is_shared_or_no_plain_value_is_left_to_people(text: str) -> None:
    """C3: an anchor, an alias, a merge key, a tag, a block: changing it could change more."""
    assert edited(text, {("a", "weak"): False}) == text
