"""Repositories: settings, security features, access, files, and their release path.

Source: https://docs.github.com/rest/repos/repos
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

import pulumi
import pulumi_github as github
from pydantic import Field, model_validator

from components.base import (
    BranchName,
    Config,
    Description,
    Ecosystem,
    EnvironmentName,
    FilePath,
    Permission,
    RepositoryName,
    RulesetName,
    SecretName,
    ShortText,
    TagProtectionName,
    TeamSlug,
    VariableValue,
    Visibility,
    matching,
)
from components.connections.deploy_key import DeployKeyConfig, KeyTitle, deploy_keys
from components.custom_property import PropertyName, ValueOrValues, repository_property
from components.environment import Environment, EnvironmentConfig, ResolvedEnvironment
from components.files.dependabot import DependabotConfig
from components.files.library import CODEQL_PATH
from components.files.managed_file import ManagedFileConfig, added_files, managed_files
from components.files.release_notification import ReleaseNotificationConfig
from components.files.standard import StandardFilesConfig
from components.files.workflow_choice import ManagedWorkflows
from components.names import renames
from components.names.default_branch import FIRST_BRANCH, KEEP
from components.publish.packages import PublishedPackages
from components.ruleset import BranchProtectionConfig, RepositoryRuleset, ResolvedProtection
from components.secrets.secret import RepositorySecretConfig, repository_secret
from components.tag_ruleset import RepositoryTagRuleset, ResolvedTagProtection, TagProtectionConfig
from components.trust.subject import repository_template
from components.variable import repository_variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.context import Context
    from components.declaration.release.publishers import Publisher
    from components.files.standard import AddedFile
    from components.files.workflow import WorkflowPlan
    from components.origin import Origin
    from components.publish.environments import ResolvedPackage
    from components.trust.config import ResolvedTrust
    from components.trust.subject import SubjectClaim

Topic = Annotated[
    str,
    matching(
        r"[a-z0-9][a-z0-9-]{0,49}",
        "allowed: lower-case letters, digits and hyphens, at most 50",
    ),
]
OwnedPath = Annotated[
    str,
    matching(
        # GitHub skips a line with a comment sign, a negation or a range
        r"[^\s\x00-\x1f\x7f-\x9f#!\[\]][^\s\x00-\x1f\x7f-\x9f\[\]]*",
        "allowed: a path or pattern such as /docs/ or *.py, without blanks, # ! [ and ]",
    ),
]


class FeaturesConfig(Config):
    """Features of a repository. Portcullis switches off those that are `false`."""

    issues: bool = True
    """Issues."""
    wiki: bool = False
    """A wiki."""
    projects: bool = False
    """Projects (boards)."""
    discussions: bool = False
    """Discussions."""


class MergeConfig(Config):
    """How pull requests are merged. Merge commits are off: they break a linear history."""

    allow_merge_commit: bool = False
    """Allow merge commits."""
    allow_squash_merge: bool = True
    """Allow squash merging: one commit for each pull request."""
    allow_rebase_merge: bool = True
    """Allow rebase merging: the pull request's commits, without a merge commit."""
    allow_auto_merge: bool = False
    """Let people order a merge that happens once all requirements are met."""
    allow_update_branch: bool = True
    """Offer to update a pull request's branch that is behind its base branch."""
    delete_branch_on_merge: bool = True
    """Delete a pull request's branch after the merge."""

    @model_validator(mode="after")
    def _one_method(self) -> MergeConfig:
        if not self.methods:
            raise ValueError(
                "no merge method is on, and GitHub refuses that; "
                "allowed: allow_squash_merge, allow_rebase_merge or allow_merge_commit: true"
            )
        return self

    @property
    def methods(self) -> set[str]:
        """Return the methods that are on, by their names in rulesets."""
        on = {
            "merge": self.allow_merge_commit,
            "squash": self.allow_squash_merge,
            "rebase": self.allow_rebase_merge,
        }
        return {method for method, is_on in on.items() if is_on}


class SecurityConfig(Config):
    """Security features. Secret scanning is declared where GitHub offers it (see `licenses`)."""

    vulnerability_alerts: bool = True
    """Dependabot alerts about dependencies with known vulnerabilities."""
    dependabot_security_updates: bool = True
    """Pull requests by Dependabot that fix such dependencies. Needs `vulnerability_alerts`."""
    secret_scanning: bool = True
    """Search the repository for known kinds of secrets."""
    secret_scanning_push_protection: bool = True
    """Refuse pushes that contain such a secret. Needs `secret_scanning`."""
    web_commit_signoff_required: bool = True
    """Require sign-off of commits that people make in GitHub's web interface. Not sent where the
    organization requires it: GitHub refuses that."""

    @model_validator(mode="after")
    def _what_each_needs(self) -> SecurityConfig:
        for feature, needed in NEEDS.items():
            if feature in self.model_fields_set and getattr(self, feature) > getattr(self, needed):
                raise ValueError(
                    f"{feature} needs {needed}, which is off; allowed: {needed}: true, "
                    f"or {feature}: false"
                )
        return self

    def is_on(self, feature: str) -> bool:
        """Return whether ``feature`` is on, and whatever it needs."""
        needed = NEEDS.get(feature)
        return getattr(self, feature) is True and (needed is None or self.is_on(needed))


NEEDS: Mapping[str, str] = {
    "dependabot_security_updates": "vulnerability_alerts",
    "secret_scanning_push_protection": "secret_scanning",
}
"""The feature that each security feature needs: GitHub refuses one without the other.

Where only the needed feature is declared off, the other is off with it.
"""


LockdownLevel = Literal["release", "all"]
"""How much a lockdown closes."""


class RepositoryConfig(Config):
    """A repository. Every default is the secure value."""

    description: Description = ""
    """The text on the repository's page, at most 350 characters."""
    homepage: ShortText = ""
    """The address of the project's website."""
    visibility: Visibility = "private"
    """Who can see it: everybody, its members, or (`internal`) all members of the enterprise."""
    topics: list[Topic] = Field(default=[], max_length=20)
    """Topics by which people find the repository, at most 20."""
    renamed_from: RepositoryName | None = None
    """The repository's name before this one: `make up` renames it on GitHub, with all it has."""
    lockdown: LockdownLevel | None = None
    """Stop the releases of this repository alone, as `lockdown` of the organization does for all.
    Both levels close the same here."""
    archived: bool = False
    """Read-only on GitHub. Only the repository's settings are managed; the rest of its entry waits
    until it is unarchived."""
    default_branch: BranchName = FIRST_BRANCH
    """A name, by which GitHub's default branch is renamed, or `keep`: as GitHub has it."""
    access: dict[TeamSlug, Permission] = {}
    """Teams by slug, each with its permission."""
    features: FeaturesConfig = FeaturesConfig()
    """Which features of GitHub the repository uses."""
    merge: MergeConfig = MergeConfig()
    """How pull requests are merged."""
    security: SecurityConfig = SecurityConfig()
    """Security features of the repository."""
    protection: dict[RulesetName, BranchProtectionConfig] = {}
    """Branch protection of this repository, beside the organization's."""
    tag_protection: dict[TagProtectionName, TagProtectionConfig] = {}
    """Protection of release tags of this repository, beside the organization's."""
    environments: dict[EnvironmentName, EnvironmentConfig] = {}
    """Environments by name. `publish` adds the release environments."""
    secrets: dict[SecretName, RepositorySecretConfig] = {}
    """Secrets that every job of the repository can read."""
    variables: dict[SecretName, VariableValue] = Field(default={}, max_length=500)
    """Variables by name, each at most 48 KB. Jobs see them as `vars`."""
    deploy_keys: dict[KeyTitle, DeployKeyConfig] = {}
    """SSH keys of machines, by title. One that is not listed is left alone."""
    properties: dict[PropertyName, ValueOrValues] = {}
    """Values of the organization's custom properties; a list for `multi_select`."""
    ecosystems: list[Ecosystem] = []
    """What the repository is built with. It decides Dependabot's updates and the CI workflow."""
    dependabot: DependabotConfig = DependabotConfig()
    """How Dependabot proposes updates."""
    code_owners: dict[OwnedPath, list[TeamSlug]] = {}
    """Path patterns, each with the teams that have to review changes. A later pattern wins."""
    workflows: ManagedWorkflows = True
    """Which workflow files Portcullis manages. `false`: none, the CI and release workflows
    included. A mapping chooses among those beside them; what it leaves out has its default."""
    publish: PublishedPackages = []
    """The packages that the repository publishes; each entry names its registry first, such as
    `python: agent-sdk`."""
    release_notification: ReleaseNotificationConfig | None = None
    """Who hears of the outcome of each release. The run's summary always has it."""
    files: dict[FilePath, ManagedFileConfig] = {}
    """Files that Portcullis keeps in the repository, by path."""
    file_changes: Literal["auto", "push", "pull-request"] = "auto"
    """How managed files get into the default branch: pushed to it, or by one pull request. `auto`:
    pushed, unless its protection lets nobody push."""
    standard_files: StandardFilesConfig = StandardFilesConfig()
    """What differs from the organization's standard files."""

    @property
    def keeps_branch(self) -> bool:
        """Return whether the default branch stays as GitHub has it."""
        return self.default_branch == KEEP


@dataclass(frozen=True)
class ResolvedRepository:
    """A repository with all that follows from the rest of the declaration.

    An archived repository has nothing but its settings: GitHub lets nobody change anything else.
    """

    name: str
    config: RepositoryConfig
    """As it is written."""
    origin: Origin
    environments: Mapping[str, ResolvedEnvironment] = field(default_factory=dict)
    """By name: those of the release path first, in its order."""
    protection: tuple[ResolvedProtection, ...] = ()
    """Branch protection of the repository, without rulesets of the organization."""
    tag_protection: tuple[ResolvedTagProtection, ...] = ()
    """All tag protection that holds for it, the organization's included."""
    keeps_branch: bool = False
    """Whether `default_branch` stands for what GitHub has."""
    derived_files: Mapping[str, str] = field(default_factory=dict)
    """The managed files that follow from the rest of the declaration, path to content."""
    added_files: Mapping[str, AddedFile] = field(default_factory=dict)
    """The files that are added to what people wrote, by path."""
    by_pull_request: bool = False
    """Whether managed files come by a pull request."""
    packages: tuple[ResolvedPackage, ...] = ()
    """What it publishes."""
    workflows: WorkflowPlan | None = None
    """What the managed workflows are written from; None where the repository keeps its own."""
    trusts: tuple[ResolvedTrust, ...] = ()
    """What outside systems grant to the jobs of its environments."""
    subject_claims: tuple[SubjectClaim, ...] = ()
    """The template of its tokens' subject; none for GitHub's own."""
    publishers: tuple[Publisher, ...] = ()
    """Who publishes its packages, at each registry."""

    @property
    def names_branch(self) -> bool:
        """Return whether the YAML names the default branch, so that GitHub's may be renamed."""
        return "default_branch" in self.config.model_fields_set and not self.keeps_branch

    @property
    def files(self) -> dict[str, ManagedFileConfig]:
        """Return the managed files by path: derived ones, then those of `files`."""
        if self.config.archived:
            return {}
        derived = {p: ManagedFileConfig(content=text) for p, text in self.derived_files.items()}
        return {**derived, **self.config.files}

    @property
    def release_path(self) -> list[ResolvedEnvironment]:
        """Return the environments from a release tag to the registries, in order."""
        return [each for each in self.environments.values() if each.release]


class Repository(pulumi.ComponentResource):
    """A repository with everything that is declared for it."""

    repository: github.Repository
    id_number: pulumi.Output[int]

    def __init__(
        self,
        resolved: ResolvedRepository,
        *,
        context: Context,
        property_types: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a repository; ``property_types`` are those of custom properties."""
        name, config, origin = resolved.name, resolved.config, resolved.origin
        opts = renames.renamed(opts, "repositories", name, config.renamed_from)
        super().__init__("portcullis:index:Repository", name, origin.inputs(), opts)
        child = pulumi.ResourceOptions(parent=self)
        repository = github.Repository(
            name,
            name=name,
            description=config.description,
            homepage_url=config.homepage,
            visibility=config.visibility,
            topics=list(config.topics),
            archived=config.archived,
            # a first commit, so that there is a default branch to protect
            auto_init=True,
            # nobody's work is lost by a line taken out of YAML
            archive_on_destroy=True,
            has_issues=config.features.issues,
            has_wiki=config.features.wiki,
            has_projects=config.features.projects,
            has_discussions=config.features.discussions,
            **config.merge.model_dump(),
            # where the organization enforces it, GitHub answers 422 to a repository's own setting
            # (terraform-provider-github #2077, #2222, #2763, #3165)
            web_commit_signoff_required=(
                None if context.signoff_enforced else config.security.web_commit_signoff_required
            ),
            security_and_analysis=_security_and_analysis(config, context),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=context.protect,
                # the YAML has no field for it: an update leaves it as GitHub has it
                ignore_changes=["isTemplate"],
                hooks=context.preflight.new_repository(
                    name, origin, names_branch=resolved.names_branch or config.archived
                ),
            ),
        )
        self.repository, self.id_number = repository, repository.repo_id
        if config.archived:
            return  # GitHub lets nobody change anything below it
        branch: pulumi.Input[str] = config.default_branch
        if resolved.names_branch:
            branch = github.BranchDefault(
                name,
                repository=repository.name,
                branch=config.default_branch,
                rename=True,
                opts=pulumi.ResourceOptions(
                    parent=self, hooks=context.preflight.renamed_branch(name, origin)
                ),
            ).branch
        checked = pulumi.ResourceOptions(
            hooks=None
            if resolved.names_branch or resolved.keeps_branch
            else context.preflight.same_branch(name, config.default_branch, origin)
        )
        # destroying either would switch it off
        alerts = github.RepositoryVulnerabilityAlerts(
            name,
            repository=repository.name,
            enabled=config.security.vulnerability_alerts,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        github.RepositoryDependabotSecurityUpdates(
            name,
            repository=repository.name,
            enabled=config.security.is_on("dependabot_security_updates"),
            # GitHub refuses security updates where alerts are off
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True, depends_on=[alerts]),
        )
        access = [
            github.TeamRepository(
                f"{name}/{team}",
                repository=repository.name,
                team_id=context.team_ids[team].apply(str),
                permission=permission,
                opts=pulumi.ResourceOptions(
                    parent=self, aliases=context.aliases_of_team(team, f"{name}/{{}}")
                ),
            )
            for team, permission in config.access.items()
        ]
        for environment in resolved.environments.values():
            Environment(
                environment,
                repository=repository,
                repository_name=name,
                default_branch=config.default_branch,
                context=context,
                access=access,
                checked=checked,
                opts=child,
            )
        repository_template(name, resolved.subject_claims, repository=repository, opts=child)
        for secret, reference in config.secrets.items():
            repository_secret(
                secret,
                reference,
                value=context.secret(reference.from_),
                repository=repository,
                repository_name=name,
                opts=child,
            )
        for variable, value in config.variables.items():
            repository_variable(
                variable, value, repository=repository, repository_name=name, opts=child
            )
        deploy_keys(config.deploy_keys, repository=repository, repository_name=name, opts=child)
        for property_, values in config.properties.items():
            repository_property(
                property_,
                values if isinstance(values, list) else [values],
                type_=property_types[property_],
                repository=repository,
                repository_name=name,
                opts=child,
            )
        managed_files(
            {path: file.text() for path, file in resolved.files.items()},
            repository=repository,
            repository_name=name,
            branch=branch,
            hooks=context.preflight.managed_file(
                name, scanned=origin if CODEQL_PATH in resolved.derived_files else None
            ),
            by_pull_request=resolved.by_pull_request,
            opts=child,
        )
        added_files(
            name, resolved.added_files, by_pull_request=resolved.by_pull_request, opts=child
        )
        for protection in resolved.protection:
            RepositoryRuleset(
                protection,
                repository=repository,
                repository_name=name,
                default_branch=config.default_branch,
                context=context,
                opts=child,
            )
        for tags in resolved.tag_protection:
            if not tags.by_organization:
                RepositoryTagRuleset(
                    tags,
                    repository=repository,
                    repository_name=name,
                    context=context,
                    opts=child,
                )


def _security_and_analysis(
    config: RepositoryConfig, context: Context
) -> github.RepositorySecurityAndAnalysisArgs | None:
    """Return secret scanning where GitHub offers it: on public repositories, elsewhere by licence.

    Source: https://docs.github.com/get-started/learning-about-github/about-github-advanced-security
    """
    if config.visibility != "public" and "secret-protection" not in context.licenses:
        return None
    status: Mapping[bool, Literal["enabled", "disabled"]] = {True: "enabled", False: "disabled"}
    return github.RepositorySecurityAndAnalysisArgs(
        secret_scanning=github.RepositorySecurityAndAnalysisSecretScanningArgs(
            status=status[config.security.secret_scanning]
        ),
        secret_scanning_push_protection=(
            github.RepositorySecurityAndAnalysisSecretScanningPushProtectionArgs(
                status=status[config.security.is_on("secret_scanning_push_protection")]
            )
        ),
    )
