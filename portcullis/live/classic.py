"""Classic branch protection.

Source: https://docs.github.com/graphql/reference/objects#branchprotectionrule
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.live.asking import Unread
from portcullis.live.pages import present
from portcullis.live.resource import LiveResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.live.resource import LiveRepository

_ACTORS = """
    (first: 20) { pageInfo { hasNextPage } nodes { actor {
      __typename ... on App { slug id } ... on User { login } ... on Team { combinedSlug }
    } } }
"""

FIELDS = f"""
    id pattern isAdminEnforced allowsDeletions allowsForcePushes lockBranch
    requiresConversationResolution requiresCommitSignatures requiresLinearHistory
    requiresApprovingReviews requiredApprovingReviewCount dismissesStaleReviews
    requiresCodeOwnerReviews requireLastPushApproval restrictsReviewDismissals
    requiresStatusChecks requiresStrictStatusChecks requiredStatusCheckContexts
    restrictsPushes blocksCreations
    bypassPullRequestAllowances {_ACTORS}
    bypassForcePushAllowances {_ACTORS}
    pushAllowances {_ACTORS}
    reviewDismissalAllowances {_ACTORS}
"""
"""What is asked of a classic rule."""


_ALLOWANCES = {
    "bypassForcePushAllowances": "forcePushBypassers",
    "bypassPullRequestAllowances": "requiredPullRequestReviews",
    "reviewDismissalAllowances": "requiredPullRequestReviews",
    "pushAllowances": "restrictPushes",
}
"""GraphQL's lists of who is allowed something, and the provider's field that holds each."""

TOO_MANY = Unread(0, reason="more than 20 people, teams and Apps are allowed there")


def of_graphql(node: Mapping[str, Any], repository: LiveRepository) -> LiveResource:
    """Return a classic rule as the provider declares it."""
    inputs: dict[str, Any] = {
        "repositoryId": repository.node,
        "pattern": node["pattern"],
        "enforceAdmins": node["isAdminEnforced"],
        "allowsDeletions": node["allowsDeletions"],
        "allowsForcePushes": node["allowsForcePushes"],
        "lockBranch": node["lockBranch"],
        "requireConversationResolution": node["requiresConversationResolution"],
        "requireSignedCommits": node["requiresCommitSignatures"],
        "requiredLinearHistory": node["requiresLinearHistory"],
        "forcePushBypassers": _actors(node["bypassForcePushAllowances"]),
    }
    if node["requiresApprovingReviews"]:
        inputs["requiredPullRequestReviews"] = [
            {
                "requiredApprovingReviewCount": node["requiredApprovingReviewCount"],
                "dismissStaleReviews": node["dismissesStaleReviews"],
                "requireCodeOwnerReviews": node["requiresCodeOwnerReviews"],
                "requireLastPushApproval": node["requireLastPushApproval"],
                "restrictDismissals": node["restrictsReviewDismissals"],
                "dismissalRestrictions": _actors(node["reviewDismissalAllowances"]),
                "pullRequestBypassers": _actors(node["bypassPullRequestAllowances"]),
            }
        ]
    if node["requiresStatusChecks"]:
        inputs["requiredStatusChecks"] = [
            {
                "strict": node["requiresStrictStatusChecks"],
                "contexts": node["requiredStatusCheckContexts"] or [],
            }
        ]
    if node["restrictsPushes"]:
        inputs["restrictPushes"] = [
            {
                "blocksCreations": node["blocksCreations"],
                "pushAllowances": _actors(node["pushAllowances"]),
            }
        ]
    name = f"{repository.name}/{node['pattern']}"
    ident = f"{repository.name}:{node['pattern']}"
    unread = {
        field: TOO_MANY
        for connection, field in _ALLOWANCES.items()
        if ((node[connection] or {}).get("pageInfo") or {}).get("hasNextPage")
    }
    return LiveResource("BranchProtection", name, ident, inputs, unread, node=node["id"])


def _actors(connection: Mapping[str, Any] | None) -> list[str]:
    """Return actors as the provider writes them: ``/login``, ``organization/team``, an App's id."""
    found = []
    for node in present((connection or {}).get("nodes")):
        actor = node["actor"] or {}
        kind = actor.get("__typename")
        if kind == "User":
            found.append(f"/{actor['login']}")
        elif kind == "Team":
            found.append(actor["combinedSlug"])
        elif kind == "App":
            found.append(actor["id"])
    return found
