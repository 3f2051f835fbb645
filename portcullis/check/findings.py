"""What the policy pack's rules say of recorded resources: the same rule objects as elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from portcullis_policy.facts import Facts
from portcullis_policy.judge import Judge
from portcullis_policy.profiles import level
from portcullis_policy.pulumi_pack.remediation import mended
from portcullis_policy.pulumi_pack.start import Start, begin
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Resource, Rule, StackRule
from portcullis_policy.rules.pack.pack import STACK, WEAKENED, UnusedExemption

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from portcullis_policy.judge import Told

    from portcullis.check.recorder import Registered

MANDATORY, ADVISORY = "mandatory", "advisory"

_LEVEL = "enforcementLevel"
_REMEDIATE, _DISABLED = "remediate", "disabled"
_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<line>\d+):(?P<column>\d+))?(?:  .*)?")


@dataclass(frozen=True)
class Finding:
    """One place where a rule does not hold; nothing that could be a secret's value is in it."""

    rule: Rule
    level: str
    """`mandatory` or `advisory`."""
    urn: str
    details: tuple[str, ...]
    """What is wrong here, then what it concerns besides."""
    text: str
    """The same, as the engine prints it under the rule's title."""
    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: tuple[str | int, ...] = ()
    """Where in the file the field stands that is to be changed."""

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Mandatory ones first, then by place, so that the order never changes."""
        place = (self.file or "", self.line or 0, self.column or 0)
        return (self.level != MANDATORY, place, self.rule.id, self.urn, self.text)


@dataclass(frozen=True)
class Configuration:
    """What is set for rules: levels and parameters."""

    start: Start = field(default_factory=Start)
    levels: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def level_of(self, rule: Rule) -> str:
        """Return a rule's level: the file beats the stack's configuration and profiles."""
        said = self.levels.get(rule.id) or self.levels.get("all")
        return said or self.start.levels.get(rule.id) or level(rule, self.start.profile)


def configuration(stack: Mapping[str, str], files: Sequence[Path]) -> Configuration:
    """Read the stack's configuration and policy config files as the pack does at the engine.

    Args:
        stack: the stack's configuration.
        files: policy config files; later ones go before earlier ones.

    Raises:
        UserError: with everything that is wrong in them.
    """
    try:
        start = begin(config=stack, files=[str(file) for file in files])
    except SystemExit as wrong:
        raise UserError(str(wrong)) from None
    levels: dict[str, str] = {}
    parameters = {rule: dict(given) for rule, given in start.parameters.items()}
    for file in files:
        for rule, entry in json.loads(file.read_text(encoding="utf-8") or "{}").items():
            given = entry if isinstance(entry, dict) else {_LEVEL: entry}
            levels |= {rule: str(given[_LEVEL])} if _LEVEL in given else {}
            own = {name: value for name, value in given.items() if name != _LEVEL}
            parameters.setdefault(rule, {}).update(own)
    return Configuration(start, levels, parameters)


def judge(
    registered: Sequence[Registered], configured: Configuration, root: Path | None = None
) -> list[Finding]:
    """Return what the whole catalogue finds, in a stable order.

    Args:
        registered: what a program declared.
        configured: levels and parameters.
        root: the project's folder.
    """
    judge = Judge(RULES, root=root)
    judge.configure(configured.parameters)
    levels = {rule.id: configured.level_of(rule) for rule in RULES}
    levels = {rule: level for rule, level in levels.items() if level != _DISABLED}
    resources = []
    found = []
    weakened = [str(each) for each in configured.start.weakened]
    for each in registered:
        noted = {**each.inputs, WEAKENED: weakened} if each.type == STACK else each.inputs
        item = replace(each, inputs=noted)
        resource, told = _of_resource(judge, item, levels)
        resources.append(resource)
        found += told
    found += _of_stack(judge, tuple(resources), levels)
    return sorted(found, key=lambda finding: finding.sort_key)


def _of_resource(
    judge: Judge, item: Registered, levels: Mapping[str, str]
) -> tuple[Resource, list[Finding]]:
    """Return a resource as it passes the pack, mended where that is configured, and findings."""
    inputs = item.inputs
    resource = judge.meet(_resource(item, inputs))
    rules = [rule for rule in judge.rules_for(item.type) if rule.id in levels]
    for rule in rules:
        if levels[rule.id] == _REMEDIATE and rule.mends and judge.judge(rule, resource):
            inputs = mended(inputs, rule.mends)
            resource = judge.meet(_resource(item, inputs))
    told = [(rule, each) for rule in rules for each in judge.judge(rule, resource)]
    return resource, [_finding(rule, levels[rule.id], each, item.urn) for rule, each in told]


def _of_stack(
    judge: Judge, resources: tuple[Resource, ...], levels: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield what rules on the stack find; which exemptions served is known when all have spoken."""
    rules = [rule for rule in RULES if isinstance(rule, StackRule) and rule.id in levels]
    last = [rule for rule in rules if isinstance(rule, UnusedExemption)]
    for group in ([rule for rule in rules if rule not in last], last):
        stack = judge.stack_of(resources)
        for rule in group:
            for told in judge.judge_stack(rule, stack):
                yield _finding(rule, levels[rule.id], told, told.finding.urn or "")


def _resource(item: Registered, inputs: Mapping[str, object]) -> Resource:
    facts = Facts(dict(inputs))
    return Resource(item.type, item.name, item.urn, item.parent, facts, item.depends, item.provider)


def _finding(rule: Rule, level_: str, told: Told, urn: str) -> Finding:
    concerns = (f"concerns: {', '.join(told.subjects)}",) if told.subjects else ()
    place = _PLACE.fullmatch(told.place) if told.place else None
    line, column = (place["line"], place["column"]) if place else (None, None)
    return Finding(
        rule,
        ADVISORY if level_ == ADVISORY else MANDATORY,
        urn,
        (told.finding.detail, *concerns),
        told.text,
        told.declared_in,
        int(line) if line else None,
        int(column) if column else None,
        told.path,
    )
