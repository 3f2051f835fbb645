"""A secret: a reference to its source, and where on GitHub the value goes.

Source: https://docs.github.com/actions/reference/security/secrets
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pulumi
import pulumi_github as github
from pydantic import Field, model_validator

from components.base import Config, Days, PythonPackageName
from components.secrets.kind import Kind, Registry
from components.secrets.reference import Reference
from components.visibility import VisibleTo

if TYPE_CHECKING:
    from collections.abc import Mapping

Store = Literal["actions", "dependabot", "codespaces"]


class StoredConfig(Config):
    """Where a value comes from, and when a new one is due."""

    from_: Reference = Field(alias="from")
    """The source of the value. Never the value."""
    rotate_every: Days | None = None
    """The rotation period, such as `90d`."""


class SecretConfig(StoredConfig):
    """A secret of a repository or an environment."""

    kind: Kind = "opaque"
    """The kind of the value. It is checked before anything changes."""
    project: PythonPackageName | None = None
    """The one project that a `pypi-token` has to be restricted to."""
    registry: Registry | None = None
    """The registry of a `pypi-token`. Without it: `pypi`."""

    @model_validator(mode="after")
    def _for_pypi(self) -> SecretConfig:
        if self.kind != "pypi-token" and (self.project or self.registry):
            raise ValueError("project and registry are for kind: pypi-token; remove them")
        return self


class RepositorySecretConfig(SecretConfig):
    """A secret of a repository."""

    stores: list[Store] = Field(default=["actions"], min_length=1)
    """Which GitHub services may read it."""


class OrganizationSecretConfig(RepositorySecretConfig):
    """An organization secret, for the listed repositories."""

    visible_to: VisibleTo
    """The repositories that may use it. `private`: all private and internal ones."""


def organization_secret(
    name: str,
    config: OrganizationSecretConfig,
    *,
    value: pulumi.Output[str],
    visible_to: Literal["all", "private"] | list[pulumi.Output[int]],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the organization secret ``name`` in each of its stores.

    ``visible_to`` are the numeric ids of the repositories that see it, or GitHub's word.
    """
    # one request sets value and ids: with the ...Repositories resources that the provider
    # recommends, the ids come later, and no repository could use a new value in between
    seen: dict[str, Any] = (
        {"visibility": visible_to}
        if isinstance(visible_to, str)
        else {"visibility": "selected", "selected_repository_ids": visible_to}
    )
    for store in config.stores:
        _ORGANIZATION_STORES[store](
            f"{store}/{name}",
            secret_name=name,
            opts=_for(store, opts),
            **seen,
            **_given(store, value),
        )


_ORGANIZATION_STORES: Mapping[Store, Any] = {
    "actions": github.ActionsOrganizationSecret,
    "dependabot": github.DependabotOrganizationSecret,
    "codespaces": github.CodespacesOrganizationSecret,
}
_REPOSITORY_STORES: Mapping[Store, Any] = {
    "actions": github.ActionsSecret,
    "dependabot": github.DependabotSecret,
    "codespaces": github.CodespacesSecret,
}


def _given(store: Store, value: pulumi.Output[str]) -> dict[str, Any]:
    """Return the argument for the value; for Codespaces the provider has only the legacy name."""
    return {"plaintext_value" if store == "codespaces" else "value": value}


def _for(store: Store, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """Return options that delete a Codespaces secret before its replacement is created."""
    if store != "codespaces":
        return opts
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True))


def repository_secret(
    name: str,
    config: RepositorySecretConfig,
    *,
    value: pulumi.Output[str],
    repository: github.Repository,
    repository_name: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the repository secret ``name`` in each of its stores."""
    for store in config.stores:
        _REPOSITORY_STORES[store](
            f"{repository_name}/{store}/{name}",
            repository=repository.name,
            secret_name=name,
            opts=_for(store, opts),
            **_given(store, value),
        )


def environment_secret(
    name: str,
    *,
    value: pulumi.Output[str],
    environment: github.RepositoryEnvironment,
    environment_name: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the secret ``name`` of an environment: only a job that it let through reads it."""
    github.ActionsEnvironmentSecret(
        f"{environment_name}/{name}",
        repository=environment.repository,
        environment=environment.environment,
        secret_name=name,
        value=value,
        opts=opts,
    )
