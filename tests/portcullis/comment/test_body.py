"""The comment says first what has to be looked at, fits, and is nobody's markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.comment.body import LONGEST, marker, text
from portcullis.plan.document import Change, Drift, Exemption, Finding, Plan, Reach

HEADINGS = (
    "What gets weaker, and who gains power",
    "What is deleted or renamed",
    "Findings and exemptions",
    "What changed on GitHub",
    "All other changes, by repository",
)


def change(number: int, **given: object) -> Change:
    """A change of a variable in some repository."""
    fields = {
        "urn": f"urn:{number}",
        "kind": "ActionsVariable",
        "name": f"api-{number % 40}/COLOUR_{number}",
        "repository": f"api-{number % 40}",
        "operation": "updated",
        "lines": ("value: green -> blue",),
        "digest": "0" * 64,
        **given,
    }
    return Change.model_validate(fields)


def plan(**given: object) -> Plan:
    """A plan with one entry of each section."""
    fields = {
        "organization": "acme",
        "stack": "prod",
        "commit": "c" * 40,
        "made_at": "2026-12-01T00:00:00+00:00",
        "verdict": "passes",
        "live": True,
        "changes": (
            change(1),
            change(2, kind="RepositoryRuleset", name="api/main", operation="deleted"),
            change(
                3,
                kind="RepositoryEnvironment",
                name="api/pypi-release",
                lines=("reviewer ana removed",),
                weaker=("reviewer ana removed",),
            ),
        ),
        "reach": (Reach(goal="p", before=2, after=1, falls=True, text="riveter: 2 people -> 1"),),
        "findings": (
            Finding(rule="EN001", level="advisory", resource="x", message="no reviewers\nFix: y"),
        ),
        "exemptions": (
            Exemption(rule="BR004", resource="api", reason="one person", expires="2027-01-31"),
        ),
        "drift": (
            Drift(
                what="undeclared", noun="deploy key", name="api/k", rules=("AC004",), fixed=False
            ),
        ),
        "digest": "d" * 64,
        **given,
    }
    return Plan.model_validate(fields)


def test_what_has_to_be_looked_at_comes_first() -> None:
    """C5: verdict, weaker, deletions, findings, drift, the rest; with commit and digest."""
    comment = text(plan())
    places = [comment.index(heading) for heading in HEADINGS]
    assert places == sorted(places)
    assert comment.startswith(marker("prod"))
    verdict = comment.splitlines()[1]
    assert verdict.startswith("### Portcullis: <code>acme</code>, stack <code>prod</code>: ")
    assert "1 deleted, 2 updated" in verdict
    assert "c" * 40 in comment
    assert "d" * 64 in comment
    weaker = comment[places[0] : places[1]]
    assert weaker.index("2 people") < weaker.index("reviewer ana removed")
    assert "**dangerous** (AC004)" in comment


def test_a_refusal_is_the_first_thing_that_is_read() -> None:
    """C3, C5: what the pack refuses is in the heading, and why before anything else."""
    finding = Finding(rule="OR001", level="mandatory", resource="x", message="too much")
    comment = text(plan(verdict="refused", findings=(finding,)))
    assert "**refused** by the policy pack (1 mandatory findings)" in comment.splitlines()[1]
    assert "**mandatory** <code>OR001</code>" in comment


def test_a_plan_without_changes_is_short() -> None:
    """C5: a pull request that changes nothing on GitHub gets two lines."""
    nothing = plan(changes=(), reach=(), findings=(), exemptions=(), drift=())
    assert len(text(nothing).splitlines()) == 4


@pytest.mark.parametrize("count", [3, 300, 3000])
def test_every_size_fits(count: int) -> None:
    """C5: under GitHub's limit at any number of changes; what is left out is counted."""
    long = ("value: " + "a" * 140 + " -> " + "b" * 140,) * 3
    many = tuple(change(n, lines=long, weaker=long if n % 2 else ()) for n in range(count))
    comment = text(plan(changes=many))
    assert len(comment) <= LONGEST
    assert comment.count("<details>") == comment.count("</details>")
    cut = sum(map(int, re.findall(r"\*\*and (\d+) more\*\*: they are in the plan", comment)))
    assert (cut > 0) == (count > 3)
    listed = len(re.findall(r"^ *- (?:updated: )?ActionsVariable", comment, re.MULTILINE))
    assert listed + cut == count


def test_300_small_changes_are_all_there() -> None:
    """C5: 300 changes fit whole, below one heading a repository."""
    comment = text(plan(changes=tuple(change(n) for n in range(300))))
    assert comment.count("updated: ActionsVariable") == 300
    assert len(comment) <= LONGEST


PIECES = [*"<>&@#*_`|[]()!~\\:$\n\r", "-->", "<!--", "@acme/team", "http://x", "a"]
NASTY = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(NASTY, NASTY, NASTY)
def test_names_are_no_markup(name: str, line: str, reason: str) -> None:
    """C5: whatever a name, a value or a reason says, it makes no markup, mention or link."""
    listed = plan(
        changes=(change(1, name=name, lines=(line,), weaker=(line,)),),
        exemptions=(Exemption(rule=name, resource=line, reason=reason, expires=name),),
        drift=(Drift(what="changed", noun=line, name=name, lines=(reason,), fixed=True),),
        reach=(),
        findings=(Finding(rule="A", level="mandatory", resource=name, message=reason),),
    )
    comment = text(listed)
    tags = set(re.findall(r"<[^>]*>", comment.partition("\n")[2]))
    assert tags <= {"<code>", "</code>"}
    for found in re.findall(r"@[^&]", comment):
        raise AssertionError(found)
    assert "](" not in comment
    assert "`" not in comment


def test_the_marker_stays_a_comment() -> None:
    """C5: the stack's name cannot end the marker."""
    assert marker("a-->b").count("-->") == 1
