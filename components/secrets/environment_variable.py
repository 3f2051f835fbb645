"""A variable of the run as a secret source: `from: {env: PYPI_TOKEN}`, for local work."""

from __future__ import annotations

import os

import pulumi

from components.secrets.source import MissingSecretError


class EnvironmentVariableSource:
    """Values of variables in the environment of the Pulumi program."""

    def fetch(self, key: str) -> pulumi.Output[str]:
        """The value of the variable ``key``.

        Raises:
            MissingSecretError: the variable is not set, or empty.
        """
        value = os.environ.get(key)
        if not value:
            raise MissingSecretError(
                f"the environment variable {key} is not set; set it for this run, "
                "or take the value from another source"
            )
        return pulumi.Output.secret(value)
