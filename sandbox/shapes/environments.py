"""The protection rules of an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world.kinds.protection import Environment
    from sandbox.world.records import Record


def rules_of(environment: Record[Environment]) -> dict[str, int]:
    """Return the types of an environment's protection rules, with their ids.

    A rule's id is computed from its environment's id, so it stays the same.
    """
    data = environment.data
    there = {
        "wait_timer": bool(data["wait_timer"]),
        "required_reviewers": bool(data["reviewers"]),
        "branch_policy": data["deployment_branch_policy"] is not None,
    }
    return {
        kind: environment.id * 10 + offset
        for offset, (kind, has) in enumerate(there.items(), start=1)
        if has
    }
