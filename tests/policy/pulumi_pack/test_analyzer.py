"""The adapter to Pulumi: one reading a resource, nothing lost, and closed when in doubt."""

from collections.abc import Iterator
from typing import Any

import pytest
from portcullis_policy.examples.base import Declared, example, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.pulumi_pack.analyzer import Policies, ReadOnce
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule
from portcullis_policy.rules.pack.pack import PackSettings, UnusedExemption
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity
from pulumi.runtime import proto
from pulumi_policy import policy as sdk

from tests.policy.harness import Pack, ids, struct

TEAM = "github:index/team:Team"
"""A type that no rule looks at."""
WEAK = Declared(gh.ENVIRONMENT, {"repository": "x", "environment": "pypi", "reviewers": []})
SETTINGS = Declared(gh.ORGANIZATION_SETTINGS, {"defaultRepositoryPermission": "admin"})


class Raises(ResourceRule):
    """A rule with a defect.

    For the tests of what happens then.
    """

    id = "ZZ001"
    title = "a rule with a defect"
    severity = Severity.CRITICAL
    resource_types = (gh.ENVIRONMENT,)
    remediation = "None."
    good = bad = (example("any", gh.ENVIRONMENT, {}),)

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """Raise with a value in the text, as careless code does."""
        del settings
        yield from ()
        raise KeyError(resource.facts.at("environment"))


class RaisesOnStack(StackRule):
    """A rule on stacks with a defect.

    For the tests of what happens then.
    """

    id = "ZZ002"
    title = "a stack rule with a defect"
    severity = Severity.CRITICAL
    resource_types = (gh.ENVIRONMENT,)
    remediation = "None."
    good = bad = (stack("any"),)

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """Raise."""
        del stack, settings
        raise RuntimeError("canary")


def test_rule_that_raises_is_a_finding_of_its_own() -> None:
    """C3: neither a crash nor a pass; the error's text, which may hold a value, is not shown."""
    rules = (PackSettings(), UnusedExemption(), Raises(), RaisesOnStack())
    gate = Declared(gh.ENVIRONMENT, {"environment": "canary"})
    said = {item.policyName: item for item in Pack(rules=rules).run([gate])}
    assert "KeyError" in said["ZZ001"].message
    assert "RuntimeError" in said["ZZ002"].message
    assert said["ZZ001"].enforcementLevel == proto.MANDATORY
    assert "canary" not in said["ZZ001"].message + said["ZZ002"].message


def test_a_resource_is_deserialized_once_when_nothing_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """C3: 60 policies cost one reading of a sound resource, not 60."""
    pack = Pack()
    calls: list[int] = []
    real: Any = vars(sdk)["deserialize_properties"]

    def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passed through
        calls.append(1)
        return real(*args, **kwargs)

    monkeypatch.setattr(sdk, "deserialize_properties", counted)
    assert pack.analyze(Declared(TEAM, {"name": "x"})) == []
    assert len(calls) == 1
    calls.clear()
    assert len(ids(pack.analyze(WEAK))) + 1 == len(calls)


def test_all_policies_are_known_to_the_engine() -> None:
    """C3: each rule has id, title, severity, level and remedy in the pack's description."""
    info = Pack().servicer.GetAnalyzerInfo(None, None)
    reported = {p.name: (p.description, p.remediation_steps, p.severity) for p in info.policies}
    weights = {"low": 1, "medium": 2, "high": 3, "critical": 4}
    assert reported == {
        rule.id: (rule.title, rule.remediation, weights[rule.severity.value]) for rule in RULES
    }


def test_switching_the_gate_off_makes_nothing_laxer() -> None:
    """C3: with PK001 and EX003 disabled every rule still runs."""
    off = Pack(levels={"PK001": proto.DISABLED, "EX003": proto.DISABLED})
    resources = [WEAK, SETTINGS, Declared(gh.REPOSITORY, {"name": "x"})]
    assert ids(off.run(resources)) == ids(Pack().run(resources))


def test_an_sdk_that_copies_the_list_makes_nothing_laxer() -> None:
    """C3: the list is iterated lazily to be fast; a copy of it holds every policy."""
    pack = Pack()
    pack.servicer._PolicyAnalyzerServicer__policies = list(pack.policies)  # noqa: SLF001 - that SDK
    assert isinstance(pack.policies, Policies)
    assert ids(pack.analyze(WEAK)) == ids(Pack().analyze(WEAK))


def test_findings_of_one_resource_do_not_leak_to_the_next() -> None:
    """C3: what the gate found is forgotten between calls."""
    pack = Pack()
    assert ids(pack.analyze(WEAK))
    assert pack.analyze(Declared(TEAM, {"name": "x"})) == []
    assert "OR001" in ids(pack.analyze(SETTINGS))


def test_stack_finding_names_its_resource() -> None:
    """C3: a finding of the stack is attached to the resource where it is to be fixed."""
    repository = Declared(gh.REPOSITORY, {"name": "x", "visibility": "private"}, "x")
    said = [item for item in Pack().analyze_stack([repository]) if item.policyName == "BR001"]
    assert [item.urn for item in said] == [f"urn:pulumi:dev::project::{gh.REPOSITORY}::x"]


class Counted:
    """A request of AnalyzeStack that counts how often its resources are read."""

    def __init__(self, request: Any) -> None:  # noqa: ANN401 - gRPC's
        """Wrap it."""
        self._request = request
        self.reads = 0

    @property
    def resources(self) -> Any:  # noqa: ANN401 - gRPC's
        """The resources."""
        self.reads += 1
        return self._request.resources


def test_a_stack_is_read_once_however_many_rules_speak() -> None:
    """C3: the SDK reads 8,000 resources for the first policy only, and nothing is lost by that."""
    request = proto.AnalyzeStackRequest()
    for urn, item in (("one", WEAK), ("two", SETTINGS)):
        request.resources.add(urn=urn, type=item.type, properties=struct(item.props))
    expected = ids(Pack().servicer.AnalyzeStack(request, None).diagnostics)
    assert len(expected) > 1
    pack, counted = Pack(), Counted(request)
    answer = pack.servicer.AnalyzeStack(ReadOnce(counted, pack.policies), None)
    assert ids(answer.diagnostics) == expected
    assert counted.reads == 1


def test_parameters_count_where_the_stack_is_read_once() -> None:
    """C3: a parameter that the SDK shows only to its own policy changes what that one reports."""
    given = {"WF022": {"persona": "auditor"}}
    unnamed = file(changed(CI, ("    name: test\n", "")), CI_PATH)
    assert "WF022" in ids(Pack(given).run([unnamed]))
    assert "WF022" not in ids(Pack().run([unnamed]))
