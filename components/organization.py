"""The organization: its settings, what Actions may do, and everything that belongs to it.

Source: https://docs.github.com/rest/orgs/orgs
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pulumi
import pulumi_github as github
from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from components.audit_archive import AuditArchive, AuditArchiveConfig
from components.base import (
    GITHUB_ACTIONS_APP,
    Config,
    Day,
    EmailAddress,
    Login,
    OrganizationLogin,
    Plan,
    RepositoryName,
    RepositoryPattern,
    RulesetName,
    SecretName,
    ShortText,
    TagProtectionName,
    TeamSlug,
    matching,
    one_line,
)
from components.custom_property import (
    CustomPropertyConfig,
    PropertyName,
    organization_property,
)
from components.files import deploy
from components.files.standard import StandardFilesConfig
from components.files.workflow import GITHUB_OWNERS, actions_used
from components.repository import (
    LockdownLevel,
    Repository,
    RepositoryConfig,
    ResolvedRepository,
)
from components.ruleset import (
    OrganizationBranchProtectionConfig,
    OrganizationRuleset,
)
from components.secrets.declared import DeclaredSecret, facts
from components.secrets.secret import OrganizationSecretConfig, organization_secret
from components.secrets.sources import SourcesConfig
from components.tag_ruleset import OrganizationTagProtectionConfig, OrganizationTagRuleset
from components.team import Team, TeamConfig
from components.trust.config import TrustConfig
from components.trust.trust import Trust
from components.variable import OrganizationVariableConfig, organization_variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.context import Context
    from components.origin import Origin
    from components.trust.config import ResolvedTrust
    from components.visibility import Selected, VisibleTo


class SettingsConfig(Config):
    """The organization's settings, by GitHub's names. Every default is the secure value."""

    display_name: Annotated[str, one_line(255, least=1)]
    """The name on the organization's page."""
    billing_email: EmailAddress
    """Where GitHub sends bills. An update replaces the address on GitHub."""
    description: Annotated[str, one_line(160)] = ""
    """The text below the name."""
    company: ShortText = ""
    """The company that the organization belongs to."""
    blog: ShortText = ""
    """The address of the organization's website."""
    email: Annotated[
        str, matching(r"(?:[^@\s]+@[^@\s]+)?", "allowed: an e-mail address, or nothing")
    ] = ""
    """The public e-mail address."""
    location: ShortText = ""
    """Where the organization is, as free text."""
    default_repository_permission: Literal["none", "read", "write", "admin"] = "none"
    """The base permission of every member in every repository."""
    members_can_create_repositories: bool = False
    """Members may create repositories. Allow public or private ones, too."""
    members_can_create_public_repositories: bool = False
    """Members may create public repositories."""
    members_can_create_private_repositories: bool = False
    """Members may create private repositories."""
    members_can_create_pages: bool = False
    """Members may publish GitHub Pages sites. Allow public or private ones, too."""
    members_can_create_public_pages: bool = False
    """Members may publish GitHub Pages sites that everybody can read."""
    members_can_create_private_pages: bool = False
    """Members may publish GitHub Pages sites that only readers of the repository can read. Other
    plans than Enterprise have no such sites, and yet `true` in new organizations."""
    members_can_fork_private_repositories: bool = False
    """Members may fork private and internal repositories."""
    web_commit_signoff_required: bool = True
    """Require sign-off of commits that people make in GitHub's web interface."""
    has_organization_projects: bool = True
    """The organization may have projects (boards)."""
    has_repository_projects: bool = True
    """Repositories may have projects (boards)."""
    dependency_graph_enabled_for_new_repositories: bool = True
    """New repositories start with the dependency graph on."""
    dependabot_alerts_enabled_for_new_repositories: bool = True
    """New repositories start with Dependabot alerts on."""
    dependabot_security_updates_enabled_for_new_repositories: bool = True
    """New repositories start with Dependabot security updates on."""
    secret_scanning_enabled_for_new_repositories: bool = True
    """New repositories start with secret scanning on."""
    secret_scanning_push_protection_enabled_for_new_repositories: bool = True
    """New repositories start with push protection of secret scanning on."""

    @model_validator(mode="after")
    def _has_effect(self) -> SettingsConfig:
        """Refuse a permission that names no kind of what may be created."""
        for what in ("repositories", "pages"):
            kinds = (f"members_can_create_public_{what}", f"members_can_create_private_{what}")
            if getattr(self, f"members_can_create_{what}") and not any(
                getattr(self, kind) for kind in kinds
            ):
                raise ValueError(
                    f"members_can_create_{what} has no effect unless public or private ones are "
                    f"allowed; "
                    f"allowed: {' or '.join(kinds)}: true"
                )
        return self


class ActionsConfig(Config):
    """What GitHub Actions may do in the organization."""

    enabled_repositories: Annotated[
        Annotated[list[RepositoryPattern], Tag("by names")]
        | Annotated[Literal["all", "none"], Tag("by word")],
        Discriminator(lambda value: "by names" if isinstance(value, list) else "by word"),
    ] = "all"
    """The repositories that may use Actions: `all`, `none`, or names and fnmatch patterns of those
    that are declared here."""
    allowed_actions: Literal["all", "local_only", "selected"] = "selected"
    """`all` actions, those of the organization's own repositories (`local_only`), or those that
    the next three fields select."""
    github_owned_allowed: bool = True
    """Allow actions of GitHub itself, such as `actions/checkout`."""
    verified_allowed: bool = False
    """Allow actions of creators that GitHub has verified."""
    patterns_allowed: list[
        Annotated[
            str,
            matching(
                r"!?[A-Za-z0-9*][A-Za-z0-9*-]*/[A-Za-z0-9._*/-]+(?:@[^\s,@]+)?",
                "allowed: an action or a pattern, such as codecov/codecov-action@* or docker/*",
            ),
        ]
    ] = []
    """Other allowed actions, such as `codecov/codecov-action@*`. Those of managed workflows are
    always allowed."""
    sha_pinning_required: bool = True
    """Require every action to be pinned to a full commit SHA."""
    default_workflow_permissions: Literal["read", "write"] = "read"
    """What a job's GITHUB_TOKEN may do if the workflow file does not restrict it."""
    can_approve_pull_request_reviews: bool = False
    """Let workflows create pull requests and approve them."""

    @model_validator(mode="after")
    def _has_effect(self) -> ActionsConfig:
        """Refuse a choice of actions where none is made."""
        choices = {"github_owned_allowed", "verified_allowed", "patterns_allowed"}
        if self.enabled_repositories == "none" and (
            written := (choices | {"allowed_actions"}) & self.model_fields_set
        ):
            raise ValueError(
                f"{', '.join(sorted(written))} has no effect with enabled_repositories: none; "
                "allowed: enabled_repositories: all, or a list of repositories"
            )
        if self.enabled_repositories == []:
            raise ValueError("no repository is in the list; allowed: enabled_repositories: none")
        if self.allowed_actions != "selected" and (written := choices & self.model_fields_set):
            raise ValueError(
                f"{', '.join(sorted(written))} has no effect with "
                f"allowed_actions: {self.allowed_actions}; allowed: allowed_actions: selected"
            )
        return self


class AutomationConfig(Config):
    """The GitHub App that Portcullis runs as: it may commit managed files to protected branches."""

    app_id: Annotated[int, Field(gt=0)]
    """The App's numeric id, from its settings page."""

    @field_validator("app_id")
    @classmethod
    def _not_actions(cls, value: int) -> int:
        if value == GITHUB_ACTIONS_APP:
            raise ValueError(
                "this is the App of GitHub Actions: every workflow could push; "
                "allowed: an App of your own"
            )
        return value


class ExemptionConfig(Config):
    """A finding that is accepted until a date."""

    rule: Annotated[str, matching(r"[A-Z]{2}[0-9]{3}", "allowed: a rule's id, such as BR012")]
    """The rule's id, as the finding names it."""
    resource: Annotated[str, Field(min_length=1)]
    """The item's path in this file, such as `repositories.sophia`."""
    reason: Annotated[str, Field(min_length=10)]
    """Why the finding is accepted, in at least 10 characters."""
    expires: Day
    """The last day on which the finding is accepted."""
    approved_by: Login | None = None
    """The login of the person who accepted it."""


class OrganizationConfig(Config):
    """One GitHub organization."""

    organization: OrganizationLogin
    """The organization's login."""
    plan: Plan
    """The organization's GitHub plan."""
    lockdown: LockdownLevel | None = None
    """Stop releases: `up` closes the release path and updates nothing, until this is removed.
    `release`: what publishes. `all`: everything."""
    licenses: list[Literal["secret-protection", "code-security"]] = []
    """GitHub's paid products that the organization has; private repositories need one for secret
    scanning."""
    settings: SettingsConfig
    """The organization's settings."""
    actions: ActionsConfig = ActionsConfig()
    """Which actions may run, and what jobs may do by default."""
    automation: AutomationConfig | None = None
    """The GitHub App that Portcullis runs as."""
    teams: dict[TeamSlug, TeamConfig] = {}
    """Teams by slug. A team that is not listed is left alone."""
    protection: dict[RulesetName, OrganizationBranchProtectionConfig] = {}
    """Branch protection, declared once for many repositories."""
    tag_protection: dict[TagProtectionName, OrganizationTagProtectionConfig] = {}
    """Protection of release tags, declared once for many repositories."""
    sources: SourcesConfig = SourcesConfig()
    """Addresses and logins of secret sources."""
    trust: TrustConfig = TrustConfig()
    """Outside systems that trust workflow jobs, so that those need no stored credential."""
    audit_archive: AuditArchiveConfig | None = None
    """A bucket that keeps the organization's audit log and the records of runs."""
    secrets: dict[SecretName, OrganizationSecretConfig] = {}
    """Secrets of the organization, by name."""
    properties: dict[PropertyName, CustomPropertyConfig] = Field(default={}, max_length=100)
    """Custom properties of the repositories."""
    variables: dict[SecretName, OrganizationVariableConfig] = Field(default={}, max_length=1000)
    """Variables of the organization by name, at most 1000. Jobs see them as `vars`."""
    repositories: dict[RepositoryName, RepositoryConfig] = {}
    """Repositories by name. One that is not listed is left alone."""
    standard_files: StandardFilesConfig = StandardFilesConfig()
    """Files that every repository should have, besides its own."""
    exemptions: list[ExemptionConfig] = []
    """Findings of the policy pack that are accepted for a time."""

    @property
    def asks_for_lockdown(self) -> bool:
        """Say whether releases are to be stopped, all of them or those of some repositories."""
        return bool(self.lockdown or any(each.lockdown for each in self.repositories.values()))

    def property_values(self, repository: str, property_: str) -> list[str]:
        """Return a repository's values of a custom property, or the property's default."""
        given = self.repositories[repository].properties.get(property_)
        if given is None:
            default = self.properties[property_].default if property_ in self.properties else None
            return [] if default is None else [default]
        return given if isinstance(given, list) else [given]


@dataclass(frozen=True)
class ResolvedOrganization:
    """An organization with all that follows from its declaration.

    `components.declaration.resolve` makes it. What declares, checks or lists an organization walks
    this, and works nothing out again.
    """

    config: OrganizationConfig
    """As it is written."""
    origin: Origin
    repositories: Mapping[str, ResolvedRepository]
    protection: Mapping[str, OrganizationBranchProtectionConfig]
    """The branch protection that is a ruleset of the organization."""
    tag_protection: Mapping[str, OrganizationTagProtectionConfig]
    """The tag protection that is a ruleset of the organization."""
    secrets: tuple[DeclaredSecret, ...]
    """All secrets: the organization's, and those of its repositories and environments."""
    visible_to: Mapping[tuple[Literal["secrets", "variables"], str], Selected]
    """The repositories that see each secret and variable of the organization."""
    trusts: tuple[ResolvedTrust, ...]
    """What outside systems grant, by environment."""
    people: Mapping[str, frozenset[str]]
    """Lower-case logins of each team, nested teams included: GitHub counts those as members."""

    @property
    def name(self) -> str:
        """Return the organization's login."""
        return self.config.organization

    @property
    def reviewers(self) -> list[str]:
        """Return the logins of all reviewers that are named as persons."""
        return sorted(
            {
                login
                for repository in self.repositories.values()
                for environment in repository.environments.values()
                for login in environment.config.reviewers.users
            }
        )


class Organization(pulumi.ComponentResource):
    """The root of the stack: everything else is below it."""

    def __init__(
        self,
        resolved: ResolvedOrganization,
        *,
        context: Context,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the organization."""
        config, origin = resolved.config, resolved.origin
        super().__init__(
            "portcullis:index:Organization",
            config.organization,
            _inputs(resolved, context),
            opts,
        )
        child = pulumi.ResourceOptions(parent=self)
        self._settings(resolved, context)
        properties = [
            organization_property(name, property_, opts=child)
            for name, property_ in config.properties.items()
        ]
        context = self._teams(config, context, origin)
        repositories = {
            name: Repository(
                repository,
                context=context,
                property_types={key: each.type for key, each in config.properties.items()},
                # GitHub takes values of known properties only
                opts=pulumi.ResourceOptions(parent=self, depends_on=properties),
            )
            for name, repository in resolved.repositories.items()
        }
        self._rulesets(resolved, context)
        self._actions(resolved, repositories)
        if context.trust:
            trust = Trust(
                config.organization,
                config.trust,
                resolved.trusts,
                source=config.sources.vault,
                on_github=context.trust,
                repositories={name: each.repository for name, each in repositories.items()},
                origin=origin.child("trust"),
                opts=child,
            )
            if config.audit_archive and config.trust.aws and trust.aws:
                AuditArchive(
                    config.organization,
                    config.audit_archive,
                    account=config.trust.aws,
                    provider=trust.aws,
                    origin=origin.child("audit_archive"),
                    protect=context.protect,
                    opts=child,
                )
        ids = {name: repository.id_number for name, repository in repositories.items()}

        def visible(
            section: Literal["secrets", "variables"], name: str
        ) -> Literal["all", "private"] | list[pulumi.Output[int]]:
            names = resolved.visible_to[section, name]
            if isinstance(names, list):
                return [ids[each] for each in names]
            return names

        for name, secret in config.secrets.items():
            organization_secret(
                name,
                secret,
                value=context.secret(secret.from_),
                visible_to=visible("secrets", name),
                opts=child,
            )
        for name, variable in config.variables.items():
            organization_variable(name, variable, visible_to=visible("variables", name), opts=child)

    def _settings(self, resolved: ResolvedOrganization, context: Context) -> None:
        config = resolved.config
        # destroying them would overwrite the billing address
        settings = config.settings.model_dump(exclude={"display_name"})
        github.OrganizationSettings(
            config.organization,
            name=config.settings.display_name,
            **{key: value for key, value in settings.items() if value != ""},
            opts=pulumi.ResourceOptions(
                parent=self,
                retain_on_delete=True,
                # the YAML has no field for it: an update leaves it as GitHub has it
                ignore_changes=["membersCanCreateInternalRepositories"],
                hooks=context.preflight.full_settings(),
            ),
        )

    def _actions(
        self, resolved: ResolvedOrganization, repositories: Mapping[str, Repository]
    ) -> None:
        config = resolved.config
        # destroying these would widen what Actions may do
        child = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        enabled = config.actions.enabled_repositories
        # where Actions are off, GitHub has no actions to allow
        allowed = None if enabled == "none" else config.actions.allowed_actions
        github.ActionsOrganizationPermissions(
            config.organization,
            enabled_repositories="selected" if isinstance(enabled, list) else enabled,
            enabled_repositories_config=(
                {
                    "repository_ids": [
                        repositories[name].id_number for name in selected(enabled, config)
                    ]
                }
                if isinstance(enabled, list)
                else None
            ),
            allowed_actions=allowed,
            allowed_actions_config=(
                {
                    "github_owned_allowed": config.actions.github_owned_allowed,
                    "verified_allowed": config.actions.verified_allowed,
                    "patterns_alloweds": _allowed_patterns(resolved),
                }
                if allowed == "selected"
                else None
            ),
            sha_pinning_required=config.actions.sha_pinning_required,
            opts=child,
        )
        github.ActionsOrganizationWorkflowPermissions(
            config.organization,
            organization_slug=config.organization,
            default_workflow_permissions=config.actions.default_workflow_permissions,
            can_approve_pull_request_reviews=config.actions.can_approve_pull_request_reviews,
            opts=child,
        )

    def _teams(self, config: OrganizationConfig, context: Context, origin: Origin) -> Context:
        """Declare the teams, parents first; the context that knows their ids."""
        parents = {slug: [t.parent] if t.parent else [] for slug, t in config.teams.items()}
        ids: dict[str, pulumi.Output[int]] = {}
        for slug in TopologicalSorter(parents).static_order():
            team = config.teams[slug]
            ids[slug] = Team(
                slug,
                team,
                origin=origin.child("teams", slug),
                context=context,
                parent_team=ids[team.parent] if team.parent else None,
                opts=pulumi.ResourceOptions(parent=self),
            ).id_number
        return context.with_team_ids(ids)

    def _rulesets(self, resolved: ResolvedOrganization, context: Context) -> None:
        origin = resolved.origin
        for name, protection in resolved.protection.items():
            OrganizationRuleset(
                name,
                protection,
                origin=origin.child("protection", name),
                context=context,
                opts=pulumi.ResourceOptions(parent=self),
            )
        for name, tags in resolved.tag_protection.items():
            OrganizationTagRuleset(
                name,
                tags,
                origin=origin.child("tag_protection", name),
                context=context,
                opts=pulumi.ResourceOptions(parent=self),
            )


def _allowed_patterns(resolved: ResolvedOrganization) -> list[str]:
    """Return the patterns that are written, and the actions that the managed workflows use."""
    used = set(deploy.actions_of_others(resolved.trusts))
    for repository in resolved.repositories.values():
        used |= actions_used(repository.derived_files)
    managed = {f"{action}@*" for action in used if not action.startswith(GITHUB_OWNERS)}
    return sorted({*resolved.config.actions.patterns_allowed, *managed})


def _inputs(resolved: ResolvedOrganization, context: Context) -> dict[str, Any]:
    """Return what the policy pack takes from the root: plan, exemptions, facts on secrets, App."""
    config = resolved.config
    inputs = resolved.origin.inputs() | {
        "plan": config.plan,
        "exemptions": [_exemption(each) for each in config.exemptions],
        "secrets": {
            ".".join(map(str, each.path)): facts(each, context.secrets[each.config.from_])
            for each in resolved.secrets
        },
        "sandbox": context.preflight.access.is_local,
    }
    if config.automation:
        inputs["automationApp"] = config.automation.app_id
    return inputs


def _exemption(exemption: ExemptionConfig) -> dict[str, str]:
    """Return an exemption as the policy pack reads it."""
    inputs = {
        "rule": exemption.rule,
        "resource": exemption.resource,
        "reason": exemption.reason,
        "expires": exemption.expires.isoformat(),
    }
    if exemption.approved_by:
        inputs["approvedBy"] = exemption.approved_by
    return inputs


def covers(include: list[str], exclude: list[str], name: str) -> bool:
    """Return whether a protection for these patterns holds for the repository ``name``."""

    def matches(patterns: list[str]) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns)

    return matches(include) and not matches(exclude)


def selected(visible_to: VisibleTo, config: OrganizationConfig) -> Selected:
    """Return the names of the declared repositories that are meant, or GitHub's own word."""
    if isinstance(visible_to, str):
        return visible_to
    if isinstance(visible_to, list):
        return [
            name
            for name in config.repositories
            if any(fnmatchcase(name, pattern) for pattern in visible_to)
        ]
    return [
        name
        for name in config.repositories
        if all(
            set(values) & set(config.property_values(name, property_))
            for property_, values in visible_to.properties.items()
        )
    ]


def reached(visible_to: VisibleTo, config: OrganizationConfig) -> list[str]:
    """Return the names of all declared repositories that see it, GitHub's words spelled out."""
    chosen = selected(visible_to, config)
    if isinstance(chosen, list):
        return chosen
    return [
        name
        for name, repository in config.repositories.items()
        if chosen == "all" or repository.visibility != "public"
    ]
