"""Patterns of refs are read as the policy pack and the sandbox read them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from portcullis_policy.semantics.languages.fnmatch import matches as pack_matches
from pydantic import TypeAdapter, ValidationError

from components.base import RefPattern
from components.names.ref_patterns import matches
from tests.support.fnmatch_cases import CASES, NAMES, PATTERNS

_ALLOWED: TypeAdapter[str] = TypeAdapter(RefPattern)


def _is_allowed(pattern: str) -> bool:
    try:
        _ALLOWED.validate_python(pattern)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("pattern", "name", "fits"), [case for case in CASES if _is_allowed(case[0]) and case[1]]
)
def test_patterns_fit_as_ruby_says(pattern: str, name: str, *, fits: bool) -> None:
    """Each pattern that the models allow matches what Ruby's `File.fnmatch` matches."""
    assert matches(pattern, name) is fits


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(PATTERNS, NAMES)
def test_the_policy_pack_reads_patterns_alike(pattern: str, name: str) -> None:
    """The check of the declaration and that of the resources agree (issue 13, section 3)."""
    assume(_is_allowed(pattern) and name)
    assert matches(pattern, name) is pack_matches(pattern, name)
