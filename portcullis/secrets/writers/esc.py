"""Pulumi ESC as a destination: `project/environment`, and a dotted path within its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.esc import definition
from portcullis.esc.connection import EscError, in_words
from portcullis.secrets.writers.writer import WriteError

if TYPE_CHECKING:
    from pulumi_esc_sdk.esc_client import EscClient

_ATTEMPTS = 3
"""How often a definition is read again when somebody else was faster."""
_CONFLICT, _MISSING = 409, 404


class EscWriter:
    """Sets secrets in environments of an organization; makes an environment that is missing."""

    def __init__(self, client: EscClient, organization: str) -> None:
        """Take a client that is logged in."""
        self._client = client
        self._organization = organization

    def keys(self, path: str) -> frozenset[str]:
        """Return the names at the top of the environment's values."""
        try:
            return frozenset(definition.read(self._client, self._name(path)).values)
        except EscError as error:
            if error.status == _MISSING:
                return frozenset()
            raise

    def write(self, path: str, key: str, value: str) -> str:
        """Set the secret; the number of the environment's new revision."""
        name = self._name(path)
        for attempt in range(1, _ATTEMPTS + 1):
            found = self._read_or_make(name)
            found.set_secret(key, value)
            try:
                return definition.write(self._client, found)
            except EscError as error:
                if error.status != _CONFLICT or attempt == _ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _read_or_make(self, name: definition.Name) -> definition.Definition:
        try:
            return definition.read(self._client, name)
        except EscError as error:
            if error.status != _MISSING:
                raise
        with in_words(f"{name} (to be made)"):
            self._client.create_environment(name.organization, name.project, name.name)
        return definition.read(self._client, name)

    def _name(self, path: str) -> definition.Name:
        project, separator, name = path.partition("/")
        if not (project and separator and name) or "/" in name:
            raise WriteError(f"esc: {path}: allowed: <project>/<environment>")
        return definition.Name(self._organization, project, name)
