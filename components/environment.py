"""Environments: a workflow job waits at one before it gets a secret or publishes.

Source: https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import pulumi
import pulumi_github as github
from pydantic import Field, model_validator

from components.base import Config, Logins, RefPattern, SecretName, TeamSlug, VariableValue
from components.secrets.secret import SecretConfig, environment_secret
from components.trust.config import EnvironmentTrustConfig
from components.variable import environment_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.context import Context
    from components.origin import Origin

MOST_REVIEWERS = 6
"""GitHub's limit: https://docs.github.com/rest/deployments/environments"""

LONGEST_WAIT_MINUTES = 43_200
"""GitHub's limit, thirty days."""


ReleaseKind = Literal["release", "trial"]
"""Whether an environment leads to the registry that people install from, or to no more than trials
and notifications."""


class Reviewers(Config):
    """Who may approve a job. One of them is enough; two approvals need two environments."""

    teams: list[TeamSlug] = []
    """Teams, by slug. At most 6 teams and users together."""
    users: Logins = []
    """Logins of people."""

    @model_validator(mode="after")
    def _not_too_many(self) -> Reviewers:
        if len(self.teams) + len(self.users) > MOST_REVIEWERS:
            raise ValueError(f"allowed: at most {MOST_REVIEWERS} teams and users together")
        return self


class DeployFrom(Config):
    """The branches and tags whose jobs may use the environment."""

    branches: list[RefPattern] = []
    """`default` for the default branch, or a name or fnmatch pattern."""
    tags: list[RefPattern] = []
    """Names or fnmatch patterns of tags."""
    everything: bool = False
    """`true`: every branch and tag, as in a new environment on GitHub."""
    protected_branches: bool = False
    """`true`: the branches with classic protection, and no tags."""

    @model_validator(mode="after")
    def _something(self) -> DeployFrom:
        words = [name for name in ("everything", "protected_branches") if getattr(self, name)]
        if len(words) + bool(self.branches or self.tags) != 1:
            raise ValueError(
                "give branches or tags; or one of everything: true and protected_branches: true"
            )
        return self


class EnvironmentConfig(Config):
    """An environment. Every default is the secure value."""

    reviewers: Reviewers = Reviewers()
    """Who may approve a job before it starts."""
    deploy_from: DeployFrom = DeployFrom(branches=["default"])
    """The branches and tags whose jobs may use the environment."""
    prevent_self_review: bool = True
    """The person who started the run cannot approve it."""
    can_admins_bypass: bool = False
    """Administrators of the repository may start a job without approval."""
    wait_timer: Annotated[int, Field(ge=0, le=LONGEST_WAIT_MINUTES)] = 0
    """Minutes that a job waits before it starts."""
    secrets: dict[SecretName, SecretConfig] = {}
    """Secrets that only jobs of this environment can read."""
    variables: dict[SecretName, VariableValue] = Field(default={}, max_length=100)
    """Variables by name, each at most 48 KB. Only jobs of this environment see them."""
    trust: EnvironmentTrustConfig | None = None
    """What AWS and Vault grant to the environment's jobs, without a stored credential."""


@dataclass(frozen=True)
class ResolvedEnvironment:
    """An environment of GitHub: written in YAML, derived by `publish`, or both."""

    name: str
    config: EnvironmentConfig
    origin: Origin
    """Where it is written; for a derived one, its repository's `publish`."""
    release: ReleaseKind | None = None
    """What is published through it; None for an environment that `publish` does not use."""


class Environment(pulumi.ComponentResource):
    """An environment of a repository with its reviewers, refs, secrets and variables."""

    def __init__(
        self,
        resolved: ResolvedEnvironment,
        *,
        repository: github.Repository,
        repository_name: str,
        default_branch: str,
        context: Context,
        access: Sequence[pulumi.Resource] = (),
        checked: pulumi.ResourceOptions | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an environment of ``repository``.

        The policy pack reads from the input ``release`` what is published through it, whatever its
        name is. ``access`` are the grants by which teams may read the repository: GitHub refuses
        reviewers who may not. ``checked`` has the check of what lets the default branch in.
        """
        name, config = resolved.name, resolved.config
        full_name = f"{repository_name}/{name}"
        release = {"release": resolved.release} if resolved.release else {}
        inputs = resolved.origin.inputs() | release
        super().__init__("portcullis:index:Environment", full_name, inputs, opts)
        child = pulumi.ResourceOptions(parent=self)
        reviewers = _reviewers(config.reviewers, context)
        environment = github.RepositoryEnvironment(
            full_name,
            repository=repository.name,
            environment=name,
            reviewers=reviewers,
            # without reviewers it has no meaning, and GitHub refuses it
            prevent_self_review=config.prevent_self_review and reviewers is not None,
            can_admins_bypass=config.can_admins_bypass,
            wait_timer=config.wait_timer,
            deployment_branch_policy=(
                None
                if config.deploy_from.everything
                else {
                    "protected_branches": config.deploy_from.protected_branches,
                    "custom_branch_policies": not config.deploy_from.protected_branches,
                }
            ),
            opts=pulumi.ResourceOptions(
                parent=self, protect=context.protect, depends_on=list(access)
            ),
        )
        for branch in config.deploy_from.branches:
            github.RepositoryEnvironmentDeploymentPolicy(
                f"{full_name}/branch/{branch}",
                repository=environment.repository,
                environment=environment.environment,
                branch_pattern=default_branch if branch == "default" else branch,
                opts=pulumi.ResourceOptions.merge(child, checked if branch == "default" else None),
            )
        for tag in config.deploy_from.tags:
            github.RepositoryEnvironmentDeploymentPolicy(
                f"{full_name}/tag/{tag}",
                repository=environment.repository,
                environment=environment.environment,
                tag_pattern=tag,
                opts=child,
            )
        for secret, reference in config.secrets.items():
            environment_secret(
                secret,
                value=context.secret(reference.from_),
                environment=environment,
                environment_name=full_name,
                opts=child,
            )
        for variable, value in config.variables.items():
            environment_variable(
                variable,
                value,
                environment=environment,
                environment_name=full_name,
                opts=child,
            )


def _reviewers(
    reviewers: Reviewers, context: Context
) -> list[github.RepositoryEnvironmentReviewerArgs] | None:
    """Return the reviewers as one block, as GitHub has it; None without reviewers."""
    if not (reviewers.teams or reviewers.users):
        return None
    return [
        github.RepositoryEnvironmentReviewerArgs(
            teams=[context.team_ids[team] for team in reviewers.teams],
            users=[context.user_ids[login.lower()] for login in reviewers.users],
        )
    ]
