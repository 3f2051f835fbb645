"""Variables: configuration that workflows read and anybody may see.

Source: https://docs.github.com/actions/concepts/workflows-and-actions/variables
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pulumi_github as github

from components.base import Config, VariableValue
from components.visibility import VisibleTo

if TYPE_CHECKING:
    import pulumi


class OrganizationVariableConfig(Config):
    """An organization variable, for the listed repositories."""

    value: VariableValue
    """The value, at most 48 KB. Everybody who can see the variable can read it."""
    visible_to: VisibleTo
    """The repositories that may use it. `private`: all private and internal ones."""


def organization_variable(
    name: str,
    config: OrganizationVariableConfig,
    *,
    visible_to: Literal["all", "private"] | list[pulumi.Output[int]],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the organization variable ``name``.

    ``visible_to`` are the numeric ids of the repositories that see it, or GitHub's word.
    """
    github.ActionsOrganizationVariable(
        name,
        variable_name=name,
        value=config.value,
        visibility=visible_to if isinstance(visible_to, str) else "selected",
        selected_repository_ids=None if isinstance(visible_to, str) else visible_to,
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
