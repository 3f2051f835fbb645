"""A secret: a reference to its source, and where on GitHub the value goes.

Source: https://docs.github.com/actions/reference/security/secrets
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import pulumi_github as github
from pydantic import Field, model_validator

from components.base import Config, Days, VisibleTo, matching
from components.secrets.config import ConfigSource
from components.secrets.environment_variable import EnvironmentVariableSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from components.secrets.source import Source

Store = Literal["actions", "dependabot"]
#: How well-known tokens begin: somebody took the place of the key's name for the value's.
_NOT_A_VALUE = r"(?!(?:gh[a-z]|github_pat|npm)_\w{20}|pypi-|AKIA|hvs\.|xox[a-z]-)"
ConfigKey = Annotated[
    str,
    matching(
        _NOT_A_VALUE + r"[A-Za-z_][A-Za-z0-9_.-]{0,63}",
        "allowed: the key's name: letters, digits, _ . and -; never the value itself",
    ),
]
VariableName = Annotated[
    str,
    matching(
        _NOT_A_VALUE + r"[A-Za-z_][A-Za-z0-9_]{0,63}",
        "allowed: the variable's name: letters, digits and _; never the value itself",
    ),
]

SOURCES: Mapping[str, Source] = {"config": ConfigSource(), "env": EnvironmentVariableSource()}


class Reference(Config):
    """Where a value comes from: exactly one source."""

    config: ConfigKey | None = None
    """A key of the stack's encrypted config."""
    env: VariableName | None = None
    """A variable of the run's environment, for local work."""

    @model_validator(mode="after")
    def _one_source(self) -> Reference:
        if sum(getattr(self, name) is not None for name in SOURCES) != 1:
            raise ValueError(f"give exactly one source; allowed: {', '.join(SOURCES)}")
        return self

    @property
    def source(self) -> str:
        """The name of the source: ``config`` or ``env``."""
        return next(name for name in SOURCES if getattr(self, name) is not None)

    def value(self) -> pulumi.Output[str]:
        """The value, as a Pulumi secret.

        Raises:
            MissingSecretError: the source does not have it.
        """
        key: str = getattr(self, self.source)
        return SOURCES[self.source].fetch(key)


class SecretConfig(Config):
    """A secret of a repository or an environment."""

    from_: Reference = Field(alias="from")
    """The source of the value. Never the value."""
    rotate_every: Days | None = None
    """When a new value is due, such as `90d`."""


class RepositorySecretConfig(SecretConfig):
    """A secret of a repository."""

    stores: list[Store] = Field(default=["actions"], min_length=1)
    """Who may read it: `actions`, `dependabot`, or both."""


class OrganizationSecretConfig(RepositorySecretConfig):
    """A secret of the organization, for the repositories that are named."""

    visible_to: VisibleTo
    """The repositories that see it; `private` are all private and internal ones."""


def organization_secret(
    name: str,
    config: OrganizationSecretConfig,
    *,
    repository_ids: Mapping[str, pulumi.Output[int]],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the organization secret ``name`` in each of its stores, and who sees it."""
    visible_to = config.visible_to
    visibility = visible_to if isinstance(visible_to, str) else "selected"
    value = config.from_.value()
    for store in config.stores:
        create, select = _ORGANIZATION_STORES[store]
        secret = create(
            f"{store}/{name}", secret_name=name, value=value, visibility=visibility, opts=opts
        )
        if isinstance(visible_to, list):
            select(
                f"{store}/{name}",
                secret_name=secret.secret_name,
                selected_repository_ids=[repository_ids[each] for each in visible_to],
                opts=opts,
            )


_ORGANIZATION_STORES: Mapping[Store, tuple[Any, Any]] = {
    "actions": (
        github.ActionsOrganizationSecret,
        github.ActionsOrganizationSecretRepositories,
    ),
    "dependabot": (
        github.DependabotOrganizationSecret,
        github.DependabotOrganizationSecretRepositories,
    ),
}


def repository_secret(
    name: str,
    config: RepositorySecretConfig,
    *,
    repository: github.Repository,
    repository_name: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the repository secret ``name`` in each of its stores."""
    value = config.from_.value()
    if "actions" in config.stores:
        github.ActionsSecret(
            f"{repository_name}/actions/{name}",
            repository=repository.name,
            secret_name=name,
            value=value,
            opts=opts,
        )
    if "dependabot" in config.stores:
        github.DependabotSecret(
            f"{repository_name}/dependabot/{name}",
            repository=repository.name,
            secret_name=name,
            value=value,
            opts=opts,
        )


def environment_secret(
    name: str,
    config: SecretConfig,
    *,
    environment: github.RepositoryEnvironment,
    environment_name: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the secret ``name`` of an environment: only a job that passed its gate reads it."""
    github.ActionsEnvironmentSecret(
        f"{environment_name}/{name}",
        repository=environment.repository,
        environment=environment.environment,
        secret_name=name,
        value=config.from_.value(),
        opts=opts,
    )
