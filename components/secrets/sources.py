"""All secret sources of a stack, and `sources` in YAML: their addresses and logins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.base import Config
from components.secrets.aws import AwsConfig, AwsSource
from components.secrets.config import ConfigSource
from components.secrets.environment_variable import EnvironmentVariableSource
from components.secrets.esc import EscConfig, EscSource
from components.secrets.vault import VaultConfig, VaultSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.secrets.reference import SourceName
    from components.secrets.source import Source


class SourcesConfig(Config):
    """Secret sources outside of the stack. This section holds no secrets."""

    vault: VaultConfig = VaultConfig()
    """HashiCorp Vault."""
    aws: AwsConfig = AwsConfig()
    """AWS Secrets Manager and Parameter Store."""
    esc: EscConfig | None = None
    """Pulumi ESC."""

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return ``base`` with these settings, under the names that the sources' own tools read."""
        said = {
            "VAULT_ADDR": self.vault.address,
            "VAULT_NAMESPACE": self.vault.namespace,
            "AWS_DEFAULT_REGION": self.aws.region or base.get("AWS_REGION"),
            "PULUMI_BACKEND_URL": self.esc.host if self.esc else None,
        }
        return {**base, **{name: value for name, value in said.items() if value}}


def open_sources(config: SourcesConfig) -> Mapping[SourceName, Source]:
    """Return the sources by name; each connects when its first value is read."""
    return {
        "config": ConfigSource(),
        "env": EnvironmentVariableSource(),
        "esc": EscSource(config.esc),
        "vault": VaultSource(config.vault),
        "aws": AwsSource(config.aws),
    }
