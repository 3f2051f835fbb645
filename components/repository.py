"""Repositories: settings, security features, access, files, and the gates of their release path.

Source: https://docs.github.com/rest/repos/repos
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import pulumi
import pulumi_github as github
from pydantic import Field, model_validator

from components import code_owners, dependabot, workflow
from components.base import (
    BranchName,
    Config,
    Context,
    Description,
    Ecosystem,
    EnvironmentName,
    FilePath,
    Origin,
    Permission,
    RulesetName,
    SecretName,
    ShortText,
    TagProtectionName,
    TeamSlug,
    VariableValue,
    Visibility,
    matching,
)
from components.custom_property import PropertyName, ValueOrValues, repository_property
from components.dependabot import DependabotConfig
from components.environment import Environment, EnvironmentConfig
from components.managed_file import ManagedFileConfig, managed_files
from components.publish import (
    PublishConfig,
    refined,
    release_environments,
    release_kinds,
    workflow_plan,
)
from components.ruleset import BranchProtectionConfig, RepositoryRuleset
from components.secrets.secret import RepositorySecretConfig, repository_secret
from components.tag_ruleset import RepositoryTagRuleset, TagProtectionConfig
from components.variable import repository_variable

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        r"[^\s\x00-\x1f#!\[\]][^\s\x00-\x1f\[\]]*",
        "allowed: a path or pattern such as /docs/ or *.py, without blanks, # ! [ and ]",
    ),
]


#: What GitHub calls the first branch of a repository.
FIRST_BRANCH = "main"


class FeaturesConfig(Config):
    """Features of a repository; GitHub switches those off that are not asked for."""

    issues: bool = True
    wiki: bool = False
    projects: bool = False
    discussions: bool = False


class MergeConfig(Config):
    """How pull requests are merged. Merge commits are off: they break a linear history."""

    allow_merge_commit: bool = False
    allow_squash_merge: bool = True
    allow_rebase_merge: bool = True
    allow_auto_merge: bool = False
    allow_update_branch: bool = True
    delete_branch_on_merge: bool = True

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
        """The methods that are on, by the names that rulesets give them."""
        on = {
            "merge": self.allow_merge_commit,
            "squash": self.allow_squash_merge,
            "rebase": self.allow_rebase_merge,
        }
        return {method for method, is_on in on.items() if is_on}


class SecurityConfig(Config):
    """Security features. Secret scanning is declared where GitHub offers it (see `licenses`)."""

    vulnerability_alerts: bool = True
    dependabot_security_updates: bool = True
    secret_scanning: bool = True
    secret_scanning_push_protection: bool = True
    web_commit_signoff_required: bool = True

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


class RepositoryConfig(Config):
    """A repository; what is not said is the secure value."""

    description: Description = ""
    homepage: ShortText = ""
    visibility: Visibility = "private"
    topics: list[Topic] = Field(default=[], max_length=20)
    archived: bool = False
    default_branch: BranchName = "main"
    access: dict[TeamSlug, Permission] = {}
    """Teams and what they may do: `pull`, `triage`, `push`, `maintain`, `admin`."""
    features: FeaturesConfig = FeaturesConfig()
    merge: MergeConfig = MergeConfig()
    security: SecurityConfig = SecurityConfig()
    protection: dict[RulesetName, BranchProtectionConfig] = {}
    tag_protection: dict[TagProtectionName, TagProtectionConfig] = {}
    environments: dict[EnvironmentName, EnvironmentConfig] = {}
    secrets: dict[SecretName, RepositorySecretConfig] = {}
    variables: dict[SecretName, VariableValue] = Field(default={}, max_length=500)
    properties: dict[PropertyName, ValueOrValues] = {}
    """Values of the organization's custom properties; a list for `multi_select`."""
    ecosystems: list[Ecosystem] = []
    """What the repository is built from: Dependabot and the CI workflow follow it."""
    dependabot: DependabotConfig = DependabotConfig()
    code_owners: dict[OwnedPath, list[TeamSlug]] = {}
    """Patterns of paths, and the teams whose review they need; a later pattern wins."""
    workflows: bool = True
    """False leaves the CI and release workflows to the repository."""
    publish: PublishConfig | None = None
    files: dict[FilePath, ManagedFileConfig] = {}


class Repository(pulumi.ComponentResource):
    """A repository with everything that is declared for it."""

    id_number: pulumi.Output[int]

    def __init__(
        self,
        name: str,
        config: RepositoryConfig,
        *,
        origin: Origin,
        context: Context,
        property_types: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the repository ``name``; ``property_types`` are those of custom properties."""
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
            web_commit_signoff_required=config.security.web_commit_signoff_required,
            security_and_analysis=_security_and_analysis(config, context),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=context.protect,
                hooks=context.preflight.new_repository(name, origin),
            ),
        )
        self.id_number = repository.repo_id
        if config.archived:
            return  # GitHub lets nobody change anything below it
        branch: pulumi.Input[str] = config.default_branch
        if config.default_branch != FIRST_BRANCH:
            branch = github.BranchDefault(
                name,
                repository=repository.name,
                branch=config.default_branch,
                rename=True,
                opts=child,
            ).branch
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
                opts=child,
            )
            for team, permission in config.access.items()
        ]
        kinds = release_kinds(config.publish) if config.publish else {}
        for key, (environment, place) in environments_of(config, origin).items():
            Environment(
                key,
                environment,
                repository=repository,
                repository_name=name,
                default_branch=config.default_branch,
                origin=place,
                context=context,
                release=kinds.get(key),
                access=access,
                opts=child,
            )
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
            files_of(config, context.organization),
            repository=repository,
            repository_name=name,
            branch=branch,
            opts=child,
        )
        for ruleset, protection in config.protection.items():
            RepositoryRuleset(
                ruleset,
                protection,
                repository=repository,
                repository_name=name,
                default_branch=config.default_branch,
                origin=origin.child("protection", ruleset),
                context=context,
                opts=child,
            )
        for ruleset, tags in config.tag_protection.items():
            RepositoryTagRuleset(
                ruleset,
                tags,
                repository=repository,
                repository_name=name,
                origin=origin.child("tag_protection", ruleset),
                context=context,
                opts=child,
            )


def environments_of(
    config: RepositoryConfig, origin: Origin
) -> dict[str, tuple[EnvironmentConfig, Origin]]:
    """The environments that `publish` derives, refined by what is written, and the others."""
    derived = release_environments(config.publish) if config.publish else {}
    written = {
        name: (environment, origin.child("environments", name))
        for name, environment in config.environments.items()
    }
    for name, environment in derived.items():
        if name in written:
            written[name] = (refined(environment, written[name][0]), written[name][1])
    return {
        **{name: (environment, origin.child("publish")) for name, environment in derived.items()},
        **written,
    }


def _security_and_analysis(
    config: RepositoryConfig, context: Context
) -> github.RepositorySecurityAndAnalysisArgs | None:
    """Secret scanning, where GitHub offers it: on public repositories, elsewhere by licence.

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


def files_of(config: RepositoryConfig, organization: str) -> dict[str, str]:
    """The managed files of a repository, path to content: derived ones and those of `files`."""
    own = {path: file.text() for path, file in config.files.items()}
    return {**derived_files(config, organization), **own}


def derived_files(config: RepositoryConfig, organization: str) -> dict[str, str]:
    """The managed files that follow from the rest of the declaration, path to content."""
    files: dict[str, str] = {}
    if config.code_owners:
        files[code_owners.PATH] = code_owners.render(config.code_owners, organization)
    if config.ecosystems:
        files[dependabot.PATH] = dependabot.render(config.dependabot, config.ecosystems)
    if config.workflows and (config.ecosystems or config.publish):
        plan = workflow_plan(
            config.publish,
            default_branch=config.default_branch,
            visibility=config.visibility,
            ecosystems=config.ecosystems,
        )
        files[workflow.CI_PATH] = workflow.render_ci(plan)
        if config.publish and config.publish.packages():
            files[workflow.RELEASE_PATH] = workflow.render_release(plan)
    return files
