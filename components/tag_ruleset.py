"""Release tags: who may create one, that nobody moves or deletes one, and their names.

Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import pulumi
import pulumi_github as github
from pydantic import Field

from components.base import (
    Config,
    RepositoryPattern,
    TagProtectionName,
    TeamSlug,
    matching,
)
from components.names import renames
from components.names.versions import ReleaseTags, Scheme
from components.ruleset import Bypass, bypass_actors, repository_condition

if TYPE_CHECKING:
    from components.context import Context
    from components.origin import Origin


TagPrefix = Annotated[
    str,
    matching(
        r"(?!refs/|.*//)[A-Za-z@][A-Za-z0-9_@/-]{0,79}",
        "allowed: letters, digits, - _ @ and single slashes, a letter or @ first, "
        "without refs/tags/",
    ),
]


class TagProtectionConfig(Config):
    """Release tags, a prefix and a version: some teams create them, nobody moves them."""

    renamed_from: TagProtectionName | None = None
    """The name before this one: the same rulesets get the new name."""
    created_by: list[TeamSlug] = Field(min_length=1)
    """The teams that may create a release tag, and so start a release."""
    prefix: TagPrefix = "v"
    """The text before the version."""
    scheme: Scheme = "semver"
    """How versions are written. `semver`: `1.2.3`, without leading zeros. `calver`: `2026.7.1` or
    `2026.07.1`, a year, a month and a number. `pep440`: two or three numbers, then `a1`, `b1` or
    `rc1`, `.post1` and `.dev1`, each optional."""

    @property
    def tags(self) -> ReleaseTags:
        """Return the tags that are protected."""
        return ReleaseTags(self.prefix, self.scheme)


@dataclass(frozen=True)
class ResolvedTagProtection:
    """Tag protection that holds for one repository."""

    name: str
    config: TagProtectionConfig
    origin: Origin
    by_organization: bool = False
    """Whether it is the organization's ruleset, which no administrator of the repository edits."""


class OrganizationTagProtectionConfig(TagProtectionConfig):
    """Protection of release tags that is declared once for many repositories."""

    repositories: list[RepositoryPattern] = Field(default=["*"], min_length=1)
    """Names or fnmatch patterns of repositories; `*` is all of them."""
    exclude_repositories: list[RepositoryPattern] = []
    """Names or fnmatch patterns of repositories that are not covered."""

    def for_repository(self) -> TagProtectionConfig:
        """Return the same protection for one of the repositories."""
        return TagProtectionConfig(
            renamed_from=self.renamed_from,
            created_by=self.created_by,
            prefix=self.prefix,
            scheme=self.scheme,
        )


def ruleset_names(name: str) -> tuple[str, str, str, str]:
    """Return the names of the rulesets that the tag protection ``name`` becomes."""
    return name, f"{name} (immutable)", f"{name} (names)", f"{name} (strict names)"


def tag_rulesets(
    name: str, config: TagProtectionConfig, context: Context
) -> list[tuple[str, Any, Any, Any]]:
    """Return each ruleset as (name, ref condition, rules, bypass actors).

    They are several because a bypass holds for all rules of a ruleset: who may create a release
    tag must still not be able to move one, or to give it another name.
    """
    makes, immutable, names, strict_names = ruleset_names(name)
    tags = config.tags
    versions = [f"refs/tags/{each}" for each in tags.admitted]
    no_versions = [f"refs/tags/{each}" for each in tags.forbidden]
    everything = [f"refs/tags/{each}" for each in tags.everything]
    creators = [Bypass(team=team, mode="always") for team in config.created_by]
    teams_only = [a for a in bypass_actors(creators, context) if a["actor_type"] == "Team"]
    return [
        (makes, _refs(versions), {"creation": True}, teams_only),
        (
            immutable,
            _refs(everything),
            {"update": True, "deletion": True, "non_fast_forward": True},
            [],
        ),
        (names, _refs(everything, versions), {"creation": True}, []),
        (strict_names, _refs(no_versions), {"creation": True}, []),
    ]


def _refs(includes: list[str], excludes: list[str] | None = None) -> dict[str, Any]:
    return {"ref_name": {"includes": includes, "excludes": excludes or []}}


class OrganizationTagRuleset(pulumi.ComponentResource):
    """Protection of the release tags of many repositories, at the organization."""

    def __init__(
        self,
        name: str,
        config: OrganizationTagProtectionConfig,
        *,
        origin: Origin,
        context: Context,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the organization's tag rulesets under ``name``."""
        opts = renames.with_alias(opts, config.renamed_from)
        super().__init__("portcullis:index:TagRuleset", name, origin.inputs(), opts)
        where = repository_condition(config)
        for ruleset, refs, rules, actors in tag_rulesets(name, config, context):
            github.OrganizationRuleset(
                ruleset,
                name=ruleset,
                target="tag",
                enforcement="active",
                bypass_actors=actors,
                conditions=refs | where,
                rules=rules,
                opts=pulumi.ResourceOptions(parent=self, protect=context.protect),
            )


class RepositoryTagRuleset(pulumi.ComponentResource):
    """Protection of the release tags of one repository."""

    def __init__(
        self,
        resolved: ResolvedTagProtection,
        *,
        repository: github.Repository,
        repository_name: str,
        context: Context,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the tag rulesets of ``repository``."""
        full_name = f"{repository_name}/{resolved.name}"
        opts = renames.with_alias(opts, resolved.config.renamed_from, below=repository_name)
        super().__init__("portcullis:index:TagRuleset", full_name, resolved.origin.inputs(), opts)
        for ruleset, refs, rules, actors in tag_rulesets(resolved.name, resolved.config, context):
            github.RepositoryRuleset(
                f"{repository_name}/{ruleset}",
                repository=repository.name,
                name=ruleset,
                target="tag",
                enforcement="active",
                bypass_actors=actors,
                conditions=refs,
                rules=rules,
                opts=pulumi.ResourceOptions(parent=self, protect=context.protect),
            )
