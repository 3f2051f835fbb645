"""Rulesets, classic protection, environments, and what passed through them."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from sandbox.world.records import Kind

Actors = list[list[Any]]
"""Users, teams and Apps: pairs of a kind and an id, as lists."""


class Ruleset(TypedDict):
    """A ruleset of an organization or a repository."""

    target: str
    """`branch`, `tag`, `push` or `repository`."""
    enforcement: str
    """`active`, `disabled` or `evaluate`."""
    conditions: dict[str, Any] | None
    rules: list[dict[str, Any]]
    bypass_actors: list[dict[str, Any]]


class RuleSuite(TypedDict):
    """How the rulesets judged one push."""

    actor: int
    before: str
    after: str
    ref: str
    result: str
    evaluation_result: str | None
    evaluations: list[dict[str, Any]]


class BranchProtection(TypedDict):
    """A classic protection rule. The record's name is the pattern.

    The fields have their names of GraphQL.
    """

    allowsDeletions: bool
    allowsForcePushes: bool
    blocksCreations: bool
    dismissesStaleReviews: bool
    isAdminEnforced: bool
    lockAllowsFetchAndMerge: bool
    lockBranch: bool
    requireLastPushApproval: bool
    requiresApprovingReviews: bool
    requiresCodeOwnerReviews: bool
    requiresCommitSignatures: bool
    requiresConversationResolution: bool
    requiresDeployments: bool
    requiresLinearHistory: bool
    requiresStatusChecks: bool
    requiresStrictStatusChecks: bool
    restrictsPushes: bool
    restrictsReviewDismissals: bool
    bypassForcePushActorIds: Actors
    bypassPullRequestActorIds: Actors
    pushActorIds: Actors
    reviewDismissalActorIds: Actors
    requiredApprovingReviewCount: int | None
    requiredDeploymentEnvironments: list[str]
    requiredStatusCheckContexts: list[str]
    checkApps: NotRequired[dict[str, int]]
    """Checks that one App only may report: context to the App's number."""
    creator: NotRequired[int]


class Environment(TypedDict):
    """An environment of a repository, with its protection."""

    wait_timer: int
    reviewers: list[dict[str, Any]]
    """Each has `type` (`User` or `Team`) and `id`."""
    prevent_self_review: bool
    can_admins_bypass: bool
    deployment_branch_policy: dict[str, bool] | None


class DeploymentPolicy(TypedDict):
    """A pattern of refs that an environment admits. The record's name is `TYPE:PATTERN`."""

    type: str
    """`branch` or `tag`."""


class CustomDeploymentRule(TypedDict):
    """An App that an environment asks. The record's name is the App's id."""

    app: int


class Deployment(TypedDict):
    """A deployment of a repository, made by a client or by a run."""

    environment: str
    ref: str
    sha: str
    task: str
    description: str | None
    payload: Any
    creator: int
    run: int | None
    state: str
    forced: bool


class DeploymentStatus(TypedDict):
    """One status of a deployment."""

    state: str
    description: str
    creator: int


BRANCH_PROTECTION: Kind[BranchProtection] = Kind("branch_protection")
CUSTOM_DEPLOYMENT_RULE: Kind[CustomDeploymentRule] = Kind("custom_deployment_rule")
DEPLOYMENT: Kind[Deployment] = Kind("deployment")
DEPLOYMENT_POLICY: Kind[DeploymentPolicy] = Kind("deployment_policy")
DEPLOYMENT_STATUS: Kind[DeploymentStatus] = Kind("deployment_status")
ENVIRONMENT: Kind[Environment] = Kind("environment")
RULESET: Kind[Ruleset] = Kind("ruleset")
RULE_SUITE: Kind[RuleSuite] = Kind("rule_suite")
