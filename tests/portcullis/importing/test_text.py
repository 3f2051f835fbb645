"""YAML text: the same bytes for the same data, and the same data for every reader."""

from __future__ import annotations

from typing import Any

import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from components.yaml_text import parse
from portcullis.importing.text import WIDTH, yaml

TEXT = st.text(
    st.characters(blacklist_categories=["Cs"]) | st.sampled_from("\n\t:#-'\"{}[],&*!|>%@`~"),
    max_size=20,
)
WORDS = st.sampled_from(
    [
        *("on", "off", "yes", "No", "null", "~", "1.0", "0x1f", "0o7", "1e3", "1_000", ".inf"),
        *("12:30", "2026-11-30", "<<", "=", "true", "y", "N", "", " ", "a b", "a: b", "a #b"),
        *("é", "\u2028"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT | WORDS
KEYS = TEXT | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(KEYS, inside, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read(data: dict[str, Any]) -> None:
    """Promise: names and values that YAML could misread come back as they were, for 1.1 and 1.2."""
    text = yaml(data)
    assert parse(text).data == data
    assert pyyaml.safe_load(text) == data
    assert yaml(data) == text


def test_long_lists_are_broken() -> None:
    """Promise: people can read and merge the lines; only a single long text makes a long line."""
    data = {"repositories": [f"repository-{number}" for number in range(30)], "few": ["a", "on"]}
    lines = yaml(data).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[-1] == 'few: [a, "on"]'
