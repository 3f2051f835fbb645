"""PyPI's tokens: their own restrictions are read, and an account's token is no project's."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.secrets.pypi_token import check
from tests.support.tokens import PYPI, TEST_PYPI, bare, pypi_token

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKER = "canary-of-a-token"
ID = "0b6cd9f2-0000-4000-8000-000000000001"
OTHER_ID = "0b6cd9f2-0000-4000-8000-000000000002"


def scoped(*restrictions: Mapping[str, Any]) -> str:
    """A token with these restrictions, one after the other."""
    token = bare(MARKER)
    for restriction in restrictions:
        token.restrict(**restriction)
    return token.dump()


ALONE = {
    "by name": scoped({"project_names": ["acme-tool"]}),
    "by id": scoped({"project_ids": [ID]}),
    "by both, as PyPI makes them": scoped({"project_names": ["acme-tool"], "project_ids": [ID]}),
    "by name, as PyPI made them once": scoped({"legacy_project_names": ["acme-tool"]}),
    "of several, then one": scoped(
        {"project_names": ["acme-tool", "other"]}, {"project_names": ["acme-tool"]}
    ),
    "and in time": scoped(
        {"project_names": ["acme-tool"], "not_before": 1, "not_after": 4_000_000_000}
    ),
    "and of a user": scoped({"project_names": ["acme-tool"], "user_id": ID}),
}
NOT_ALONE = {
    "all of an account": scoped(),
    "all of an account, as once": scoped({"legacy_noop": True}),
    "all of a user": scoped({"user_id": ID}),
    "all, in time": scoped({"not_before": 1, "not_after": 4_000_000_000}),
    "another project": scoped({"project_names": ["other"]}),
    "another project, as once": scoped({"legacy_project_names": ["other"]}),
    "several projects": scoped({"project_names": ["acme-tool", "other"]}),
    "several projects by id": scoped({"project_ids": [ID, OTHER_ID]}),
    "no project": scoped({"project_names": []}),
    "no project by id": scoped({"project_ids": []}),
    "one, then another": scoped({"project_names": ["acme-tool"]}, {"project_names": ["other"]}),
}


@pytest.mark.parametrize("kind", ALONE)
@pytest.mark.parametrize("project", ["acme-tool", "Acme.Tool", "acme__tool"])
def test_a_token_of_the_project_alone_is_taken(kind: str, project: str) -> None:
    """However it is restricted, and however the project's name is spelt (R7)."""
    assert check(ALONE[kind], project, PYPI) is None


@pytest.mark.parametrize("kind", NOT_ALONE)
def test_a_token_of_more_or_of_another_is_refused(kind: str) -> None:
    """Anyone who stole it could publish something else (R7)."""
    words = check(NOT_ALONE[kind], "acme-tool", PYPI)
    assert words
    assert MARKER not in words
    assert ("all projects of its account" in words) == kind.startswith("all")


@pytest.mark.parametrize("kind", NOT_ALONE)
def test_without_a_project_any_token_of_the_registry_is_taken(kind: str) -> None:
    """Who does not ask for a scope gets none checked."""
    assert check(NOT_ALONE[kind], None, PYPI) is None


def test_a_token_of_the_other_registry_is_refused() -> None:
    """TestPyPI's tokens are as long, and useless at PyPI."""
    assert check(pypi_token("a", domain=TEST_PYPI), "a", TEST_PYPI) is None
    assert check(pypi_token("a", domain=TEST_PYPI), "a", PYPI) == "the token is not one of pypi.org"
    assert check(pypi_token("a"), "a", TEST_PYPI) == "the token is not one of test.pypi.org"


TOKEN = pypi_token("acme-tool", MARKER)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "pypi-",
        "acme-" + TOKEN.removeprefix("pypi-"),
        TOKEN.removeprefix("pypi-"),
        TOKEN + "\n",
        " " + TOKEN,
        f'"{TOKEN}"',
        TOKEN[:20] + "\n" + TOKEN[20:],
        TOKEN[:-20],
        TOKEN.upper(),
        TOKEN + "%",
        TOKEN + "é",
    ],
)
def test_what_is_no_token_is_refused(value: str) -> None:
    """Cut off, in quotes, with a line break: PyPI would refuse it at the release (R7)."""
    words = check(value, "acme-tool", PYPI)
    assert words is not None
    assert words.startswith("the value is no PyPI API token")
    assert MARKER not in words


@given(value=st.text(max_size=80) | st.text(max_size=80).map("pypi-".__add__))
@example("pypi-AgEIcHlwaS5vcmc")
def test_any_text_is_answered(value: str) -> None:
    """Never an exception, and never a word of it."""
    words = check(value, "acme-tool", PYPI)
    assert (
        words == "the value is no PyPI API token: one is pypi- and letters, digits, - and _ alone"
    )


WHOLE = base64.urlsafe_b64decode(TOKEN.removeprefix("pypi-") + "==")


@given(
    at=st.integers(0, len(WHOLE) - 1),
    length=st.integers(0, 12),
    instead=st.binary(max_size=12),
)
@example(1, 1, b"\x09")
def test_any_damage_is_answered(at: int, length: int, instead: bytes) -> None:
    """A token whose bytes were changed is one or is none; never an exception."""
    damaged = WHOLE[:at] + instead + WHOLE[at + length :]
    value = "pypi-" + base64.urlsafe_b64encode(damaged).decode().rstrip("=")
    words = check(value, "acme-tool", PYPI)
    assert words is None or MARKER not in words


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["acme-tool", "version", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["version", "permissions", "projects"]), inner)
    ),
    max_leaves=6,
)


@given(caveat=JSON)
def test_a_restriction_that_is_not_known_is_no_token(caveat: object) -> None:
    """What PyPI may invent is not taken for a scope."""
    token = bare(MARKER)
    token._macaroon.add_first_party_caveat(json.dumps(caveat))  # noqa: SLF001 - no public way
    if check(token.dump(), "acme-tool", PYPI) is None:
        assert "acme-tool" in str(caveat) or (isinstance(caveat, list) and caveat[0] == 2)
