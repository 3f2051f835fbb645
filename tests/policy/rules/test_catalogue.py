"""The catalogue is complete, and docs/rules.md says what the code says."""

from pathlib import Path

import pytest
from portcullis_policy import catalogue, mappings
from portcullis_policy.examples.base import example
from portcullis_policy.registry import RULES
from portcullis_policy.rule import ResourceRule, Rule
from portcullis_policy.severity import Severity

ROOT = Path(__file__).resolve().parents[3]


def test_rules_page_is_up_to_date() -> None:
    """C3: docs/rules.md is what the rules say today."""
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == catalogue.render(), (
        "docs/rules.md is out of date. Mend it: "
        "cd policy && python -m portcullis_policy.catalogue > ../docs/rules.md"
    )


def test_ids_are_unique_and_families_known() -> None:
    """C3: an id names one rule, in a family that the catalogue has a heading for."""
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert {rule.id[:2] for rule in RULES} <= set(catalogue.FAMILIES)


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


def test_severity_decides_the_default_level() -> None:
    """C3: critical and high findings stop an update; the others are told."""
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
    index = catalogue.render().partition("## By framework")[2]
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
