"""The catalogue is complete, and the pages in docs/rules/ say what the code says."""

import re
from pathlib import Path

import pytest
from portcullis_policy import catalogue, mappings
from portcullis_policy.examples.base import example
from portcullis_policy.families import FAMILIES
from portcullis_policy.registry import RULES
from portcullis_policy.rule import ResourceRule, Rule, StackRule
from portcullis_policy.rules.aws_and_vault.audit_archive import ArchiveRule
from portcullis_policy.rules.branches_and_tags.branches import Combined
from portcullis_policy.rules.workflows.in_the_stack import FileRule
from portcullis_policy.rules.workflows.judging import WorkflowRule
from portcullis_policy.severity import Severity

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "rules"


def test_rules_pages_are_up_to_date() -> None:
    """C3: docs/rules/ has one page for each family, saying what the rules say today."""
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert written == catalogue.pages(), "docs/rules/ is out of date; run: make docs"


def test_the_pages_are_the_same_tomorrow() -> None:
    """C3: examples that reach ahead of today are printed without their date."""
    written_by_hand = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "policy").rglob("*.py")
    )
    for name, page in catalogue.pages().items():
        for date in re.findall(r"\b20\d{2}-\d{2}-\d{2}\b", page):
            assert date in written_by_hand, f"{name}: {date}"


def test_the_page_of_a_finding_has_its_rule() -> None:
    """C3: what is printed after `why:` is a page, and a heading on it."""
    for rule in RULES:
        path, _, anchor = rule.anchor.partition("#")
        headings = re.findall(
            r"^## (\w+)$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE
        )
        assert anchor in [heading.lower() for heading in headings]


def test_ids_are_unique_and_families_known() -> None:
    """C3: an id names one rule, in a family that has a page."""
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert {rule.id[:2] for rule in RULES} <= set(FAMILIES)


def test_every_rule_class_is_in_the_registry() -> None:
    """C3: no rule is written and then forgotten."""

    def leaves(cls: type[Rule]) -> set[type[Rule]]:
        below: list[type[Rule]] = cls.__subclasses__()
        return {leaf for item in below for leaf in leaves(item)} or {cls}

    written = {cls for cls in leaves(Rule) if cls.__module__.startswith("portcullis_policy.rules.")}
    assert written == {type(rule) for rule in RULES}


def test_incomplete_rule_is_refused_naming_what_is_missing() -> None:
    """C3: a rule without its parts cannot even be defined."""
    with pytest.raises(TypeError, match="remediation") as error:

        class _Half(ResourceRule):
            """Half a rule.

            With a reason.
            """

            id = "ZZ001"
            title = "half"
            severity = Severity.LOW
            resource_types = ("a:b:C",)
            good = (example("x", "a:b:C", {}),)
            bad = ()

    for part in ("_Half", "remediation", "bad", "findings"):
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("base", "missing"),
    [
        (ResourceRule, "findings: the check itself"),
        (StackRule, "findings: the check itself"),
        (WorkflowRule, "lines: the check itself"),
        (FileRule, "lines: the check itself"),
        (ArchiveRule, "wrong: the check itself"),
        (Combined, "detail: its base has no default"),
        (Rule, "base: ResourceRule or StackRule"),
    ],
)
def test_what_a_base_leaves_open_is_refused_at_once(base: type, missing: str) -> None:
    """C3: a rule without its check fails when the pack is loaded, and not at its first resource."""
    parts = {
        "__doc__": "Half a rule.\n\nWith a reason.",
        "id": "ZZ001",
        "title": "half",
        "severity": Severity.LOW,
        "remediation": "Write the other half.",
        "resource_types": ("a:b:C",),
        "good": (example("x", "a:b:C", {}),),
        "bad": (example("y", "a:b:C", {}),),
    }
    with pytest.raises(TypeError, match=f"rule Half is incomplete:.* {missing}"):
        type("Half", (base,), parts)


def test_severity_decides_the_default_level() -> None:
    """C3: critical and high findings stop an update; the others are only reported."""
    levels = {severity.value: severity.level for severity in Severity}
    assert levels == {
        "critical": "mandatory",
        "high": "mandatory",
        "medium": "advisory",
        "low": "advisory",
    }


def test_mappings_name_what_is_published() -> None:
    """C3: a number that no list has cannot be written; most rules have their like somewhere."""
    for name in ("9.9.9", "1.1"):
        with pytest.raises(KeyError):
            mappings.cis(name)
    with pytest.raises(KeyError):
        mappings.scorecard("Branch-Protections")
    assert sum(bool(rule.maps) for rule in RULES) * 3 >= len(RULES) * 2
    for rule in RULES:
        assert len(set(rule.maps)) == len(rule.maps), rule.id


def test_every_mapping_is_in_the_index() -> None:
    """C3: from a control of a framework one finds the rules that serve it."""
    index = catalogue.pages()["index.md"].partition("## By framework")[2]
    for rule in RULES:
        for control in rule.maps:
            (line,) = [
                line
                for line in index.partition(f"[{control.framework.name}]")[2]
                .partition("###")[0]
                .splitlines()
                if line.startswith(f"| {control.number} |")
            ]
            assert f"#{rule.id.lower()})" in line
