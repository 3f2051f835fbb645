"""Names of people and resources are other people's words: no format lets them break out."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st
from portcullis_policy.release_path.derivation import Actor, ActorKind, Answer, Way
from portcullis_policy.release_path.goals import Goal, GoalKind

from portcullis.reach.output import as_json, mermaid, svg, text
from portcullis.reach.report import Asked, Report

WORDS = st.text(max_size=40) | st.sampled_from(
    [
        '"] --> x["',
        "</text><script>alert(1)</script>",
        "]]>",
        "`**[a](javascript:b)**`",
        "#quot;",
        "1. list",
        "\x1b[31m",
        "end",
        "%%{init: {}}%%",
        "a" * 90,
    ]
)
WAYS = st.builds(
    lambda names, steps: Way(
        frozenset(Actor(ActorKind.PERSON, name) for name in names), tuple(steps)
    ),
    st.lists(WORDS, max_size=2),
    st.lists(WORDS, max_size=3),
)
GOALS = st.builds(
    lambda kind, repository, name, ways, complete, packages: Asked(
        Goal(kind, repository, name), Answer(tuple(ways), complete), tuple(packages)
    ),
    st.sampled_from(GoalKind),
    WORDS,
    WORDS,
    st.lists(WAYS, max_size=4),
    st.booleans(),
    st.lists(WORDS, max_size=2),
)
REPORTS = st.builds(
    lambda name, goals: Report(name, tuple(goals)), WORDS, st.lists(GOALS, max_size=2)
)
LIMITS = settings(max_examples=100, deadline=None)


@given(REPORTS)
@LIMITS
def test_svg_is_well_formed_and_has_no_other_elements(report: Report) -> None:
    """Whatever the names are, the picture is XML of shapes and text, without links or scripts."""
    drawn = ET.fromstring(svg.text(report, 3))  # noqa: S314 - our own picture
    names = {each.tag.rpartition("}")[2] for each in drawn.iter()}
    assert names <= {"svg", "title", "style", "rect", "path", "text"}
    attributes = {name for each in drawn.iter() for name in each.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name}


@given(REPORTS)
@LIMITS
def test_mermaid_labels_stay_labels(report: Report) -> None:
    """Each line is one of few shapes; a label has no quote, bracket or backtick of its own."""
    label = r"(?:[A-Za-z0-9 ,.:/_-]|#\d+;)*"
    node = rf'g\d+\w*(?:\["{label}"\]|\(\["{label}"\]\)|\{{\{{"{label}"\}}\}})?'
    shapes = (
        r"flowchart TB",
        rf'  subgraph g\d+\["{label}"\]',
        r"  end",
        rf"    {node}",
        rf"    {node} (?:-->|-\.->) {node}",
    )
    for line in mermaid.text(report, 3).splitlines():
        assert any(re.fullmatch(shape, line) for shape in shapes), line


@given(REPORTS)
@LIMITS
def test_text_holds_no_escapes(report: Report) -> None:
    """A terminal shows names as they are; escapes in them are printed, not carried out."""
    printed = text.text(report, 3)
    assert all(letter.isprintable() or letter == "\n" for letter in printed)


@given(REPORTS)
@LIMITS
def test_json_can_be_read(report: Report) -> None:
    """JSON has as many goals and ways as the report."""
    answer = json.loads(as_json.text(report, 1))
    assert [len(goal["ways"]) for goal in answer["goals"]] == [
        len(goal.answer.ways) for goal in report.goals
    ]


def asked(count: int, *, complete: bool = True) -> Asked:
    """A goal with so many ways."""
    ways = tuple(
        Way(frozenset({Actor(ActorKind.PERSON, f"p{number}")}), ("do it",))
        for number in range(count)
    )
    return Asked(Goal(GoalKind.PACKAGE, "a", "b"), Answer(ways, complete))


def test_what_is_left_out_is_said() -> None:
    """Ways that are not shown are counted, and a bound that stopped the search is reported."""
    assert "(2 more)" in text.text(Report("acme", (asked(5),)), 3)
    unsearched = text.text(Report("acme", (asked(1, complete=False),)), 3)
    assert "(more, and larger sets that were not searched)" in unsearched
    assert "more" not in text.text(Report("acme", (asked(3),)), 3)
