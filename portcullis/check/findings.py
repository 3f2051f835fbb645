"""Apply the policy pack to recorded resources, with the configuration that the engine would see."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portcullis_policy.evaluation import evaluate
from portcullis_policy.facts import Facts
from portcullis_policy.judge import Judge
from portcullis_policy.profiles import level
from portcullis_policy.pulumi_pack.start import Start, begin
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Resource, Rule, Stack
from portcullis_policy.rules.pack.pack import STACK, WEAKENED
from portcullis_policy.rules.release_path.fewer_people import BEFORE

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from portcullis_policy.diagnostic import Diagnostic
    from portcullis_policy.release_path.numbers import Numbers
    from portcullis_policy.settings import Settings

    from portcullis.check.recorder import Registered

_LEVEL = "enforcementLevel"


@dataclass(frozen=True)
class Configuration:
    """What is set for rules: levels and parameters."""

    start: Start = field(default_factory=Start)
    levels: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def level_of(self, rule: Rule) -> str:
        """Return a rule's level: the file beats the stack's configuration and profiles."""
        configured = self.levels.get(rule.id) or self.levels.get("all")
        return configured or self.start.levels.get(rule.id) or level(rule, self.start.profile)


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
    registered: Sequence[Registered],
    configured: Configuration,
    root: Path | None = None,
    before: Numbers | None = None,
) -> list[Diagnostic]:
    """Return what the whole catalogue finds, in a stable order.

    Args:
        registered: what a program declared.
        configured: levels and parameters.
        root: the project's folder.
        before: how many had to act together before the change; None: nothing is compared.
    """
    judge = Judge(RULES, root=root)
    judge.configure(configured.parameters)
    levels = {rule.id: configured.level_of(rule) for rule in RULES}
    noted: dict[str, object] = {WEAKENED: [str(each) for each in configured.start.weakened]}
    if before is not None:
        noted[BEFORE] = before
    return evaluate(judge, [_resource(each, noted) for each in registered], levels)


def stack_of(registered: Sequence[Registered], configured: Configuration) -> tuple[Stack, Settings]:
    """Return what rules on the stack look at: all resources, and the policy's settings.

    Args:
        registered: what a program declared.
        configured: levels and parameters.
    """
    judge = Judge(RULES)
    judge.configure(configured.parameters)
    resources = tuple(judge.register(_resource(each, {})) for each in registered)
    return judge.stack_of(resources), judge.settings


def _resource(item: Registered, noted: Mapping[str, object]) -> Resource:
    """Return a resource as rules look at it; what is noted of the run is part of the stack's."""
    facts = {**item.inputs, **(noted if item.type == STACK else {})}
    return Resource(
        item.type, item.name, item.urn, item.parent, Facts(facts), item.depends, item.provider
    )
