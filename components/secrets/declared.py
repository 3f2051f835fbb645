"""A secret of the declaration: its location in the YAML, who sees it, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from components.secrets.secret import RepositorySecretConfig

if TYPE_CHECKING:
    from components.secrets.secret import SecretConfig, Store
    from components.secrets.source import SecretValue

Scope = Literal["organization", "repository", "environment"]


@dataclass(frozen=True)
class DeclaredSecret:
    """One secret of the declaration."""

    path: tuple[str | int, ...]
    """Its location in the YAML."""
    name: str
    """Its name on GitHub."""
    config: SecretConfig
    scope: Scope
    repositories: tuple[str, ...]
    """The declared repositories that see it: one, unless it is the organization's."""
    environment: str | None = None

    @property
    def stores(self) -> list[Store]:
        """Return the GitHub stores that hold it."""
        return (
            self.config.stores if isinstance(self.config, RepositorySecretConfig) else ["actions"]
        )

    @property
    def target(self) -> str:
        """Return ``escai/pypi-release``, ``escai``, or ``organization``, for people."""
        if self.scope == "organization":
            return "organization"
        return "/".join(part for part in (*self.repositories, self.environment) if part)


def facts(secret: DeclaredSecret, value: SecretValue) -> dict[str, Any]:
    """Return what the policy pack and a preview may know of a secret: nothing of its value."""
    known = {
        "path": list(secret.path),
        "name": secret.name,
        "repository": None if secret.scope == "organization" else secret.repositories[0],
        "environment": secret.environment,
        "kind": secret.config.kind,
        "source": str(secret.config.from_),
        "version": value.version,
        "changed": value.changed.date().isoformat() if value.changed else None,
        "changedAt": value.changed.isoformat() if value.changed else None,
        "rotateEvery": secret.config.rotate_every.days if secret.config.rotate_every else None,
    }
    return {key: each for key, each in known.items() if each is not None}
