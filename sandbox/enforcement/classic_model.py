"""Classic branch protection: which rule holds for a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.enforcement.ref_patterns import matches

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World

BOOLEANS = (
    "allowsDeletions",
    "allowsForcePushes",
    "blocksCreations",
    "dismissesStaleReviews",
    "isAdminEnforced",
    "lockAllowsFetchAndMerge",
    "lockBranch",
    "requireLastPushApproval",
    "requiresApprovingReviews",
    "requiresCodeOwnerReviews",
    "requiresCommitSignatures",
    "requiresConversationResolution",
    "requiresDeployments",
    "requiresLinearHistory",
    "requiresStatusChecks",
    "requiresStrictStatusChecks",
    "restrictsPushes",
    "restrictsReviewDismissals",
)
"""Switches of a classic protection rule; all are off by default."""
ACTORS = (
    "bypassForcePushActorIds",
    "bypassPullRequestActorIds",
    "pushActorIds",
    "reviewDismissalActorIds",
)
"""Lists of users, teams and Apps of a classic protection rule."""
NEW: dict[str, Any] = {
    **dict.fromkeys(BOOLEANS, False),
    **{name: [] for name in ACTORS},
    "requiredApprovingReviewCount": None,
    "requiredDeploymentEnvironments": [],
    "requiredStatusCheckContexts": [],
}
"""A rule with all defaults."""


def rule_for(world: World, repository: Record, branch: str) -> Record | None:
    """Return the rule that holds for a branch.

    Only one does: the one with the branch's very name, else the oldest whose pattern fits
    (docs.github.com, "About branch protection rules").
    """
    rules = world.all("branch_protection", repository.id)
    exact = [rule for rule in rules if rule.name == branch]
    fitting = exact or [rule for rule in rules if matches(rule.name, branch)]
    return fitting[0] if fitting else None


def approvals(rule: Record) -> int:
    """Return how many approvals a rule requires: one if it requires reviews without a number."""
    count = rule["requiredApprovingReviewCount"]
    return 1 if count is None else int(count)
