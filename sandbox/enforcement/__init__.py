"""Enforcement: what rulesets and classic protection stop, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.enforcement import classic, rulesets
from sandbox.enforcement.attempt import Attempt
from sandbox.errors import GitHubError, forbidden

if TYPE_CHECKING:
    from sandbox.http import Call
    from sandbox.refs import Update


def check(call: Call, update: Update) -> None:
    """Refuse the move of a ref that a protection forbids to the actor.

    All rulesets that hold for the ref apply together with classic protection: each of them can
    refuse (docs.github.com, "About rulesets", rule layering).

    Raises:
        GitHubError: With the update's own status; 403 in an archived repository.
    """
    if call.repository["archived"]:
        raise forbidden("Repository was archived so is read-only.")
    attempt = Attempt(call.world, call.actor, update)
    violations = rulesets.violations(attempt)
    if violations:
        listed = "\n".join(violations)
        raise GitHubError(update.status, f"Repository rule violations found\n\n{listed}\n\n")
    violations = classic.violations(attempt)
    if violations:
        raise GitHubError(update.status, "\n".join(violations))
