"""Classic branch protection: two gates, as tests on live repositories found them.

The *merge gate* asks for reviews, checks and the like; the *push gate* asks who may push at all.
Both have to be passed. An administrator passes the merge gate unless the rule is enforced for
administrators, and the push gate always. Source of the two gates and of who passes them: SpecterOps
GitHound, "mitigating controls" (2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.enforcement import checks, reviews
from sandbox.enforcement.bypass import is_one_of
from sandbox.enforcement.classic_model import approvals, rule_for

if TYPE_CHECKING:
    from sandbox.enforcement.attempt import Attempt
    from sandbox.world.kinds.protection import BranchProtection
    from sandbox.world.records import Record

_NOT_AUTHORIZED = (
    "You're not authorized to push to this branch. Visit https://docs.github.com/repositories/"
    "configuring-branches-and-merges-in-your-repository/managing-protected-branches/"
    "about-protected-branches for more information."
)


def violations(attempt: Attempt) -> list[str]:
    """Return why classic protection forbids the attempt; nothing when it does not."""
    if attempt.branch is None:
        return []
    rule = rule_for(attempt.world, attempt.repository, attempt.branch)
    if rule is None:
        return []
    return [*_history(attempt, rule), *_merge_gate(attempt, rule), *_push_gate(attempt, rule)]


def _history(attempt: Attempt, rule: Record[BranchProtection]) -> list[str]:
    """Refuse to rewrite or delete a protected branch, to administrators too, unless allowed."""
    if attempt.deletes and not rule.data["allowsDeletions"]:
        return ["Cannot delete this branch"]
    listed = is_one_of(attempt, rule.data["bypassForcePushActorIds"])
    if attempt.forced and not rule.data["allowsForcePushes"] and not listed:
        return ["Cannot force-push to this branch"]
    return []


def _merge_gate(attempt: Attempt, rule: Record[BranchProtection]) -> list[str]:
    if not rule.data["isAdminEnforced"] and (
        _administers(attempt) or "bypass_branch_protection" in attempt.custom_permissions
    ):
        return []
    if attempt.deletes:
        return []
    found = []
    if rule.data["lockBranch"] and not attempt.creates:
        found.append("Cannot change this locked branch")
    if rule.data["requiresApprovingReviews"] and not attempt.creates:
        found += _reviews(attempt, rule)
    if rule.data["requiresStatusChecks"]:
        apps = rule.data.get("checkApps", {})
        wanted = [
            # -1 stands for any App
            checks.Wanted(each, apps.get(each) if apps.get(each) != -1 else None)
            for each in rule.data["requiredStatusCheckContexts"]
        ]
        strict = rule.data["requiresStrictStatusChecks"]
        found += checks.violations(attempt, wanted, strict=strict)
    if rule.data["requiresCommitSignatures"]:
        found += checks.unsigned(attempt)
    if rule.data["requiresLinearHistory"]:
        found += checks.merges(attempt)
    if rule.data["requiresConversationResolution"]:
        found += reviews.unresolved(attempt)
    return found


def _reviews(attempt: Attempt, rule: Record[BranchProtection]) -> list[str]:
    # that enforcement takes the list's bypass away is what the source concludes, not what it saw
    if not rule.data["isAdminEnforced"] and is_one_of(
        attempt, rule.data["bypassPullRequestActorIds"]
    ):
        return []
    return reviews.violations(
        attempt,
        reviews.Wanted(
            approvals=approvals(rule),
            code_owners=rule.data["requiresCodeOwnerReviews"],
            last_push=rule.data["requireLastPushApproval"],
        ),
    )


def _administers(attempt: Attempt) -> bool:
    """Return whether a person administrates; an App passes only if it is listed."""
    return attempt.permission == "admin" and attempt.actor.installation is None


def _push_gate(attempt: Attempt, rule: Record[BranchProtection]) -> list[str]:
    if not rule.data["restrictsPushes"] or (attempt.creates and not rule.data["blocksCreations"]):
        return []
    allowed = (
        _administers(attempt)
        or attempt.permission == "maintain"
        or "push_protected_branch" in attempt.custom_permissions
        or is_one_of(attempt, rule.data["pushActorIds"])
    )
    return [] if allowed else [_NOT_AUTHORIZED]
