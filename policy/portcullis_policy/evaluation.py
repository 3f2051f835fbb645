"""All rules on all resources, in one order, whatever runs them.

The engine's analyzer, the offline check and the tests bring resources. This module decides what is
judged, in which order, and when an exemption counts as used.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from portcullis_policy.diagnostic import ADVISORY, MANDATORY, Diagnostic
from portcullis_policy.facts import Facts
from portcullis_policy.judge import Judge
from portcullis_policy.pulumi_pack.remediation import with_fixes
from portcullis_policy.rule import Resource, StackRule
from portcullis_policy.rules.pack.pack import UnusedExemption
from portcullis_policy.rules.pack.waivers import InForce
from portcullis_policy.rules.workflows.linters import Tool

DISABLED, REMEDIATE = "disabled", "remediate"
"""The other levels of a rule: it is off, or Pulumi fixes what it finds."""


def evaluate(
    judge: Judge, resources: Sequence[Resource], levels: Mapping[str, str]
) -> list[Diagnostic]:
    """Return all findings, with their levels, in a stable order.

    Args:
        judge: applies the rules.
        resources: the stack, in the order in which a program registers it.
        levels: the level of each rule, by id.
    """
    registered = []
    found: list[Diagnostic] = []
    for resource in resources:
        passed = _fixed(judge, judge.register(resource), levels)
        registered.append(passed)
        found += of_resource(judge, passed)
    found += of_stack(judge, tuple(registered))
    reported = (_at_level(each, levels[each.rule.id]) for each in found)
    return sorted(filter(None, reported), key=lambda diagnostic: diagnostic.sort_key)


def of_resource(judge: Judge, resource: Resource) -> Iterator[Diagnostic]:
    """Yield what the rules on resources find at a registered resource."""
    for rule in judge.rules_for(resource.type):
        yield from judge.judge(rule, resource)


def of_stack(judge: Judge, resources: tuple[Resource, ...]) -> Iterator[Diagnostic]:
    """Yield what the rules on stacks find.

    Linters are started first and asked at the end of their turn: they run beside the other rules.
    The rules about used and unused exemptions come last: which were used is known by then.
    """
    rules = [rule for rule in judge.rules.values() if isinstance(rule, StackRule)]
    last = [rule for rule in rules if isinstance(rule, UnusedExemption | InForce)]
    tools = [rule for rule in rules if isinstance(rule, Tool)]
    others = [rule for rule in rules if rule not in last and rule not in tools]
    stack = judge.stack_of(resources)
    for tool in tools:
        tool.start(stack)
    for rule in (*others, *tools):
        yield from judge.judge_stack(rule, stack)
    stack = judge.with_used_exemptions(stack)
    for rule in last:
        yield from judge.judge_stack(rule, stack)


def _fixed(judge: Judge, resource: Resource, levels: Mapping[str, str]) -> Resource:
    """Return a resource as it is after Pulumi fixed what rules at level `remediate` find."""
    for rule in judge.rules_for(resource.type):
        if levels[rule.id] == REMEDIATE and rule.property_fixes and judge.judge(rule, resource):
            props = resource.facts.at()
            fixed = with_fixes(props if isinstance(props, dict) else {}, rule.property_fixes)
            resource = judge.register(replace(resource, facts=Facts(fixed)))
    return resource


def _at_level(diagnostic: Diagnostic, level: str) -> Diagnostic | None:
    """Return a finding at its rule's level; None if the rule is off."""
    if level == DISABLED:
        return None
    return replace(diagnostic, level=ADVISORY if level == ADVISORY else MANDATORY)
