"""Enforcement: which pushes rulesets and classic protection stop, and whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api.errors import GitHubError, forbidden
from sandbox.enforcement import classic, rulesets, suites, workflow_files
from sandbox.enforcement.attempt import Attempt

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.git.update import Update


def check(call: Call, update: Update, *, record: bool = False) -> None:
    """Refuse an update of a ref that a protection forbids to the actor.

    All rulesets that hold for the ref apply together with classic protection: each of them can
    refuse (docs.github.com, "About rulesets", rule layering).

    Args:
        call: The request.
        update: What shall become of the ref.
        record: Whether what the rules said is kept as a rule suite.

    Raises:
        GitHubError: With the update's own status, and every rule that is violated under `errors`;
            403 in an archived repository, and for workflow files that the token may not change.
    """
    if call.repository.data["archived"]:
        raise forbidden("Repository was archived so is read-only.")
    attempt = Attempt(call.world, call.actor, update)
    workflow_files.check(attempt)
    evaluations = rulesets.evaluate(attempt)
    stopping = [(each.rule, text) for each in evaluations if each.stops for text in each.violations]
    protection = [("branch_protection", text) for text in classic.violations(attempt)]
    errors = [_error(*each) for each in dict.fromkeys([*stopping, *protection])]
    if stopping:
        listed = "\n".join(dict.fromkeys(text for _, text in stopping))
        message = f"Repository rule violations found\n\n{listed}\n\n"
        raise GitHubError(update.status, message, errors)
    if protection:
        raise GitHubError(update.status, "\n".join(text for _, text in protection), errors)
    if record:
        suites.record(attempt, evaluations)


def _error(rule: str, text: str) -> dict[str, Any]:
    return {"resource": "RepositoryRule", "field": rule, "code": "custom", "message": text}
