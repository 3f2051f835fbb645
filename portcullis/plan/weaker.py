"""What of a change makes a gate weaker, or gives somebody power.

A change of these fields in the other direction is none of it. What cannot be compared, such as a
trust policy, is listed whenever it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.declaration.release.permissions import PERMISSIONS
from portcullis.preview import words
from portcullis.preview.differences import ListDifference, differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portcullis.preview.differences import Change
    from portcullis.preview.names import Names
    from portcullis.pulumi_runs.events import Step

_GUARDS = frozenset(
    {
        "ActionsOrganizationPermissions",
        "ActionsOrganizationWorkflowPermissions",
        "BranchProtection",
        "OrganizationRuleset",
        "OrganizationSettings",
        "RepositoryDependabotSecurityUpdates",
        "RepositoryEnvironment",
        "RepositoryRuleset",
        "RepositoryVulnerabilityAlerts",
    }
)
"""Kinds whose deletion takes a guard away."""

_POWERS = frozenset(
    {
        "AuthBackendRole",
        "Membership",
        "Policy",
        "RepositoryCollaborator",
        "RepositoryCollaborators",
        "RepositoryDeployKey",
        "RepositoryEnvironmentDeploymentPolicy",
        "Role",
        "RolePolicy",
        "RolePolicyAttachment",
        "TeamMembers",
        "TeamRepository",
    }
)
"""Kinds that give somebody power where they are created."""

_OFF = frozenset(
    {
        "creation",
        "customBranchPolicies",
        "deletion",
        "dismissStaleReviews",
        "dismissStaleReviewsOnPush",
        "enforceAdmins",
        "nonFastForward",
        "preventSelfReview",
        "protectedBranches",
        "requireCodeOwnerReview",
        "requireCodeOwnerReviews",
        "requireConversationResolution",
        "requireLastPushApproval",
        "requireSignedCommits",
        "requiredLinearHistory",
        "requiredReviewThreadResolution",
        "requiredSignatures",
        "restrictDismissals",
        "shaPinningRequired",
        "strict",
        "strictRequiredStatusChecksPolicy",
        "update",
        "vulnerabilityAlerts",
        "webCommitSignoffRequired",
    }
)
"""Settings that guard while they are on."""

_ON = frozenset(
    {
        "allowAutoMerge",
        "allowForking",
        "allowsDeletions",
        "allowsForcePushes",
        "canAdminsBypass",
        "canApprovePullRequestReviews",
        "githubOwnedAllowed",
        "membersCanCreateInternalRepositories",
        "membersCanCreatePages",
        "membersCanCreatePrivatePages",
        "membersCanCreatePrivateRepositories",
        "membersCanCreatePublicPages",
        "membersCanCreatePublicRepositories",
        "membersCanCreateRepositories",
        "membersCanForkPrivateRepositories",
        "verifiedAllowed",
    }
)
"""Settings that guard while they are off."""

_LOWER = frozenset({"requiredApprovingReviewCount", "waitTimer"})
"""Numbers that guard the more, the higher they are."""

_SCALES: Mapping[str, Sequence[str]] = {
    "allowedActions": ("local_only", "selected", "all"),
    "defaultRepositoryPermission": ("none", "read", "write", "admin"),
    "defaultWorkflowPermissions": ("read", "write"),
    "enabledRepositories": ("none", "selected", "all"),
    "enforcement": ("active", "evaluate", "disabled"),
    "permission": PERMISSIONS,
    "role": ("member", "maintainer", "admin"),
    "status": ("enabled", "disabled"),
    "visibility": ("selected", "private", "internal", "public", "all"),
}
"""Values from the tightest to the widest."""

_ADDED = frozenset(
    {
        "bypassActors",
        "dismissalRestrictions",
        "excludes",
        "forcePushBypassers",
        "members",
        "patternsAlloweds",
        "pullRequestBypassers",
        "pushAllowances",
        "selectedRepositoryIds",
        "teams",
        "users",
    }
)
"""Lists that give the more, the more they hold."""

_REMOVED = frozenset(
    {"contexts", "includes", "requiredChecks", "requiredReviewers", "teams", "users"}
)
"""Lists that guard the more, the more they hold; reviewers count in both directions."""

_INCOMPARABLE = frozenset(
    {
        "assumeRolePolicy",
        "boundAudiences",
        "boundClaims",
        "boundClaimsType",
        "boundSubject",
        "policy",
        "policyArn",
        "repositoryPattern",
        "tokenPolicies",
    }
)
"""What is listed however it changes: trust, and whom it means."""


def weaker(kind: str, name: str, step: Step, names: Names) -> tuple[str, ...]:
    """Return what a step weakens and whom it gives power, in words.

    Args:
        kind: The resource's kind, such as `RepositoryEnvironment`.
        name: The resource's name.
        step: With its states before and after.
        names: Of teams, repositories and people.
    """
    if step.operation in {"delete", "forget"}:
        return (f"{words.spaced(kind)} {name} goes",) if kind in _GUARDS else ()
    if step.operation == "create":
        if kind not in _POWERS:
            return ()
        granted = [
            line for line in words.lines(kind, name, step, names) if line != "no value changes"
        ]
        return tuple(granted) or (f"{words.spaced(kind)} {name} is new",)
    found = [each for change in differences(kind, step) for each in _weakening(change)]
    return tuple(words.changed(kind, name, found, names))


def _weakening(change: Change) -> Iterator[Change]:
    """Yield the part of a change that weakens."""
    field = change.path[-1]
    if _INCOMPARABLE & {*change.path}:
        yield change
    elif isinstance(change, ListDifference):
        added = change.added if field in _ADDED or _ADDED & {change.path[0]} else ()
        removed = change.removed if field in _REMOVED else ()
        if added or removed:
            yield ListDifference(change.path, removed, added)
    elif (
        change.path[0] == "bypassActors"
        or (change.new is None and "rules" in change.path)
        or _is_weaker(field, change.old, change.new)
    ):
        yield change


def _is_weaker(field: str, old: Any, new: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a value guards less than the one before."""
    if field in _OFF:
        return bool(old) and not new
    if field in _ON:
        return bool(new) and not old
    if field in _LOWER:
        return _number(new) < _number(old)
    scale = _SCALES.get(field)
    if scale is None:
        return False
    return new not in scale or old not in scale or scale.index(new) > scale.index(old)


def _number(value: Any) -> float:  # noqa: ANN401 - any JSON
    return value if isinstance(value, int | float) else 0.0
