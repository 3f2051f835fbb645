"""Each format says the same in its own language, and nothing in a file's names breaks out of it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from portcullis_policy.diagnostic import ADVISORY, MANDATORY, Diagnostic
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Finding
from portcullis_policy.source_location import SourceLocation

from components.declaration import Mistake
from components.declaration.yaml_file import Place
from portcullis.check.output import as_json, github, markdown, page, sarif, text
from portcullis.check.report import Report
from portcullis.reach.comparison import Change
from tests.portcullis.check.projects import command, findings, project

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[3]
INSECURE = str(ROOT / "orgs/insecure.yaml")
SCHEMA = json.loads(
    (Path(__file__).parent / "schema" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")
)
FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text.text,
    "json": as_json.text,
    "sarif": sarif.text,
    "github": github.text,
    "markdown": markdown.text,
    "html": page.text,
}

words = st.text(min_size=1, max_size=30)
rules = st.sampled_from(RULES)
paths = st.lists(words | st.integers(0, 9), max_size=3).map(tuple)
found = st.builds(
    lambda rule, level, detail, file, line, path: Diagnostic(
        rule, Finding(detail), f"urn:pulumi:dev::p::github:index/x:X::{detail}",
        SourceLocation(file, line, line, path), level=level,
    ),
    rules, st.sampled_from([MANDATORY, ADVISORY]), words, words | st.none(),
    st.integers(1, 99) | st.none(), paths,
)  # fmt: skip
mistakes = st.builds(
    lambda file, line, path, what, allowed: Mistake(Place(file, line, 1), path, what, allowed),
    words, st.integers(1, 99), words, words, st.text(max_size=9),
)  # fmt: skip
reports = st.builds(
    lambda reported, wrong, notices, changes: Report(
        "acme",
        "orgs/acme.yaml",
        tuple(wrong),
        tuple(reported),
        tuple(notices),
        tuple(changes),
    ),
    st.lists(found, max_size=3),
    st.lists(mistakes, max_size=2),
    st.lists(words, max_size=1),
    st.lists(
        st.builds(Change, words, st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)),
        max_size=1,
    ),
)


def valid(log: dict[str, Any]) -> None:
    """Hold a SARIF log against the published schema, formats of addresses included."""
    jsonschema.Draft4Validator(
        SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    ).validate(log)


def test_sarif_is_valid_and_names_the_lines() -> None:
    """C3: SARIF 2.1.0 by its schema; each result at the line of the YAML that is to be changed."""
    log = json.loads(command(INSECURE, "--format", "sarif").output)
    valid(log)
    (run,) = log["runs"]
    described = run["tool"]["driver"]["rules"]
    places = set()
    for result in run["results"]:
        rule = described[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert "security" in rule["properties"]["tags"]
        assert rule["help"]["markdown"]
        (location,) = result["locations"]
        at = location["physicalLocation"]
        assert at["artifactLocation"]["uri"] == "orgs/insecure.yaml"
        places.add((result["ruleId"], at["region"]["startLine"], at["region"]["startColumn"]))
    assert places == {
        (each.rule.id, each.location.line, each.location.column)
        for each in findings(Path(INSECURE))
    }
    prints = [str(result["partialFingerprints"]) for result in run["results"]]
    assert len(set(prints)) == len(prints) >= 30


def test_fingerprints_do_not_move_with_lines(tmp_path: Path) -> None:
    """C3: a line that is added above makes no finding a new one."""
    content = Path(INSECURE).read_text(encoding="utf-8")
    prints = [
        [result["partialFingerprints"] for result in log["runs"][0]["results"]]
        for text_ in (content, f"# one more line\n{content}")
        for log in [
            json.loads(command(str(project(tmp_path, text=text_)), "--format", "sarif").output)
        ]
    ]
    assert prints[0] == prints[1]


def test_json_has_what_the_documentation_lists() -> None:
    """E8: the keys of a finding are those that docs/policy.md describes."""
    reported = json.loads(command(INSECURE, "--format", "json").output)
    assert reported["refused"] is True
    documented = (ROOT / "docs/policy.md").read_text(encoding="utf-8")
    for key in [*reported, *reported["findings"][0]]:
        assert f"`{key}`" in documented


def test_ecosystems_without_tests_are_reported_in_every_format(tmp_path: Path) -> None:
    """Green checks that test nothing are not written, and the output says so (issue 13)."""
    app = "repositories.app"
    file = str(
        project(tmp_path, (f"{app}.ecosystems", ["pip", "gradle"]), (f"{app}.workflows", True))
    )
    for form in FORMATS:
        reported = command(file, "--format", form).output
        assert reported.count("no managed workflow tests these ecosystems yet") == 1, form
        assert "app: gradle" in reported or "app&#58; gradle" in reported, form
    valid(json.loads(command(file, "--format", "sarif").output))


def test_workflow_commands_name_file_and_line() -> None:
    """E8: GitHub shows each finding at its line; advisory ones are warnings."""
    lines = command(INSECURE, "--format", "github").output.splitlines()
    assert sum(line.startswith("::error file=orgs/insecure.yaml,line=") for line in lines) == 27
    assert sum(line.startswith("::warning file=orgs/insecure.yaml,line=") for line in lines) == 5


def test_mistakes_are_reported_in_every_format(tmp_path: Path) -> None:
    """E8: a file that is not understood has its mistakes at their lines, whatever reads them."""
    file = str(project(tmp_path, ("plan", "gold")))
    for form in FORMATS:
        done = command(file, "--format", form)
        assert done.exit_code == 1
        assert "enterprise" in done.output, form
    log = json.loads(command(file, "--format", "sarif").output)
    valid(log)
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 2


@given(reports)
def test_sarif_of_anything_is_valid(report: Report) -> None:
    """C3: whatever names a file has, the log stays valid."""
    valid(json.loads(sarif.text(report)))


@given(reports)
def test_a_workflow_command_stays_one_line(report: Report) -> None:
    """E8: no name ends a command, adds a property or begins another command."""
    lines = github.text(report).split("\n")
    expected = len(report.mistakes) + len(report.findings) + len(report.notices)
    expected += len(report.changes)
    assert len(lines) == expected + 2  # the summary, and what follows the last line
    for line in lines[:expected]:
        assert "\r" not in line
        given_, _, _ = line.partition("::")[2].partition("::")
        kind, _, properties = given_.partition(" ")
        assert kind in {"error", "warning", "notice"}
        names = [each.partition("=")[0] for each in properties.split(",")]
        assert set(names) <= {"file", "line", "col", "title"}
        assert len(set(names)) == len(names)


class _Tags(HTMLParser):
    """The names of all tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(f"{tag}@{name}" for name, _ in attrs)}


def tags(page_: str) -> set[str]:
    """The tags and attributes of HTML."""
    parser = _Tags()
    parser.feed(page_)
    return parser.seen


ALLOWED = {
    *("html", "html@lang", "head", "meta", "meta@charset", "meta@http-equiv", "meta@content"),
    *("meta@name", "title", "style", "body", "h1", "h2", "p", "p@class", "article"),
    "article@class",
}
TABLE = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "br", "code", "strong"}


@given(reports)
def test_page_runs_nothing_and_loads_nothing(report: Report) -> None:
    """S1: no script, no link, no image, whatever names say."""
    assert tags(page.text(report)) <= ALLOWED


def rendered(comment: str) -> str:
    """Markdown as GitHub renders it, but for what it makes links and mentions of by itself."""
    marked = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return str(marked.render(comment))


@given(reports)
def test_comment_holds_no_markup_of_the_file(report: Report) -> None:
    """S1: names make no link, image, mention or HTML in a comment, and break no table."""
    comment = markdown.text(report)
    assert tags(rendered(comment)) <= TABLE
    assert not re.search(r"@[A-Za-z0-9]|://|www\.", comment)
    bars = [line.count("|") for line in comment.split("\n") if line.startswith("|")]
    findings_, changed = len(report.mistakes) + len(report.findings), len(report.changes)
    assert bars == [4] * (changed + 2 * bool(changed)) + [5] * (findings_ + 2 * bool(findings_))


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "[x](https://evil.example)",
        "@octocat",
        "a|b",
        "`*x*`",
        "www.a.b",
    ],
)
def test_names_that_try(name: str) -> None:
    """S1: by example, what hypothesis may not think of."""
    at = SourceLocation(name, 1, 1, (name,))
    finding = Diagnostic(RULES[0], Finding(name), "urn", at)
    report = Report(name, name, findings=(finding,))
    comment = markdown.text(report)
    assert tags(rendered(comment)) <= TABLE
    assert not re.search(r"@[A-Za-z0-9]|://|www\.", comment)
    assert tags(page.text(report)) <= ALLOWED


def test_a_comment_fits_github() -> None:
    """E8: GitHub takes 65,536 characters; the rest is counted."""
    at = SourceLocation("orgs/a.yaml", 1, 1, ("y" * 90,))
    finding = Diagnostic(RULES[0], Finding("x" * 90), "urn", at)
    comment = markdown.text(Report("a", "orgs/a.yaml", findings=(finding,) * 300))
    assert len(comment) < 65_536
    assert f"and {300 - markdown.MOST_ROWS} more" in comment
