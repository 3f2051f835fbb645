"""The stack's encrypted config as a secret source: `from: {config: pypiToken}`.

Source: https://www.pulumi.com/docs/iac/concepts/secrets/
"""

from __future__ import annotations

import pulumi
from pulumi.runtime.config import is_config_secret

from components.secrets.source import MissingSecretError


class ConfigSource:
    """Values of `portcullis:<key>` in Pulumi.<stack>.yaml."""

    def fetch(self, key: str) -> pulumi.Output[str]:
        """The value of ``key``; one that is not encrypted is refused.

        Raises:
            MissingSecretError: there is no such key, or it stands in the file as plain text.
        """
        config = pulumi.Config()
        stack = pulumi.get_stack()
        setter = f"pulumi config set --secret {config.full_key(key)} --stack {stack}"
        if config.get(key) is None:
            raise MissingSecretError(
                f"Pulumi.{stack}.yaml has no {config.full_key(key)}; set it: {setter}"
            )
        if not is_config_secret(config.full_key(key)):
            raise MissingSecretError(
                f"{config.full_key(key)} stands in Pulumi.{stack}.yaml as plain text: "
                f"make a new value at its issuer, then encrypt that one: {setter}"
            )
        return config.require_secret(key)
