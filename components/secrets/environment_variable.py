"""A variable of the run, or of a .env file, as a secret source: `from: {env: PYPI_TOKEN}`.

For local work: on a real organization the policy pack refuses it without an exemption (SE013).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from components.secrets.source import MissingSecretError, SecretValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.secrets.reference import Reference


class EnvironmentVariableSource:
    """Values of variables in the environment of the Pulumi program, or else in `.env`."""

    def __init__(self, file: Path = Path(".env")) -> None:
        """Prepare; variables that the run does not have are read from ``file``, if it exists."""
        self._file = file

    def fetch(self, reference: Reference) -> SecretValue:
        """Return the value of the variable.

        Raises:
            MissingSecretError: the variable is not set, or empty; or the file cannot be read.
        """
        key = reference.place
        value = os.environ.get(key) or self._of_file().get(key)
        if not value:
            raise MissingSecretError(
                f"the environment variable {key} is not set, and {self._file.name} does not have "
                "it either; set it for this run, or use another source"
            )
        return SecretValue(value)

    def _of_file(self) -> Mapping[str, str | None]:
        if not self._file.is_file():
            return {}
        try:
            # no interpolation: a secret may have a dollar sign
            return dotenv_values(self._file, interpolate=False)
        except (OSError, UnicodeDecodeError):
            raise MissingSecretError(
                f"{self._file.name} is not readable: save it as UTF-8 text, and check its "
                "permissions"
            ) from None
