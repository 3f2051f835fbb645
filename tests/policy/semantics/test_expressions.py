"""Expressions of workflow files are read once, for the pack and for `portcullis secrets`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portcullis_policy.semantics.publishing.jobs import secrets_named, uses_any_secret
from portcullis_policy.semantics.workflow_files.expression_values import values
from portcullis_policy.semantics.workflow_files.expressions import (
    in_braces,
    mentions,
    without_expressions,
)

PIECES = st.sampled_from(
    ["${{", "}}", "'", "secrets", ".", "A", "[", "]", "(", ")", " ", "*", "\n"]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ${{ x }} b ${{y}}", [" x ", "y"]),
        ("${{ '}}' }} z", [" '}}' "]),
        ("${{ 'it''s }}' }}", [" 'it''s }}' "]),
        ("${{ a\n && b }}", [" a\n && b "]),
        ("${{ a } }}", [" a } "]),
        ("${{ never ends", []),
        ("${{ 'never ends }}", []),
        ("no expression }}", []),
    ],
)
def test_where_an_expression_ends(text: str, expected: list[str]) -> None:
    """C3: at the first closing braces outside of a text."""
    assert list(in_braces(text)) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("GitHub.Event.Issue.Title", {"github.event.issue.title"}),
        ("github['event'] [ 'issue' ].title", {"github.event.issue.title"}),
        ("github . event . issue", {"github.event.issue"}),
        ("github.event.commits[0].message", {"github.event.commits.*.message"}),
        ("github.event.commits[*].message", {"github.event.commits.*.message"}),
        ("format('github.event.issue.title', 1)", set()),
        ("format('{0}', a.b)", {"a.b"}),
        ("toJSON( github )", {"github"}),
        ("a == 'b' || c", {"c"}),
        ("a != null", set()),
        ("!a", set()),
        ("a && 'x' || 'y'", set()),
        ("a && b", {"b"}),
        ("(a || b) && (c || 'x')", {"c"}),
        ("contains(a, 'x') && 'y' || b", {"b"}),
        ("contains(a.*.name, 'x')", set()),
        ("fromJSON(a).b[c == d].e", {"a.b.*.e"}),
        ("a <", {"a"}),
        ("a ? b", {"a", "b"}),
        ("a b", {"a", "b"}),
        ("(" * 200 + "a" + ")" * 200, {"a"}),
        ("true", set()),
        ("-1.5", set()),
    ],
)
def test_values_of_an_expression(expression: str, expected: set[str]) -> None:
    """C3: a comparison is no text, `&&` and `||` choose, and spelling decides nothing."""
    assert values(expression) == expected


@pytest.mark.parametrize(
    ("text", "names", "everything"),
    [
        ("${{ secrets.A }} ${{ Secrets . b }}", {"A", "B"}, False),
        ("${{ secrets['a'] }}", {"A"}, False),
        ("${{ secrets [ 'a' ] && '}}' }}", {"A"}, False),
        ("${{ secrets[format('{0}', 'A')] }}", set(), True),
        ("${{ toJSON(secrets) }}", set(), True),
        ("${{ join(secrets.*, ',') }}", set(), True),
        ("${{ 'secrets.A' }}", set(), False),
        ("${{ needs.secrets.outputs.a }}", set(), False),
        ("secrets.A", set(), False),
        ("${{ secrets.GITHUB_TOKEN }}", {"GITHUB_TOKEN"}, False),
    ],
)
def test_secrets_that_are_named(text: str, names: set[str], *, everything: bool) -> None:
    """S6: by name, or by a way to reach any of them; a text names nothing."""
    assert secrets_named(text) == names
    assert uses_any_secret(text) is everything


def test_what_is_beside_expressions() -> None:
    """C3: only the expressions are taken out."""
    assert without_expressions("a ${{ '}}' }} | ${{ b }}c") == "a  | c"


@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_text_is_answered(text: str) -> None:
    """C3: no text crashes a reader, and what it reads is part of the text."""
    for expression in in_braces(text):
        assert expression in text
        values(expression)
    mentions(in_braces(text))
    without_expressions(text)
