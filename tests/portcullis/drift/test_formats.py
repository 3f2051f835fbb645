"""Each format says the same; no name breaks out of it, and no secret is in it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portcullis_policy.diagnostic import MANDATORY, Diagnostic
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Finding
from portcullis_policy.source_location import SourceLocation
from typer.testing import CliRunner

from portcullis.cli import app
from portcullis.drift import run
from portcullis.drift.history import Event
from portcullis.drift.output import as_json, markdown, sarif, text
from portcullis.drift.report import Item, Report, lines_of, ordered
from portcullis.live.asking import Usage
from portcullis.live.compare import Declared, Drift
from portcullis.live.kinds import KINDS
from portcullis.live.repository_lists import shown_address
from portcullis.live.resource import LiveResource
from portcullis.preview.names import Names
from portcullis.project import UserError
from tests.portcullis.check.test_formats import TABLE, rendered, tags, valid

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[3]
FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text.text,
    "json": as_json.text,
    "sarif": sarif.text,
    "markdown": markdown.text,
}
WHEN = datetime(2026, 11, 30, 17, 38, tzinfo=UTC)


def drift(what: Any, kind: str, name: str, role: str = "member") -> Drift:  # noqa: ANN401 - one of three words
    """One thing that differs."""
    return Drift(what, kind, name, live=LiveResource(kind, name, "1", {"role": role}))


def finding(detail: str) -> Diagnostic:
    """What the policy pack says."""
    return Diagnostic(
        RULES[0],
        Finding(detail),
        f"urn:pulumi:dev::p::github:index/x:X::{detail}",
        SourceLocation("orgs/acme.yaml", 1, 1, ()),
        level=MANDATORY,
    )


words = st.text(min_size=1, max_size=20)
items = st.builds(
    lambda what, kind, name, lines, details, event: Item(
        drift(what, kind, name), tuple(lines), tuple(map(finding, details)), event
    ),
    st.sampled_from(["changed", "missing", "undeclared"]),
    st.sampled_from(sorted(KINDS)),
    words,
    st.lists(words, max_size=2),
    st.lists(words, max_size=1),
    st.none() | st.builds(Event, words, st.just(WHEN)),
)
reports = st.builds(
    lambda listed, details, unread: Report(
        "acme",
        "orgs/acme.yaml",
        tuple(listed),
        tuple(map(finding, details)),
        tuple(unread),
        Usage(),
    ),
    st.lists(items, max_size=3),
    st.lists(words, max_size=1),
    st.lists(words, max_size=2),
)


@settings(max_examples=15, deadline=None)
@given(reports)
def test_sarif_of_anything_is_valid(report: Report) -> None:
    """Promise: whatever names GitHub has, the log is SARIF 2.1.0 by its schema (C3)."""
    log = json.loads(sarif.text(report))
    valid(log)
    [found] = log["runs"]
    listed = found["tool"]["driver"]["rules"]
    assert all(listed[each["ruleIndex"]]["id"] == each["ruleId"] for each in found["results"])
    harmless = sum(not each.dangerous for each in report.items)
    dangers = sum(len(each.findings) for each in report.items) + len(report.findings)
    assert len(found["results"]) == harmless + dangers


@settings(max_examples=50, deadline=None)
@given(reports)
def test_an_issue_holds_no_markup_of_a_name(report: Report) -> None:
    """Promise: names make no link, mention or HTML in Markdown, and break no table (S1)."""
    comment = markdown.text(report)
    assert tags(rendered(comment)) <= TABLE
    assert not re.search(r"@[A-Za-z0-9]|://|www\.", comment)
    rows = len(report.items) + len(report.findings)
    bars = [line.count("|") for line in comment.split("\n") if line.startswith("|")]
    assert bars == [5] * (rows + 2 * bool(rows))


@settings(max_examples=50, deadline=None)
@given(reports)
def test_a_line_of_text_stays_a_line(report: Report) -> None:
    """Promise: no name moves the cursor of a terminal, or adds a line that is not ours (S1)."""
    shown = text.text(report)
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    expected = sum(
        1 + len(each.lines) + len(each.findings) + (each.drift.what == "undeclared")
        for each in report.items
    )
    expected += 2 * len(report.findings) + len(report.unread) + 2 + report.drifted
    assert len(shown.split("\n")) == expected + 1


@pytest.mark.parametrize("name", ["<b>x</b>", "[x](https://e.example)", "@octocat", "a|b", "`x`"])
def test_names_that_try(name: str) -> None:
    """Promise: by example, what hypothesis may not think of (S1)."""
    item = Item(drift("undeclared", "RepositoryDeployKey", name), (name,), (finding(name),))
    comment = markdown.text(Report(name, name, (item,), (finding(name),), (name,)))
    assert tags(rendered(comment)) <= TABLE
    assert not re.search(r"@[A-Za-z0-9]|://|www\.", comment)


def test_an_issue_fits_github() -> None:
    """Promise: a large drift is cut at a row, and the rest is counted."""
    item = Item(drift("changed", "Repository", "tool"), ("x" * 150,) * 20)
    report = Report("acme", "f", (item,) * 90, unread=("y" * 300,) * 90)
    comment = markdown.text(report)
    assert len(comment) < 65_536
    cut = re.search(r"and (\d+) more", comment)
    assert cut
    assert comment.count("| changed |") + int(cut[1]) == 90


def test_json_has_what_the_documentation_lists() -> None:
    """Promise: the keys are those that docs/drift.md describes (E8)."""
    item = Item(drift("changed", "Team", "devs"), ("a",), (), Event("eve", WHEN))
    found = json.loads(as_json.text(Report("acme", "f", (item,), usage=Usage(1, 2, 3))))
    documented = (ROOT / "docs/drift.md").read_text(encoding="utf-8")
    for key in [*found, *found["items"][0]]:
        assert f"`{key}`" in documented
    assert found["requests"] == {"graphql": 1, "rest": 2, "not_modified": 3}
    assert found["items"][0]["changed_at"] == "2026-11-30T17:38:00+00:00"


def test_the_summary_and_the_order() -> None:
    """Promise: dangerous drift comes first, then the newest; the counts are those of the items."""
    dangerous = Item(drift("undeclared", "Membership", "eve", "admin"), (), (finding("x"),))
    newer = Item(drift("changed", "Team", "new"), (), (), Event("eve", WHEN), taken_back=True)
    older = Item(drift("missing", "Team", "old"), (), (), taken_back=True)
    report = Report("acme", "f", ordered([older, newer, dangerous]))
    assert report.items == (dangerous, newer, older)
    assert report.summary == "1 changed, 1 missing, 1 undeclared (1 dangerous)"
    assert report.drifted
    assert not Report("acme", "f", (dangerous,)).drifted
    assert Report("acme", "f").summary == "no drift"
    shown = text.text(report)
    assert shown.startswith("DANGEROUS  undeclared owner eve\n")
    assert shown.count(text.NO_FIELD) == 1
    assert "next       make up" in shown


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (Report("acme", "f"), 0),
        (Report("acme", "f", (Item(drift("changed", "Team", "devs"), ()),)), 1),
        (Report("acme", "f", findings=(finding("x"),)), 1),
        (Report("acme", "f", unread=("x",)), 2),
        (Report("acme", "f", (Item(drift("changed", "Team", "a"), ()),), unread=("x",)), 1),
    ],
)
@pytest.mark.parametrize("form", FORMATS)
def test_exit_codes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, report: Report, code: int, form: str
) -> None:
    """Promise: 0 without drift, 1 with drift, 2 where something could not be read (E8)."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "compared", lambda *_: report)
    done = CliRunner().invoke(app, ["drift", "--format", form])
    assert (done.exit_code, done.stdout) == (code, FORMATS[form](report))


def test_a_wrong_organization_is_words_and_code_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Promise: what a person can fix ends the command in a sentence, without a traceback (E8)."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def wrong(*_: object) -> Report:
        raise UserError("ana is a personal account")

    monkeypatch.setattr(run, "compared", wrong)
    done = CliRunner().invoke(app, ["drift"])
    assert done.exit_code == 1
    assert "ana is a personal account" in done.output
    assert isinstance(done.exception, SystemExit)


CANARY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def changed(kind: str, field: str, live: object, declared: object, **more: object) -> Drift:
    """A field that somebody changed on GitHub."""
    there = LiveResource(kind, "x", "1", {**more, field: live})
    wanted = Declared(kind, "x", "urn", {**more, field: declared})
    return Drift("changed", kind, "x", wanted, there, (field,))


@pytest.mark.parametrize(
    "found",
    [
        changed("ActionsVariable", "value", CANARY, "plain", variableName="REGION"),
        changed("ActionsVariable", "value", "plain", CANARY, variableName="REGION"),
        changed("ActionsVariable", "value", f"{'x ' * 70}{CANARY}", "y", variableName="REGION"),
        changed(
            "ActionsEnvironmentVariable", "value", "hunter-canary", "y", variableName="DB_PASSWORD"
        ),
        changed(
            "ActionsOrganizationVariable",
            "value",
            "a\nhunter-canary",
            "y",
            variableName="API_TOKEN",
        ),
        changed("Repository", "description", f"use {CANARY}", "plain"),
        changed("RepositoryFile", "content", "password: hunter-canary", "plain", file="x"),
        changed("RepositoryFile", "content", "a\npassword: hunter-canary\n", "plain\n", file="x"),
        changed("ActionsSecret", "plaintextValue", "hunter-canary", "y", secretName="X"),
    ],
)
def test_no_secret_is_in_any_format(found: Drift) -> None:
    """Promise: a value that looks like a secret, or whose name does, is not shown (S3)."""
    lines = lines_of(found, Names())
    assert lines
    report = Report("acme", "f", (Item(found, lines),))
    for form in FORMATS.values():
        shown = form(report).replace("\\", "")
        assert "hunter-canary" not in shown
        assert CANARY[:20] not in shown


def test_an_ordinary_variable_is_shown() -> None:
    """Promise: the values of other variables, and of settings with `secret` in them, are shown."""
    region = changed("ActionsVariable", "value", "south", "north", variableName="REGION")
    assert lines_of(region, Names()) == ("value: south -> north",)
    field = "secretScanningEnabledForNewRepositories"
    settings_ = changed("OrganizationSettings", field, live=True, declared="no")
    assert "not shown" not in lines_of(settings_, Names())[0]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:canary@x.example/a?t=canary#canary", "https://x.example/a"),
        (
            f"https://hooks.example/services/T0/B0/{'c' * 24}",
            "https://hooks.example/services/T0/B0/...",
        ),
        ("http://[canary", "(an address that cannot be read)"),
        ("", ""),
    ],
)
def test_a_webhook_has_an_address_and_nothing_else(url: str, shown: str) -> None:
    """Promise: neither login nor query nor a key in the path of a webhook is shown (S3)."""
    assert shown_address(url) == shown
