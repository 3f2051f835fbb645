"""Every secret that an organization declares: where it stands, where it goes, and what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from components.publish import token_secrets
from components.secrets.secret import RepositorySecretConfig
from components.visibility import reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.organization import OrganizationConfig
    from components.repository import RepositoryConfig
    from components.secrets.secret import SecretConfig, Store
    from components.secrets.source import SecretValue

Scope = Literal["organization", "repository", "environment"]


@dataclass(frozen=True)
class DeclaredSecret:
    """One secret of the declaration."""

    path: tuple[str, ...]
    """Where it stands in the YAML."""
    name: str
    """On GitHub."""
    config: SecretConfig
    scope: Scope
    repositories: tuple[str, ...]
    """The declared repositories that see it: one, unless it is the organization's."""
    environment: str | None = None

    @property
    def stores(self) -> list[Store]:
        """Who may read it."""
        return (
            self.config.stores if isinstance(self.config, RepositorySecretConfig) else ["actions"]
        )

    @property
    def target(self) -> str:
        """``escai/pypi-release``, ``escai``, or ``organization``, for people."""
        if self.scope == "organization":
            return "organization"
        return "/".join(part for part in (*self.repositories, self.environment) if part)


def declared_secrets(config: OrganizationConfig) -> Iterator[DeclaredSecret]:
    """All secrets of an organization, in the order of the YAML; archived repositories have none."""
    for name, secret in config.secrets.items():
        seen = tuple(reached(secret.visible_to, config))
        yield DeclaredSecret(("secrets", name), name, secret, "organization", seen)
    for key, repository in config.repositories.items():
        if not repository.archived:
            yield from _of_repository(key, repository)


def _of_repository(key: str, repository: RepositoryConfig) -> Iterator[DeclaredSecret]:
    path = ("repositories", key)
    for name, own in repository.secrets.items():
        yield DeclaredSecret((*path, "secrets", name), name, own, "repository", (key,))
    derived = list(token_secrets(repository.publish)) if repository.publish else []
    for token in derived:
        where = (*path, "publish", *token.field)
        yield DeclaredSecret(
            where, token.name, token.config, "environment", (key,), token.environment
        )
    taken = {(token.environment, token.name) for token in derived}
    for environment, each in repository.environments.items():
        for name, secret in each.secrets.items():
            if (environment, name) not in taken:
                where = (*path, "environments", environment, "secrets", name)
                yield DeclaredSecret(where, name, secret, "environment", (key,), environment)


def facts(secret: DeclaredSecret, value: SecretValue) -> dict[str, Any]:
    """What the policy pack and a preview may know of a secret: nothing of its value."""
    known = {
        "path": list(secret.path),
        "name": secret.name,
        "repository": None if secret.scope == "organization" else secret.repositories[0],
        "environment": secret.environment,
        "kind": secret.config.kind,
        "source": str(secret.config.from_),
        "version": value.version,
        "changed": value.changed.date().isoformat() if value.changed else None,
        "rotateEvery": secret.config.rotate_every.days if secret.config.rotate_every else None,
    }
    return {key: each for key, each in known.items() if each is not None}
