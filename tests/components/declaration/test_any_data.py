"""Whatever stands in the file: loading answers, and never says a value again."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from components.declaration import DeclarationError
from tests.components.declaration.sound import SOUND, outcome, replaced, written

BYPASS = "  main: {bypass: [{team: devs}], branches: [default], exclude_repositories: [web]}"
REPOSITORY = """\
    environments:
      x:
        reviewers: {teams: [devs], users: [ana]}
        secrets: {B: {from: {env: B}}}
        variables: {A: b}
    secrets: {C: {from: {config: c}, rotate_every: 90d}}
    files: {a.md: {content: a}}
    topics: [a]"""
TOKENS = "tokens: {pypi: {from: {config: p}, name: T}, testpypi: {from: {config: t}}}"
FULL = replaced(
    ("  main: {}", BYPASS),
    ("visible_to: [app]", "visible_to: [app], stores: [actions]"),
    ("    environments: {}", REPOSITORY),
    ("{python: app, ", f"{{python: app, auth: hybrid, {TOKENS}, "),
    ("  web: {}", "  web: {dependabot: {directories: {pip: [/]}}, ecosystems: [pip]}"),
)
DATA: dict[str, Any] = YAML(typ="safe").load(FULL.replace("2027-03-31", "'2027-03-31'"))

CANARIES = (
    "Canary7f3Kq9ZtW2xL8vBn4RmY6c",
    "canarycanarycanarycanary",
    "s3cret: canary*&!",
    71940281365,
)
"""As tokens look: one of no registry's form, one with letters alone, one of characters that most
patterns refuse, and a number.
"""


def all_paths(data: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all values in ``data``."""
    found = [path] if path else []
    children: Any = ()
    if isinstance(data, dict):
        children = data.items()
    elif isinstance(data, list):
        children = enumerate(data)
    for key, value in children:
        found += all_paths(value, (*path, key))
    return found


PATHS = all_paths(DATA)


def planted(path: tuple[str | int, ...], value: object) -> str:
    """The file, with ``value`` at ``path``."""
    data = copy.deepcopy(DATA)
    parent: Any = data
    for part in path[:-1]:
        parent = parent[part]
    parent[path[-1]] = value
    return json.dumps(data, default=str)  # JSON is YAML, too


def said(text: str | bytes) -> str:
    """All that loading says of a file; it may raise nothing but a DeclarationError."""
    with tempfile.TemporaryDirectory() as folder:
        found = outcome(written(Path(folder), text))
    return str(found) if isinstance(found, DeclarationError) else ""


def test_the_full_file_is_sound() -> None:
    """What values are planted into has no mistake of its own, and has places of every kind."""
    assert said(FULL) == ""
    assert len(PATHS) > 90


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_no_message_says_a_value(path: tuple[str | int, ...]) -> None:
    """A token in any place of the file, alone, in a list or in a mapping, is never said again."""
    shaped, letters, odd, number = CANARIES
    for value in (shaped, {"config": letters, "name": number}, [odd, shaped]):
        words = said(planted(path, value))
        assert [canary for canary in CANARIES if str(canary) in words] == [], words
        assert "Traceback" not in words


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.dates()
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
    | st.sampled_from(["app", "devs", "main", "default", "all", "90d", "*", "canary"])
)
NAMES = st.sampled_from(["from", "config", "members", "app", "x", "publish", "python"]) | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(path=st.sampled_from(PATHS), value=VALUES)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_data_in_any_place_is_answered(path: tuple[str | int, ...], value: object) -> None:
    """Random data at a random path is an organization or mistakes with places; never a crash."""
    words = said(planted(path, value))
    assert "Traceback" not in words
    for line in words.splitlines():
        if line.startswith("error"):
            assert line.startswith("error  orgs/acme.yaml:")


@given(text=st.text(max_size=60) | st.binary(max_size=60))
@example("%YAML 1.1\n---\na: on\n")
@example("a: !!timestamp x")
@example("a: !!binary '%'")
@example("a: !!set {b}\n")
@example("? !!set {b}\n: c\n")
@example("a: &a 1\nb: &a 2\n")
@example("a: !unknown s3cret\n")
@example("a: !!int x\n")
@example("a: !!float x\n")
@example("<<: 1\n")
@example("a: 0o9\n")
@example("a: {<<: [1]}\n")
@example('a: "\\ud800"\n')
@settings(max_examples=150, deadline=None)
def test_any_text_is_answered(text: str | bytes) -> None:
    """Bytes of any kind are mistakes with a place, not a crash."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    assert said(data).startswith("error  orgs/acme.yaml:")


@given(st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_a_broken_line_s_text_is_not_said(rest: str) -> None:
    """A secret pasted so that the line is no YAML is not in the message about it."""
    text = SOUND + f"extra: {rest} canarycanarycanary\n"
    assert "canarycanarycanary" not in said(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "start", ["*", "&", "!", "%", "@", "`", "|", ">", "'", '"', "[", "{", "- ", ": ", "\t"]
)
def test_a_secret_that_begins_like_yaml_is_not_said(start: str) -> None:
    """Whatever a password begins with, the message about it does not repeat it."""
    for text in (f"a: {start}s3cretcanary\n", f"a: x\n{start}s3cretcanary: b\n"):
        words = said(text)
        assert "s3cretcanary" not in words.replace(f"{start}s3cretcanary` is not a field", "")
