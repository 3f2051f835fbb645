"""Profiles, and levels and parameters from the stack's configuration."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.profiles import ON_THE_RELEASE_PATH, PROFILES, level
from portcullis_policy.pulumi_pack.start import Start, begin
from portcullis_policy.registry import RULES
from portcullis_policy.semantics import github as gh
from portcullis_policy.severity import Severity
from pulumi.runtime import proto

from tests.policy.harness import Pack, ids

if TYPE_CHECKING:
    from pathlib import Path

SOON = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)).isoformat()
DATED = {"reason": "moves in spring", "expires": SOON}
WEAK = Declared(gh.ENVIRONMENT, {"repository": "x", "environment": "pypi", "canAdminsBypass": True})


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration from outside."""
    monkeypatch.delenv("PULUMI_CONFIG", raising=False)
    monkeypatch.delenv("PULUMI_OPTION_POLICY_PACK_CONFIG", raising=False)


def configured(monkeypatch: pytest.MonkeyPatch, **values: Any) -> Start:  # noqa: ANN401 - any JSON
    """Start with a stack configuration, as the engine writes it: objects as JSON in text."""
    texts = {
        f"portcullis:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in values.items()
    }
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"other:key": "x", **texts}))
    return begin()


def levels(pack: Pack, declared: Declared) -> dict[str, int]:
    """The levels at which the rules speak."""
    return {item.policyName: item.enforcementLevel for item in pack.analyze(declared)}


def test_without_configuration_severity_decides() -> None:
    """C3: nothing configured, nothing changed."""
    assert begin() == Start()
    assert {rule.id for rule in RULES if level(rule, None) != rule.severity.level} == set()


@pytest.mark.parametrize("profile", PROFILES)
def test_profiles_say_the_levels(profile: str) -> None:
    """C3: each profile does what its line in the catalogue says, and none switches a rule off."""
    for rule in RULES:
        critical = rule.severity is Severity.CRITICAL
        on_path = rule.id[:2] in ON_THE_RELEASE_PATH
        expected = {
            "baseline": critical,
            "strict": rule.severity is not Severity.LOW,
            "release-critical": critical or (on_path and rule.severity is Severity.HIGH),
        }[profile]
        if rule.id[:2] in ("PK", "EX"):
            expected = rule.severity.level == "mandatory"
        assert level(rule, profile) == ("mandatory" if expected else "advisory"), rule.id


def test_profile_of_the_stack_configuration_is_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: the engine gets the levels of the profile."""
    start = configured(monkeypatch, policyProfile="baseline", policy={"PK001": DATED})
    said = levels(Pack(start=start), WEAK)
    assert (said["EN001"], said["EN003"]) == (proto.MANDATORY, proto.ADVISORY)


def test_profile_of_the_config_file_goes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """C3: the file that the command names is the last word."""
    file = tmp_path / "levels.json"
    file.write_text('{"PK001": {"profile": "strict"}}', encoding="utf-8")
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK_CONFIG", str(file))
    assert configured(monkeypatch, policyProfile="baseline").profile == "strict"


def test_profile_that_the_pack_could_not_see_is_a_finding() -> None:
    """C3: where the file cannot be found a profile does not silently stay without effect."""
    said = [d for d in Pack({"PK001": {"profile": "strict"}}).started if d.policyName == "PK001"]
    assert ["policyProfile" in item.message for item in said] == [True]


def test_levels_and_parameters_of_the_stack_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """C3: written as the file is; the file goes before it, parameter by parameter."""
    policy = {
        "EN003": {"enforcementLevel": "advisory", **DATED},
        "PK001": {"releaseEnvironments": "^ship", **DATED},
        "EN001": {"enforcementLevel": "disabled", **DATED},
    }
    start = configured(monkeypatch, policy=policy)
    ship = Declared(gh.ENVIRONMENT, {**WEAK.props, "environment": "ship-it"})
    said = levels(Pack(start=start), ship)
    assert said["EN003"] == proto.ADVISORY
    assert said["EN004"] == proto.MANDATORY
    assert "EN001" not in said
    assert not levels(Pack(start=start), WEAK)
    given = {"PK001": {"releaseEnvironments": "pypi"}}
    assert "EN003" in levels(Pack(given, start=start), WEAK)


def test_what_is_weakened_is_listed_at_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: each with its reason and its last day, by a rule that cannot be switched off."""
    policy = {"EN001": {"enforcementLevel": "disabled", **DATED}, "PK001": DATED}
    start = configured(monkeypatch, policyProfile="baseline", policy=policy)
    said = [each for each in Pack(start=start).started if each.policyName == "PK003"]
    assert {each.enforcementLevel for each in said} == {proto.ADVISORY}
    text = "\n".join(each.message for each in said)
    assert f"EN001 is switched off until {SOON}: moves in spring" in text
    assert f"PK001 has a looser `profile` until {SOON}: moves in spring" in text
    assert [each for each in Pack().started if each.policyName == "PK003"] == []


def test_a_file_that_the_pack_did_not_see_is_judged_when_the_engine_gives_the_levels() -> None:
    """C3: then, too, a lower level needs a reason and a date, and is listed with them."""
    pack = Pack()
    wrong = pack.policies.check_levels({"EN001": {"enforcementLevel": "disabled"}})
    assert wrong[0] == "`EN001` is switched off: give the `reason`"
    entry = {"enforcementLevel": "advisory", **DATED}
    assert (
        pack.policies.check_levels({"EN001": entry, "EN003": {"enforcementLevel": "mandatory"}})
        == []
    )
    again = pack.analyze(Declared("pulumi:pulumi:Stack", {}))
    assert ids(again) == {"PK003"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"policyProfile": "baseline"}, "`PK001` has a looser `profile`: give the `reason`"),
        ({"policy": {"EN003": "disabled"}}, "`EN003` is switched off: give its last day"),
        ({"policyProfile": "lax"}, "allowed: baseline, strict, release-critical"),
        ({"policy": {"EN0003": "advisory"}}, "did you mean `EN003`"),
        ({"policy": {"BR005": {"minimun": 1}}}, "did you mean `minimum`"),
        ({"policy": "{canary"}, "cannot be read as JSON"),
        ({"policy": []}, "must be an object"),
    ],
)
def test_mistakes_stop_the_pack(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, Any], words: str
) -> None:
    """C3: unknown names in the stack's configuration are errors, reported without its values."""
    with pytest.raises(SystemExit, match=words) as stopped:
        configured(monkeypatch, **values)
    assert "canary" not in str(stopped.value)
