"""AWS Secrets Manager as a destination: a secret's name or ARN, and a key of its JSON.

Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from portcullis.secrets.writers.writer import WriteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretsManagerWriter:
    """Sets one key of a secret's JSON, or the whole of it; makes a secret that is missing."""

    def __init__(
        self, client: SecretsManagerClient | None = None, *, region: str | None = None
    ) -> None:
        """Take boto3's client; without one, the machine's own login and region are used."""
        with in_words("secretsmanager"):
            self._client = client or boto3.client("secretsmanager", region_name=region)

    def keys(self, path: str) -> frozenset[str]:
        """Return the keys of its JSON; the empty one for a secret that is a value as a whole."""
        with in_words(path):
            found = self._read(path)
        if found is None:
            return frozenset()
        fields = _fields(found)
        return frozenset({""} if fields is None else fields)

    def write(self, path: str, key: str, value: str) -> str:
        """Set ``key`` (the empty one is the whole secret); the id of the new version."""
        with in_words(path):
            found = self._read(path)
            text = value
            if key:
                fields = _fields(found) if found else {}
                if fields is None:
                    raise WriteError(
                        f"aws: {path}: is one value, not a JSON object with keys: "
                        "name another secret, or leave the key out"
                    )
                text = json.dumps({**fields, key: value})
            if found is None:
                return self._client.create_secret(Name=path, SecretString=text)["VersionId"]
            return self._client.put_secret_value(SecretId=path, SecretString=text)["VersionId"]

    def _read(self, path: str) -> str | None:
        try:
            return self._client.get_secret_value(SecretId=path).get("SecretString", "")
        except self._client.exceptions.ResourceNotFoundException:
            return None


def _fields(text: str) -> dict[str, object] | None:
    """Return the JSON object that a secret is, if it is one."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@contextmanager
def in_words(path: str) -> Iterator[None]:
    """Turn AWS' refusals into words, without its own text: that may quote what was sent.

    Raises:
        WriteError: AWS said no, or cannot be reached.
    """
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        operation = error.operation_name
        raise WriteError(
            f"aws: {path}: AWS refused {operation} ({code}); allow it to the login that runs this"
        ) from None
    except BotoCoreError as error:
        raise WriteError(
            f"aws: {path}: no login, no region, or AWS cannot be reached "
            f"({type(error).__name__}): `aws sts get-caller-identity` has to work"
        ) from None
