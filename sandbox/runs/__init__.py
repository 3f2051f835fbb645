"""Workflow runs: what a push, a tag, a pull request or a dispatch starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.http import Call
    from sandbox.records import Record
    from sandbox.refs import Update


def pull_request(call: Call, pull: Record, action: str) -> None:
    """Start the workflows that something done to a pull request triggers."""
    del call, pull, action


def moved(call: Call, update: Update) -> None:
    """Start the workflows that a moved ref triggers."""
    del call, update
