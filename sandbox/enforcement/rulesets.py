"""Rulesets: every active one that holds for a ref, and that the actor does not pass by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.enforcement.bypass import bypasses
from sandbox.enforcement.rules import RULES
from sandbox.rulesets import holds_for_ref, rulesets_of

if TYPE_CHECKING:
    from sandbox.enforcement.attempt import Attempt


def violations(attempt: Attempt) -> list[str]:
    """Return why rulesets forbid the attempt; nothing when they do not.

    All active rulesets together: the strictest of each rule counts, since each can refuse.
    `evaluate` and `disabled` stop nobody.
    """
    found: list[str] = []
    for ruleset in rulesets_of(attempt.world, attempt.repository):
        holds = holds_for_ref(ruleset, attempt.repository, attempt.update.ref)
        if ruleset["enforcement"] != "active" or not holds or bypasses(attempt, ruleset):
            continue
        for rule in ruleset["rules"]:
            found += RULES[rule["type"]](attempt, rule.get("parameters") or {})
    return list(dict.fromkeys(found))
