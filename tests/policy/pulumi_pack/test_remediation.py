"""What is safe to fix is fixed at Pulumi's level `remediate`, and nothing else is touched."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from google.protobuf import json_format
from portcullis_policy.examples.base import Declared
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.registry import RULES
from portcullis_policy.rule import ResourceRule, StackRule
from portcullis_policy.semantics import github as gh
from pulumi.runtime import proto
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from tests.policy.harness import TODAY, Pack, ids

SOON = (TODAY + dt.timedelta(days=30)).isoformat()
GATE = {
    "repository": "x",
    "environment": "pypi-release",
    "canAdminsBypass": True,
    "preventSelfReview": True,
    "reviewers": [{"teams": [11, 12]}],
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "s"}
HOOK = {"repository": "x", "configuration": {"url": "https://x.example", "secret": SECRET}}
FIXING = [rule for rule in RULES if rule.property_fixes]


def fixed(rule: str, declared: Declared) -> dict[str, Any] | None:
    """The properties after fixing; None when the pack left the resource alone."""
    said = Pack(levels={rule: proto.REMEDIATE}).remediate(declared)
    return json_format.MessageToDict(said[-1].properties) if said else None


def test_only_rules_on_resources_fix() -> None:
    """C3: Pulumi cannot fix a whole stack."""
    assert len(FIXING) >= 8
    assert not [rule for rule in RULES if isinstance(rule, StackRule) and rule.property_fixes]


@pytest.mark.parametrize("rule", FIXING, ids=[rule.id for rule in FIXING])
def test_each_fixes_one_of_its_bad_examples(rule: ResourceRule) -> None:
    """C3: after fixing the rule is silent; what it cannot fix it still refuses."""
    silent = []
    for bad in rule.bad:
        declared = bad.resources[-1]
        after = fixed(rule.id, declared)
        assert after is not None, bad.note
        said = Pack(levels={rule.id: proto.REMEDIATE}).analyze(
            Declared(declared.type, after, declared.name)
        )
        silent.append(rule.id not in ids(said))
        levels = {item.enforcementLevel for item in said if item.policyName == rule.id}
        assert levels <= {proto.MANDATORY}
    assert any(silent)


@pytest.mark.parametrize("rule", FIXING, ids=[rule.id for rule in FIXING])
def test_what_is_sound_is_left_alone(rule: ResourceRule) -> None:
    """C3: a remediation is no second opinion on good resources."""
    for good in rule.good:
        assert fixed(rule.id, good.resources[-1]) is None, good.note


def test_unknown_values_pass_through() -> None:
    """C3: a remediation sees the engine's marks of unknown values and hands them back."""
    gate = Declared(gh.ENVIRONMENT, {**GATE, "reviewers": [{"teams": [UNKNOWN]}]})
    after = fixed("EN003", gate)
    assert after is not None
    assert after["canAdminsBypass"] is False
    assert after["reviewers"] == [{"teams": [UNKNOWN_STRING_VALUE]}]


def test_an_unknown_value_is_replaced_by_the_safe_one() -> None:
    """C3: what preview cannot see is not taken on trust, but can be fixed."""
    after = fixed("EN003", Declared(gh.ENVIRONMENT, {**GATE, "canAdminsBypass": UNKNOWN}))
    assert after is not None
    assert after["canAdminsBypass"] is False


def test_secrets_stay_secret() -> None:
    """C3: the webhook's secret is handed back as a secret, not as text."""
    weak = {**HOOK, "configuration": {**HOOK["configuration"], "insecureSsl": True}}  # type: ignore[dict-item]
    after = fixed("RE006", Declared(gh.REPOSITORY_WEBHOOK, weak))
    assert after is not None
    assert after["configuration"]["insecureSsl"] is False
    assert after["configuration"]["secret"] == SECRET


def test_nothing_is_fixed_unless_asked_for() -> None:
    """C3: at its own level a rule refuses; it does not change what somebody declared."""
    assert Pack().remediate(Declared(gh.ENVIRONMENT, GATE)) == []


def test_an_exempted_finding_is_not_fixed() -> None:
    """C3: what was accepted with a reason stays as it is."""
    exemption = {"rule": "EN003", "resource": "example", "reason": "r", "expires": SOON}
    pack = Pack({"PK001": {"exemptions": [exemption]}}, levels={"EN003": proto.REMEDIATE})
    assert pack.remediate(Declared(gh.ENVIRONMENT, GATE)) == []
