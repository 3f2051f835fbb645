"""Branch protection: rulesets of the organization or of one repository, or classic protection.

Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import pulumi
import pulumi_github as github
from pydantic import AfterValidator, Field, model_validator

from components.base import (
    GITHUB_ACTIONS_APP,
    Config,
    Enforcement,
    RefPattern,
    RepositoryPattern,
    RulesetName,
    TeamSlug,
)
from components.names import renames

if TYPE_CHECKING:
    from components.context import Context
    from components.origin import Origin


class Bypass(Config):
    """An actor that may bypass a ruleset. Give exactly one of team, app and role."""

    team: TeamSlug | None = None
    """The slug of a team."""
    app: Annotated[int, Field(gt=0)] | None = None
    """The numeric id of a GitHub App."""
    role: Literal["maintain", "write", "admin", "organization-admin"] | None = None
    """Everybody with this role in the repository, or the organization's owners."""
    mode: Literal["pull_request", "always"] = "pull_request"
    """`pull_request`: may merge a pull request that does not meet the rules. `always`: may also
    push."""

    @model_validator(mode="after")
    def _one_actor(self) -> Bypass:
        if sum(actor is not None for actor in (self.team, self.app, self.role)) != 1:
            raise ValueError("an entry has exactly one actor; allowed: team, app or role")
        if self.app == GITHUB_ACTIONS_APP:
            raise ValueError(
                "this is the App of GitHub Actions: every workflow could bypass; "
                "allowed: another App"
            )
        return self


def _no_actor_twice(bypass: list[Bypass]) -> list[Bypass]:
    """Refuse an actor with two modes; the same entry twice is refused as in any list."""
    actors = [(entry.team, entry.app, entry.role) for entry in bypass]
    for index, entry in enumerate(bypass):
        first = actors.index(actors[index])
        if bypass[first] != entry:
            raise ValueError(
                f"item {index + 1} names the actor of item {first + 1} again; "
                "allowed: one entry for each actor"
            )
    return bypass


class BranchProtectionConfig(Config):
    """Protection of branches. Every default is the secure value."""

    renamed_from: RulesetName | None = None
    """The name before this one: the same ruleset gets the new name."""
    branches: list[RefPattern] = Field(default=["default"], min_length=1)
    """`default` for the default branch, `all` for every branch, or a name or fnmatch pattern."""
    exclude_branches: list[RefPattern] = []
    """Names or fnmatch patterns of branches that are not protected."""
    enforcement: Enforcement = "active"
    """`evaluate` only reports (Enterprise); `disabled` does nothing."""
    enforced_by: Literal["ruleset", "classic"] = "ruleset"
    """`classic` uses classic branch protection, in a single repository only."""
    approvals: Annotated[int, Field(ge=0, le=10)] = 2
    """How many approving reviews a pull request needs, 0 to 10."""
    dismiss_stale_reviews: bool = True
    """A new push dismisses the approvals given before."""
    require_code_owner_review: bool = True
    """Require a review by an owner of the changed code; see `code_owners`."""
    require_last_push_approval: bool = True
    """Require an approval by somebody other than the person who pushed last."""
    require_conversation_resolution: bool = True
    """Require that every review comment is resolved before merging."""
    required_checks: list[Annotated[str, Field(min_length=1)]] = []
    """Names of the checks that have to pass."""
    strict_checks: bool = True
    """Require the branch to be up to date before merging."""
    checks_app: Annotated[int, Field(gt=0)] | None = GITHUB_ACTIONS_APP
    """The id of the App that has to report the checks; the default is GitHub Actions. `null`
    accepts any App."""
    require_signatures: bool = True
    """Require signed commits."""
    require_linear_history: bool = True
    """Refuse merge commits."""
    allow_force_pushes: bool = False
    """Allow pushes that replace commits."""
    allow_deletions: bool = False
    """Allow deletion of the branch."""
    merge_methods: list[Literal["merge", "squash", "rebase"]] = Field(
        default=["squash", "rebase"], min_length=1
    )
    """How pull requests may be merged."""
    bypass: Annotated[list[Bypass], AfterValidator(_no_actor_twice)] = []
    """Who may bypass these rules."""


@dataclass(frozen=True)
class ResolvedProtection:
    """Branch protection that one repository has: its own, or the organization's on plan free."""

    name: str
    config: BranchProtectionConfig
    origin: Origin


class OrganizationBranchProtectionConfig(BranchProtectionConfig):
    """Branch protection that is declared once for many repositories."""

    repositories: list[RepositoryPattern] = Field(default=["*"], min_length=1)
    """Names or fnmatch patterns of repositories; `*` is all of them."""
    exclude_repositories: list[RepositoryPattern] = []
    """Names or fnmatch patterns of repositories that are not covered."""

    def for_repository(self) -> BranchProtectionConfig:
        """Return the same protection for one of the repositories."""
        written = self.model_fields_set & BranchProtectionConfig.model_fields.keys()
        return BranchProtectionConfig(**{name: getattr(self, name) for name in written})


def branch_condition(config: BranchProtectionConfig) -> Any:  # noqa: ANN401 - two TypedDicts
    """Return the branches of a ruleset: `~DEFAULT_BRANCH`, `~ALL` or full refs."""
    special = {"default": "~DEFAULT_BRANCH", "all": "~ALL"}
    return {
        "ref_name": {
            "includes": [special.get(name, f"refs/heads/{name}") for name in config.branches],
            "excludes": [f"refs/heads/{name}" for name in config.exclude_branches],
        }
    }


def bypass_actors(bypass: list[Bypass], context: Context) -> Any:  # noqa: ANN401 - as branch_rules
    """Return the declared actors, and the App that commits the managed files.

    Role ids: https://docs.github.com/rest/orgs/rules
    """
    roles = {"maintain": 2, "write": 4, "admin": 5}
    actors: list[dict[str, Any]] = []
    if context.automation_app is not None:
        actors.append(_actor("Integration", context.automation_app, "always"))
    for entry in bypass:
        if entry.team is not None:
            actors.append(_actor("Team", context.team_ids[entry.team], entry.mode))
        elif entry.app is not None:
            actors.append(_actor("Integration", entry.app, entry.mode))
        elif entry.role == "organization-admin":
            actors.append(_actor("OrganizationAdmin", None, entry.mode))
        elif entry.role is not None:
            actors.append(_actor("RepositoryRole", roles[entry.role], entry.mode))
    return actors


def _actor(kind: str, number: int | pulumi.Output[int] | None, mode: str) -> dict[str, Any]:
    """Return a bypass actor; GitHub has no id for some kinds, and would show a difference."""
    actor: dict[str, Any] = {"actor_type": kind, "bypass_mode": mode}
    return actor if number is None else {**actor, "actor_id": number}


def branch_rules(config: BranchProtectionConfig) -> Any:  # noqa: ANN401 - two TypedDicts
    """Return the rules of a ruleset. One that is off is ``False``, which removes it."""
    rules: dict[str, Any] = {
        "deletion": not config.allow_deletions,
        "non_fast_forward": not config.allow_force_pushes,
        "required_linear_history": config.require_linear_history,
        "required_signatures": config.require_signatures,
        "pull_request": {
            "required_approving_review_count": config.approvals,
            "dismiss_stale_reviews_on_push": config.dismiss_stale_reviews,
            "require_code_owner_review": config.require_code_owner_review,
            "require_last_push_approval": config.require_last_push_approval,
            "required_review_thread_resolution": config.require_conversation_resolution,
            "allowed_merge_methods": list(config.merge_methods),
        },
    }
    if config.required_checks:
        app = {} if config.checks_app is None else {"integration_id": config.checks_app}
        rules["required_status_checks"] = {
            "strict_required_status_checks_policy": config.strict_checks,
            "required_checks": [{"context": check, **app} for check in config.required_checks],
        }
    return rules


class ForRepositories(Protocol):
    """The repositories of an organization ruleset."""

    repositories: list[str]
    exclude_repositories: list[str]


def repository_condition(config: ForRepositories) -> Any:  # noqa: ANN401 - two TypedDicts
    """Return the repositories of an organization ruleset, by name."""
    return {
        "repository_name": {
            "includes": ["~ALL" if name == "*" else name for name in config.repositories],
            "excludes": config.exclude_repositories,
            # an administrator of a repository cannot rename it to avoid the ruleset
            "protected": True,
        }
    }


class OrganizationRuleset(pulumi.ComponentResource):
    """Branch protection of many repositories by one ruleset of the organization."""

    def __init__(
        self,
        name: str,
        config: OrganizationBranchProtectionConfig,
        *,
        origin: Origin,
        context: Context,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the organization's ruleset ``name``."""
        opts = renames.with_alias(opts, config.renamed_from)
        super().__init__("portcullis:index:Ruleset", name, origin.inputs(), opts)
        github.OrganizationRuleset(
            name,
            name=name,
            target="branch",
            enforcement=config.enforcement,
            bypass_actors=bypass_actors(config.bypass, context),
            conditions=branch_condition(config) | repository_condition(config),
            rules=branch_rules(config),
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect),
        )


class RepositoryRuleset(pulumi.ComponentResource):
    """Branch protection of one repository, by a ruleset or by classic protection."""

    def __init__(
        self,
        resolved: ResolvedProtection,
        *,
        repository: github.Repository,
        repository_name: str,
        default_branch: str,
        context: Context,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the protection of ``repository``."""
        name, config = resolved.name, resolved.config
        full_name = f"{repository_name}/{name}"
        opts = renames.with_alias(opts, config.renamed_from, below=repository_name)
        super().__init__("portcullis:index:Ruleset", full_name, resolved.origin.inputs(), opts)
        child = pulumi.ResourceOptions(parent=self, protect=context.protect)
        if config.enforced_by == "classic":
            for branch in config.branches:
                special = {"default": default_branch, "all": "*"}
                _classic(
                    f"{full_name}/{branch}",
                    special.get(branch, branch),
                    config,
                    repository=repository,
                    context=context,
                    opts=child,
                )
            return
        github.RepositoryRuleset(
            full_name,
            repository=repository.name,
            name=name,
            target="branch",
            enforcement=config.enforcement,
            bypass_actors=bypass_actors(config.bypass, context),
            conditions=branch_condition(config),
            rules=branch_rules(config),
            opts=child,
        )


def _classic(
    name: str,
    pattern: str,
    config: BranchProtectionConfig,
    *,
    repository: github.Repository,
    context: Context,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare classic protection that is as strict as the ruleset would be.

    It cannot bind checks to an App; bypass is for pull requests only, by team.
    """
    bypassers: list[Any] = [
        f"{context.organization}/{entry.team}" for entry in config.bypass if entry.team
    ]
    checks: list[Any] = [{"strict": config.strict_checks, "contexts": list(config.required_checks)}]
    github.BranchProtection(
        name,
        repository_id=repository.node_id,
        pattern=pattern,
        enforce_admins=True,
        allows_deletions=config.allow_deletions,
        allows_force_pushes=config.allow_force_pushes,
        require_conversation_resolution=config.require_conversation_resolution,
        require_signed_commits=config.require_signatures,
        required_linear_history=config.require_linear_history,
        lock_branch=False,
        required_pull_request_reviews=[
            {
                "required_approving_review_count": config.approvals,
                "dismiss_stale_reviews": config.dismiss_stale_reviews,
                "require_code_owner_reviews": config.require_code_owner_review,
                "require_last_push_approval": config.require_last_push_approval,
                "restrict_dismissals": False,
                "pull_request_bypassers": bypassers,
            }
        ],
        required_status_checks=checks if config.required_checks else None,
        opts=opts,
    )
