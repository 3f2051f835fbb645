"""What happened in public incidents is stopped by the settings that are named for each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.incidents.incidents import INCIDENTS
from tests.incidents.stops import Attempted, ByTest, Incident, Refused, Stop
from tests.policy.harness import Pack
from tests.policy.sound_organization.organization import ORGANIZATION, declared
from tests.sandbox.attempts import test_attempts  # noqa: F401 - it registers the attempts
from tests.sandbox.attempts.attempt import ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis_policy.examples.base import Declared

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "incidents.md"
_MANDATORY = 1
_REFUSED = [
    pytest.param(stop, id=f"{incident.name}: {stop.setting}")
    for incident in INCIDENTS
    for stop in incident.stops
    if isinstance(stop, Refused)
]
_INSTALLS = re.compile(r"\bnpm\s+(ci|i|install)\b")


def _refusing(organization: Mapping[str, Declared]) -> set[str]:
    """The rules that refuse an organization."""
    said = Pack().run(declared(organization))
    return {item.policyName for item in said if item.enforcementLevel == _MANDATORY}


@pytest.mark.parametrize("stop", _REFUSED)
def test_the_pack_refuses_it_without_the_setting(stop: Refused) -> None:
    """C3: the organization is refused by the rule named when exactly that setting is gone."""
    assert stop.rule in _refusing(stop.without)


def test_the_pack_accepts_it_with_all_settings() -> None:
    """C3: the organization from which the settings are taken is sound: nothing is refused."""
    assert _refusing(ORGANIZATION) == set()


def test_the_attempts_are_there() -> None:
    """C3: each attempt fails with its setting, and works without it, in tests/sandbox/attempts."""
    known = {attempt.setting for attempt in ATTEMPTS}
    assert {stop.setting for stop in _stops(Attempted)} <= known


def test_the_other_tests_are_there() -> None:
    """C3: a test that an incident names exists."""
    for stop in _stops(ByTest):
        assert isinstance(stop, ByTest)
        path, _, name = stop.test.partition("::")
        assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_install_scripts_do_not_run() -> None:
    """C3: no managed workflow installs packages of npm with their scripts."""
    lines = [
        line
        for path in sorted((ROOT / "workflows").rglob("*.yml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if _INSTALLS.search(line) and not line.lstrip().startswith(("#", "echo", "- name"))
    ]
    assert lines
    assert [line for line in lines if "--ignore-scripts" not in line] == []


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_the_page_lists_it(incident: Incident) -> None:
    """C3: docs/incidents.md says what happened, each setting, and what stays open."""
    assert _row(incident) in PAGE.read_text(encoding="utf-8").splitlines()


def _row(incident: Incident) -> str:
    """The row of the page."""
    stops = "; ".join(map(_shown, incident.stops))
    return f"| {incident.name} | {incident.what} | {stops} | {incident.open or '-'} |"


def _shown(stop: Stop) -> str:
    match stop:
        case Refused(setting, rule):
            return f"{setting} ({rule})"
        case Attempted(setting):
            return f"{setting} (sandbox)"
        case ByTest(setting):
            return f"{setting} (test)"


def _stops(kind: type[Stop]) -> list[Stop]:
    return [stop for each in INCIDENTS for stop in each.stops if isinstance(stop, kind)]
