"""Names and patterns are read as GitHub reads them."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portcullis_policy.semantics.languages.automata import automaton
from portcullis_policy.semantics.languages.fnmatch import matches
from portcullis_policy.semantics.languages.refs import name_not_version, not_version, tag_regions
from portcullis_policy.semantics.languages.regular_expressions import regular_expression
from portcullis_policy.semantics.patterns import only_name
from portcullis_policy.settings import Settings

from tests.support.fnmatch_cases import CASES

SETTINGS = Settings({}, lambda: dt.date(2026, 1, 1), frozenset())
PARTS = st.sampled_from(
    [*"v1.-^$|()?+*", r"\d", r"\.", r"\w", "[1-9]", "[^.]", "(?:1|2)", "{2}", "{1,}", "a{0,2}"]
)
PIECES = st.sampled_from([*"ab1v./-*?[]^!{}\\", "**/", "[0-9]", "[a-", "refs/heads/"])


@pytest.mark.parametrize(("pattern", "name", "expected"), CASES)
def test_globs(pattern: str, name: str, *, expected: bool) -> None:
    """C3: as Ruby's fnmatch with FNM_PATHNAME, in all that Ruby documents and beyond."""
    assert matches(pattern, name) is expected


@pytest.mark.parametrize(("pattern", "name"), [("*", ".github"), ("a/*", "a/.b"), ("**/b", ".a/b")])
def test_a_leading_period_where_wildcards_may_match_it(pattern: str, name: str) -> None:
    """C3: what may be excluded counts as excluded."""
    assert matches(pattern, name, dots=True)


@given(st.lists(PIECES, max_size=8).map("".join), st.lists(PIECES, max_size=8).map("".join))
def test_any_pattern_is_answered(pattern: str, name: str) -> None:
    """C3: no pattern crashes; one without special characters matches itself."""
    matches(pattern, name)
    not_version(pattern)
    tag_regions(pattern, ())
    if only_name(pattern) is not None:
        assert matches(pattern, pattern)


@pytest.mark.parametrize(
    ("pattern", "strict"),
    [
        (r"^v[0-9]+\.[0-9]+\.[0-9]+$", True),
        (r"^v\d+\.\d+\.\d+(-rc\d+)?$", True),
        (r"v[0-9]+", False),
        (r"^v", False),
        (r"(", False),
        (r"^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[\w.-]+)?$", True),
        (r"^(?P<major>\d{1,4})\.\d{2}(\.\d+)?$", True),
        (r"^\d{4}-\d{2}-\d{2}$", True),
        (r"^v\d+$", False),
        (r"^v\d+\.\d+\.\d+$|^nightly$", False),
        (r"^v\d+\.\d+$|^release-\d+\.\d+$", True),
        (r"^v\d+(\.\d+)*$", False),
        (r"^v\d+(\.\d+)+$", True),
        (r"^v[^-]*$", False),
        (r"\bv1\.2\b", False),
        (r"^(?i)v\d+\.\d+$", False),
        ("^" + "(a" * 200, False),
        (r"^v(\d{1,40}){1,40}\.\d{40}$", False),
    ],
)
def test_tag_expressions(pattern: str, *, strict: bool) -> None:
    """A1, C3: all names that an expression admits are versions, or one is shown that is none."""
    assert (name_not_version("regex", pattern, negated=False) == ()) is strict


@given(st.lists(PARTS, max_size=6).map("".join), st.text("v12a.-", max_size=6))
def test_expressions_admit_what_python_finds(pattern: str, name: str) -> None:
    """C3: what is read agrees with Python's own expressions, name by name."""
    expression = regular_expression(pattern)
    if expression is None:
        return
    try:
        expected = re.search(pattern, name, re.ASCII) is not None
    except re.error:
        return
    assert automaton(expression).accepts(name) is expected


@pytest.mark.parametrize(
    ("name", "release", "trial"),
    [
        ("pypi-release", True, False),
        ("testpypi", True, True),
        ("test-pypi", True, True),
        ("npm-release", True, False),
        ("Production", True, False),
        ("release-approval", True, False),
        ("prod-test", True, False),
        ("latest-npm", True, False),
        ("staging-deploy", True, True),
        ("github-pages", False, False),
        ("ci", False, False),
        ("delivery-notes", False, False),
    ],
)
def test_names_of_environments(name: str, *, release: bool, trial: bool) -> None:
    """C3: what counts as a release environment when nothing is configured, and what as a trial."""
    assert SETTINGS.is_release_environment(name) is release
    assert SETTINGS.is_release_environment(name) is False or (
        SETTINGS.is_test_environment(name) is trial
    )


@pytest.mark.parametrize(
    ("name", "publishes"),
    [
        ("PYPI_API_TOKEN", True),
        ("TEST_PYPI_API_TOKEN", True),
        ("NPM_TOKEN", True),
        ("npm_auth_token", True),
        ("TWINE_PASSWORD", True),
        ("NODE_AUTH_TOKEN", True),
        ("NPMTOKEN", True),
        ("NPM_AUTHTOKEN", True),
        ("NPM_CONFIG__AUTH", True),
        ("PYPI_TOKEN", True),
        ("PYPI_API_TOKEN_2", True),
        ("PYPI_TOKEN2", True),
        ("PYPI_TOKEN_PROD", True),
        ("TESTPYPI_PASSWORD", True),
        ("UV_PUBLISH_TOKEN", True),
        ("POETRY_PYPI_TOKEN_PYPI", True),
        ("POETRY_HTTP_BASIC_PYPI_PASSWORD", True),
        ("CARGO_REGISTRY_TOKEN", True),
        ("GEM_HOST_API_KEY", True),
        ("NUGET_APIKEY", True),
        ("HEX_API_KEY", True),
        ("HATCH_INDEX_AUTH", True),
        ("DOCKERHUB_TOKEN", True),
        ("UPLOAD_TOKEN", False),
        ("HEXAGON_TOKEN", False),
        ("PYPI_TOKEN_URL", False),
        ("PUBLISH_AUTHOR", False),
        ("NPM_READ", False),
        ("CODECOV_TOKEN", False),
        ("RELEASE_NOTES_URL", False),
        ("AWS_ACCESS_KEY_ID", False),
    ],
)
def test_names_of_publishing_secrets(name: str, *, publishes: bool) -> None:
    """E3, A5: tokens that publish are known by name."""
    assert SETTINGS.can_publish(name) is publishes
