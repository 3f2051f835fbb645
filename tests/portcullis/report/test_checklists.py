"""Checklists: each item is answered by a fact that can turn it both ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from portcullis_policy.evaluation import evaluate
from portcullis_policy.facts import Facts
from portcullis_policy.judge import Judge
from portcullis_policy.profiles import level
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Resource

from portcullis.check.organization import Subject
from portcullis.drift.history import Event
from portcullis.drift.report import Item as Drifted
from portcullis.drift.report import Report
from portcullis.live.asking import Unread
from portcullis.live.compare import Declared, Drift
from portcullis.live.resource import Gap, Live, LiveResource
from portcullis.records.chain import canonical, link
from portcullis.records.store import Store
from portcullis.report.checklists import facts
from portcullis.report.checklists.lists import LISTS
from portcullis.report.checklists.rules import NoFindings, no_findings
from portcullis.report.checklists.said import Every, Question, as_declared, not_met, unknown
from portcullis.report.known import Known, OnGitHub, offline
from portcullis.report.path import packages
from tests.policy.harness import urn_of
from tests.portcullis.check.projects import project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from portcullis_policy.diagnostic import Diagnostic
    from portcullis_policy.examples.base import Example

    from portcullis.report.model import State

TODAY = date(2026, 12, 1)
TOKENS = {
    "testpypi": {"from": {"config": "a"}, "rotate_every": "90d"},
    "pypi": {"from": {"config": "b"}, "rotate_every": "90d"},
}
Change = tuple[str, object]
UNREVIEWED: Change = ("repositories.app.environments.pypi-release.reviewers", {"teams": []})
EVENT = Event("mallory", datetime(2026, 11, 30, 12, tzinfo=UTC))


def known(folder: Path, *changes: Change) -> Known:
    """What the sound project tells offline, with values set by dotted path."""
    file = project(folder, *changes)
    return offline(Subject(file.parent.parent, file.stem), (), TODAY)


def asked(known: Known, *items: Drifted, live: Live | None = None, unread: str = "") -> Known:
    """The same after GitHub was asked, with what differs there."""
    drift = Report("acme", known.file, tuple(items), (), (unread,) if unread else ())
    return replace(known, github=OnGitHub(live or Live("acme", two_factor=True), drift))


def with_secrets(known: Known, **changes: Any) -> Known:  # noqa: ANN401 - any field
    """The same with other facts about the first secret, after GitHub was asked."""
    secret, *rest = known.secrets
    return asked(replace(known, secrets=[replace(secret, **changes), *rest]))


def exempted(folder: Path, expires: str) -> Known:
    """What is known where an exemption ends on a day."""
    where = {"rule": "BR012", "resource": "repositories.app"}
    exemption = {**where, "reason": "for the tests", "expires": expires}
    return known(folder, ("exemptions", [exemption]))


def of_publishing(folder: Path, auth: str, *changes: Change) -> Known:
    """What is known of an organization that publishes a Python package."""
    tokens = {} if auth == "oidc" else {"tokens": TOKENS}
    publish = [{"python": "tool", "approvers": ["devs"], "auth": auth, **tokens}]
    here = {"publish": publish, "workflows": True, "ecosystems": ["pip"], "environments": {}}
    return known(folder, *((f"repositories.app.{name}", to) for name, to in here.items()), *changes)


def recorded(folder: Path, *, changed: bool) -> Known:
    """What is known where two runs were recorded; the first record was changed, perhaps."""
    first = link({"run": "1"}, None, None)
    lines = [canonical(each) for each in (first, link({"run": "2"}, first, None))]
    if changed:
        lines[0] = lines[0].replace('"1"', '"9"')
    path = folder / "records.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return replace(known(folder), records=Store(path))


DOOR = Drifted(Drift("undeclared", "RepositoryDeployKey", "app/theirs"), (), event=EVENT)
GITIGNORE = Drifted(Drift("changed", "RepositoryFile", "app/.gitignore"), (), taken_back=True)
STAGING = Drifted(Drift("changed", "RepositoryEnvironment", "app/staging"), (), taken_back=True)
USED = (object(),)
"""Some job."""

CASES: dict[Question, tuple[Callable[[Path], Known], Callable[[Path], Known]]] = {
    facts.second_factor: (
        lambda folder: asked(known(folder)),
        lambda folder: asked(known(folder), live=Live("acme", two_factor=False)),
    ),
    facts.secret_files_ignored: (
        lambda folder: asked(known(folder, ("standard_files.ignore_secret_files", True))),
        lambda folder: asked(
            known(folder, ("standard_files.ignore_secret_files", True)), GITIGNORE
        ),
    ),
    facts.trusted_publishing: (
        lambda folder: of_publishing(folder, "oidc"),
        lambda folder: of_publishing(folder, "token"),
    ),
    facts.fallback_tokens: (
        lambda folder: asked(of_publishing(folder, "hybrid")),
        lambda folder: asked(_missing(of_publishing(folder, "hybrid"))),
    ),
    facts.rotation_planned: (
        lambda folder: known(folder, ("secrets.TOKEN.rotate_every", "90d")),
        known,
    ),
    facts.nothing_overdue: (
        lambda folder: asked(known(folder)),
        lambda folder: with_secrets(known(folder), overdue_days=3, due=date(2026, 11, 28)),
    ),
    facts.all_used: (
        lambda folder: with_secrets(known(folder), used_by=USED),
        lambda folder: with_secrets(known(folder), used_by=(), used_unseen=False),
    ),
    facts.no_dangerous_drift: (
        lambda folder: asked(known(folder), DOOR),
        lambda folder: asked(known(folder), STAGING),
    ),
    facts.nothing_new_undeclared: (
        lambda folder: asked(known(folder), replace(DOOR, news="known")),
        lambda folder: asked(known(folder), DOOR),
    ),
    facts.records_whole: (
        lambda folder: recorded(folder, changed=False),
        lambda folder: recorded(folder, changed=True),
    ),
    facts.two_people: (
        known,
        lambda folder: known(folder, UNREVIEWED),
    ),
    facts.exemptions_in_force: (
        lambda folder: exempted(folder, str(TODAY)),
        lambda folder: exempted(folder, str(TODAY - timedelta(days=1))),
    ),
    facts.policy_not_weakened: (
        known,
        lambda folder: replace(known(folder), weakened=["BR012 is off until 2027-01-01: why"]),
    ),
}
"""For each question: what is known where it is met, and where one fact differs."""


def _missing(known: Known) -> Known:
    return replace(
        known, secrets=[replace(each, missing_in=("actions",)) for each in known.secrets]
    )


def parts(question: Question) -> Iterator[Question]:
    """The questions of which one consists."""
    for each in question.questions if isinstance(question, Every) else (question,):
        yield from parts(each) if each is not question else (each,)


QUESTIONS = [part for of in LISTS for item in of.items for part in parts(item.question)]


def test_every_item_has_a_fact() -> None:
    """E8, R14: each item is answered by rules or by a fact that the tests turn both ways."""
    assert {each for each in QUESTIONS if not isinstance(each, NoFindings)} == set(CASES)


@pytest.mark.parametrize("question", CASES, ids=lambda each: each.__name__)
def test_a_fact_turns_its_item_both_ways(question: Question, tmp_path: Path) -> None:
    """E8, R14: one fact more or less turns the answer from met to not met, with evidence."""
    met, otherwise = CASES[question]
    for folder, make, state in (("a", met, "met"), ("b", otherwise, "not met")):
        (tmp_path / folder).mkdir()
        said = question(make(tmp_path / folder))
        assert said.state == state, said
        assert said.evidence


def findings(rule: str) -> list[Diagnostic]:
    """What a rule finds in its own first bad example."""
    examples = next(each.bad for each in RULES if each.id == rule)
    return [found for found in _judged(examples[0]) if found.rule.id == rule]


def _judged(example: Example) -> list[Diagnostic]:
    judge = Judge(RULES)
    judge.configure(example.given)
    urns = {each.name: urn_of(each) for each in example.resources}
    resources = [
        Resource(
            each.type,
            each.name,
            urn_of(each),
            urns.get(each.parent or ""),
            Facts(each.props),
            {name: (urns[of],) for name, of in each.depends.items()},
        )
        for each in example.resources
    ]
    return evaluate(judge, resources, {rule.id: level(rule, None) for rule in RULES})


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """What is known of the sound project, without any finding."""
    return replace(known(tmp_path_factory.mktemp("sound")), findings=[])


RULED = sorted({rule for each in QUESTIONS if isinstance(each, NoFindings) for rule in each.rules})


@pytest.mark.parametrize("rule", RULED)
def test_each_rule_turns_its_items(sound: Known, rule: str) -> None:
    """E8, R14: a finding of a rule on its bad example turns every item that names the rule."""
    found = findings(rule)
    assert found, f"{rule} finds nothing in its bad examples here"
    for each in QUESTIONS:
        if isinstance(each, NoFindings) and rule in each.rules:
            assert each(sound).state == "met"
            said = each(replace(sound, findings=found))
            assert said.state == "not met"
            assert said.evidence[0].words.startswith(rule)


@pytest.mark.parametrize(
    "question",
    [
        *(facts.second_factor, facts.nothing_overdue, facts.all_used),
        *(facts.no_dangerous_drift, facts.nothing_new_undeclared),
    ],
    ids=lambda each: each.__name__,
)
def test_offline_what_only_github_knows_cannot_be_known(sound: Known, question: Question) -> None:
    """E8: without GitHub no item claims what only GitHub tells."""
    assert question(sound).state == "cannot be known"


def test_what_is_hidden_cannot_be_known(sound: Known) -> None:
    """E8: an item is not met by what GitHub does not show."""
    gap = Gap("rulesets of app", ("RepositoryRuleset",), "app", Unread(403))
    hidden = asked(sound, live=Live("acme", gaps=[gap]))
    assert no_findings("BR001")(hidden).state == "cannot be known"
    assert no_findings("EN001")(hidden).state == "met"
    settings = LiveResource("OrganizationSettings", "acme", "1", {}, {"billingEmail": Unread(403)})
    unread = asked(sound, live=Live("acme", [settings]))
    assert no_findings("OR001")(unread).state == "cannot be known"


def test_drift_that_could_not_be_read_is_not_called_none(sound: Known) -> None:
    """E8: where something could not be read, nobody says that GitHub is as declared."""
    partly = asked(sound, unread="webhooks of app: hidden")
    assert facts.no_dangerous_drift(partly).state == "cannot be known"
    assert facts.nothing_new_undeclared(partly).state == "cannot be known"


def test_what_is_missing_on_github_meets_nothing(sound: Known) -> None:
    """E8: an environment that is not there has no weak setting, and its item is not met."""
    declared = Declared("RepositoryEnvironment", "app/staging", "", {})
    gone = Drifted(Drift("missing", declared.kind, declared.name, declared), (), taken_back=True)
    assert no_findings("EN001")(asked(sound, gone)).state == "not met"
    assert no_findings("BR001")(asked(sound, gone)).state == "met"


def test_an_environment_that_is_missing_breaks_its_path(tmp_path: Path) -> None:
    """E8: the stage of an environment, or of a repository, that GitHub does not have is broken."""
    publishing = of_publishing(tmp_path, "oidc")
    for kind, name in (("RepositoryEnvironment", "app/pypi-release"), ("Repository", "app")):
        (package,) = packages(asked(publishing, Drifted(Drift("missing", kind, name), ())))
        assert [each.title for each in package.path if each.broken] == ["Environment pypi-release"]


def test_an_exempted_finding_is_named_with_its_exemption(tmp_path: Path) -> None:
    """E8: what is exempted is not met; the evidence says until when and why."""
    exemption = {
        "rule": "EN001",
        "resource": "repositories.app",
        "reason": "until June",
        "expires": "2027-06-01",
    }
    said = no_findings("EN001")(known(tmp_path, UNREVIEWED, ("exemptions", [exemption])))
    assert said.state == "not met"
    assert "exempted until 2027-06-01: until June" in said.evidence[0].words


def test_a_change_on_github_is_dated_by_its_event(sound: Known) -> None:
    """E8: since when something is not met on GitHub comes from GitHub's audit log."""
    said = facts.nothing_new_undeclared(asked(sound, DOOR))
    assert (said.since, said.since_from) == (date(2026, 11, 30), "GitHub")


@pytest.mark.parametrize(
    ("states", "wanted"),
    [
        (("met", "met"), "met"),
        (("met", "cannot be known"), "cannot be known"),
        (("cannot be known", "not met"), "not met"),
    ],
)
def test_the_worst_of_several_answers_counts(
    sound: Known, states: Iterable[State], wanted: State
) -> None:
    """E8: an item with several conditions is met only if all of them are."""
    said = {
        "met": as_declared(sound, "x"),
        "not met": not_met([]),
        "cannot be known": unknown("x", "y"),
    }
    answers = [lambda _, state=state: said[state] for state in states]
    assert Every(tuple(answers))(sound).state == wanted
