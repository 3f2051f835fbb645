"""Rulesets: each that applies to a ref is evaluated; active ones stop all who do not bypass them.

All active rulesets count together: the strictest of each rule does, since each can refuse.
`evaluate` only reports, `disabled` does nothing (docs.github.com, "About rulesets").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.enforcement.bypass import bypass_mode
from sandbox.enforcement.rules import RULES
from sandbox.enforcement.ruleset_model import holds_for_ref, rulesets_of

if TYPE_CHECKING:
    from sandbox.enforcement.attempt import Attempt
    from sandbox.world.kinds.protection import Ruleset
    from sandbox.world.records import Record


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of one rule for an attempt.

    Attributes:
        ruleset: The ruleset that has the rule.
        rule: The rule's type.
        violations: Why it forbids the attempt; empty when it does not.
        bypassed: Whether the actor passes by all the same.
    """

    ruleset: Record[Ruleset]
    rule: str
    violations: list[str]
    bypassed: bool

    @property
    def stops(self) -> bool:
        """Whether the attempt fails by this rule."""
        active = self.ruleset.data["enforcement"] == "active"
        return bool(self.violations) and active and not self.bypassed


def evaluate(attempt: Attempt) -> list[Evaluation]:
    """Return the result of each rule that applies to the attempt's ref."""
    found: list[Evaluation] = []
    for ruleset in rulesets_of(attempt.world, attempt.repository):
        holds = holds_for_ref(ruleset, attempt.repository, attempt.update.ref)
        if ruleset.data["enforcement"] == "disabled" or not holds:
            continue
        mode = bypass_mode(attempt, ruleset)
        if mode == "exempt":
            # not even evaluated
            continue
        for rule in ruleset.data["rules"]:
            said = RULES[rule["type"]](attempt, rule.get("parameters") or {})
            found.append(Evaluation(ruleset, rule["type"], said, mode is not None))
    return found
