"""Rule suites: the results of rules for a push that succeeded, bypassed ones included.

Source: https://docs.github.com/rest/repos/rule-suites. A push that is refused leaves nothing here:
a refused request changes nothing in a world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.world.kinds.protection import RULE_SUITE, RuleSuite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.enforcement.attempt import Attempt
    from sandbox.enforcement.rulesets import Evaluation

NO_COMMIT = "0" * 40
"""Stands for the commit of a ref that is not there."""


def record(attempt: Attempt, evaluations: list[Evaluation]) -> None:
    """Store the results of rules for an attempt that is about to succeed."""
    if not evaluations:
        return
    active = [each for each in evaluations if each.ruleset.data["enforcement"] == "active"]
    tried = any(each.ruleset.data["enforcement"] == "evaluate" for each in evaluations)
    update = attempt.update
    attempt.world.make(
        RULE_SUITE,
        attempt.repository.id,
        "",
        RuleSuite(
            actor=attempt.actor.id,
            before=update.before or NO_COMMIT,
            after=update.after or NO_COMMIT,
            ref=update.ref,
            result="bypass" if any(each.violations for each in active) else "pass",
            evaluation_result=_whole(evaluations) if tried else None,
            evaluations=[_evaluation(each) for each in evaluations],
        ),
    )


def _whole(evaluations: Iterable[Evaluation]) -> str:
    """Return the result as if `evaluate` were `active`."""
    failed = [each for each in evaluations if each.violations]
    if any(not each.bypassed for each in failed):
        return "fail"
    return "bypass" if failed else "pass"


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    ruleset = evaluation.ruleset
    return {
        "rule_source": {"type": "ruleset", "id": ruleset.id, "name": ruleset.name},
        "enforcement": ruleset.data["enforcement"],
        "result": "fail" if evaluation.violations else "pass",
        "rule_type": evaluation.rule,
        "details": "\n".join(evaluation.violations) or None,
    }
