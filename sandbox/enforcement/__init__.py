"""Enforcement: what rulesets and classic protection stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.http import Call
    from sandbox.refs import Update


def check(call: Call, update: Update) -> None:
    """Refuse the move of a ref that a protection forbids to the actor.

    Raises:
        GitHubError: 409 or 422, as GitHub answers.
    """
    del call, update
