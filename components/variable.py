"""Variables: configuration that workflows read and anybody may see.

Source: https://docs.github.com/actions/concepts/workflows-and-actions/variables
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pulumi_github as github

from components.base import Config, RepositoryName

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi


class OrganizationVariableConfig(Config):
    """A variable of the organization, for the repositories that are named."""

    value: str
    visible_to: list[RepositoryName] | Literal["all", "private"]
    """The repositories that see it; `private` are all private and internal ones."""


def organization_variable(
    name: str,
    config: OrganizationVariableConfig,
    *,
    repository_ids: Mapping[str, pulumi.Output[int]],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the organization variable ``name``."""
    if isinstance(config.visible_to, list):
        visibility, ids = "selected", [repository_ids[each] for each in config.visible_to]
    else:
        visibility, ids = config.visible_to, None
    github.ActionsOrganizationVariable(
        name,
        variable_name=name,
        value=config.value,
        visibility=visibility,
        selected_repository_ids=ids,
        opts=opts,
    )


def repository_variable(
    name: str,
    value: str,
    *,
    repository: github.Repository,
    repository_name: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the repository variable ``name``."""
    github.ActionsVariable(
        f"{repository_name}/{name}",
        repository=repository.name,
        variable_name=name,
        value=value,
        opts=opts,
    )


def environment_variable(
    name: str,
    value: str,
    *,
    environment: github.RepositoryEnvironment,
    environment_name: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the variable ``name`` of an environment."""
    github.ActionsEnvironmentVariable(
        f"{environment_name}/{name}",
        repository=environment.repository,
        environment=environment.environment,
        variable_name=name,
        value=value,
        opts=opts,
    )
