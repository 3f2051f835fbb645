"""Classic branch protection: which rule holds for a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.enforcement.ref_patterns import matches
from sandbox.world.kinds.protection import BRANCH_PROTECTION, BranchProtection

if TYPE_CHECKING:
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import AnyRecord, Record
    from sandbox.world.world import World

NEW = BranchProtection(
    allowsDeletions=False,
    allowsForcePushes=False,
    blocksCreations=False,
    dismissesStaleReviews=False,
    isAdminEnforced=False,
    lockAllowsFetchAndMerge=False,
    lockBranch=False,
    requireLastPushApproval=False,
    requiresApprovingReviews=False,
    requiresCodeOwnerReviews=False,
    requiresCommitSignatures=False,
    requiresConversationResolution=False,
    requiresDeployments=False,
    requiresLinearHistory=False,
    requiresStatusChecks=False,
    requiresStrictStatusChecks=False,
    restrictsPushes=False,
    restrictsReviewDismissals=False,
    bypassForcePushActorIds=[],
    bypassPullRequestActorIds=[],
    pushActorIds=[],
    reviewDismissalActorIds=[],
    requiredApprovingReviewCount=None,
    requiredDeploymentEnvironments=[],
    requiredStatusCheckContexts=[],
)
"""A rule with all defaults."""
BOOLEANS = tuple(name for name, value in NEW.items() if value is False)
"""Switches of a classic protection rule; all are off by default."""
ACTORS = (
    "bypassForcePushActorIds",
    "bypassPullRequestActorIds",
    "pushActorIds",
    "reviewDismissalActorIds",
)
"""Lists of users, teams and Apps of a classic protection rule."""


def rule_for(
    world: World, repository: Record[Repository], branch: str
) -> Record[BranchProtection] | None:
    """Return the rule that holds for a branch.

    Only one does: the one with the branch's very name, else the oldest whose pattern fits
    (docs.github.com, "About branch protection rules").
    """
    rules = world.all(BRANCH_PROTECTION, repository.id)
    exact = [rule for rule in rules if rule.name == branch]
    fitting = exact or [rule for rule in rules if matches(rule.name, branch)]
    return fitting[0] if fitting else None


def approvals(rule: Record[BranchProtection]) -> int:
    """Return how many approvals a rule requires: one if it requires reviews without a number."""
    count = rule.data["requiredApprovingReviewCount"]
    return 1 if count is None else int(count)


def actors(world: World, rule: Record[BranchProtection], name: str) -> list[AnyRecord]:
    """Return the users, teams and Apps of one of a rule's lists that are still there."""
    lists = {
        "bypassForcePushActorIds": rule.data["bypassForcePushActorIds"],
        "bypassPullRequestActorIds": rule.data["bypassPullRequestActorIds"],
        "pushActorIds": rule.data["pushActorIds"],
        "reviewDismissalActorIds": rule.data["reviewDismissalActorIds"],
    }
    found = (world.record(kind, ident) for kind, ident in lists[name])
    return [each for each in found if each is not None]
