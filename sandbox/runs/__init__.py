"""Workflow runs: what a push, a tag, a pull request or a dispatch starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.http import Call
    from sandbox.refs import Update


def moved(call: Call, update: Update) -> None:
    """Start the workflows that a moved ref triggers."""
    del call, update
