"""The stack's encrypted config as a secret source: `from: {config: pypiToken}`.

Values that the stack's `environment:` brings in from Pulumi ESC are config too.

Source: https://www.pulumi.com/docs/iac/concepts/secrets/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pulumi
from pulumi.runtime.config import is_config_secret

from components.secrets.source import MissingSecretError, SecretValue

if TYPE_CHECKING:
    from components.secrets.reference import Reference

CHANGED = "secretsChanged"
"""The config key under which `portcullis secrets rotate` stores when each value was set."""


class ConfigSource:
    """Values of `portcullis:<key>` in Pulumi.<stack>.yaml, or from its ESC environments."""

    def fetch(self, reference: Reference) -> SecretValue:
        """Return the value of the key; refuse one that is not encrypted.

        Raises:
            MissingSecretError: there is no such key, or it stands in the file as plain text.
        """
        key = reference.place
        config = pulumi.Config()
        stack = pulumi.get_stack()
        setter = f"pulumi config set --secret {config.full_key(key)} --stack {stack}"
        value = config.get(key)
        if value is None:
            raise MissingSecretError(
                f"Pulumi.{stack}.yaml has no {config.full_key(key)}; set it: {setter}"
            )
        if not is_config_secret(config.full_key(key)):
            raise MissingSecretError(
                f"{config.full_key(key)} is plain text in Pulumi.{stack}.yaml: "
                f"create a new value at its issuer, then encrypt it: {setter}"
            )
        changed = config.get_object(CHANGED)
        day = changed.get(key) if isinstance(changed, dict) else None
        return SecretValue(value, changed=_day(day))


def _day(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    except ValueError:
        return None
