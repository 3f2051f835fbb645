"""The controls of published frameworks have the form in which they are published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from portcullis_policy import mappings
from portcullis_policy.mappings.openssf import OSPS, SCM
from portcullis_policy.registry import RULES

if TYPE_CHECKING:
    from portcullis_policy.mappings.framework import Framework

FORM = {
    "osps": r"OSPS-(AC|BR|DO|GV|LE|QA|SA|VM)-\d\d\.\d\d",
    "openssf-scm": r"(actions|enterprise|member|organization|repository|runner_group)/[a-z_]+",
    "scorecard": r"([A-Z][A-Za-z]+)(-[A-Z][a-z]+)*",
    "cis-github": r"\d\.\d\.\d+",
    "cis-supply-chain": r"\d\.\d\.\d+",
    "slsa": r"Build L\d",
    "ssdf": r"P[OSW]\.\d\.\d",
}
OF_EACH_FAMILY = {"AC": 6, "BR": 12, "DO": 8, "GV": 6, "LE": 5, "QA": 13, "SA": 4, "VM": 10}
"""Requirements of OSPS Baseline 2026-02-19 by family. One number, OSPS-BR-01.02, is retired."""


@pytest.mark.parametrize("framework", mappings.FRAMEWORKS, ids=lambda each: each.key)
def test_numbers_have_the_published_form(framework: Framework) -> None:
    """C3: a number that cannot be in the list is not here, and each has a title in short."""
    for number, title in framework.controls.items():
        assert re.fullmatch(FORM[framework.key], number)
        assert 5 <= len(title) <= 80
    assert framework.url.startswith("https://")


@pytest.mark.parametrize("framework", mappings.FRAMEWORKS, ids=lambda each: each.key)
def test_numbers_are_used_unless_the_list_is_complete(framework: Framework) -> None:
    """C3: a control that no rule serves is listed only to show what the pack leaves open."""
    used = {at.number for rule in RULES for at in rule.maps if at.framework is framework}
    assert used
    assert framework.complete or used == {*framework.controls}


def test_the_osps_baseline_is_complete() -> None:
    """C3: all 64 requirements of version 2026-02-19 are known."""
    families = [number.split("-")[1] for number in OSPS.controls]
    assert {each: families.count(each) for each in sorted({*families})} == OF_EACH_FAMILY
    assert len(families) == 64
    assert "OSPS-BR-01.02" not in OSPS.controls


def test_the_scm_guide_is_complete() -> None:
    """C3: all 45 recommendations of the guide for GitHub are known."""
    kinds = [page.partition("/")[0] for page in SCM.controls]
    assert [kinds.count(each) for each in ("enterprise", "member", "organization")] == [6, 3, 6]
    assert [kinds.count(each) for each in ("repository", "actions", "runner_group")] == [24, 4, 2]


def test_slsa_source_levels_are_not_claimed() -> None:
    """C3: they need a signed summary for each revision, which no configuration shows."""
    with pytest.raises(KeyError):
        mappings.slsa("Source L3")
