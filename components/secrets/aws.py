"""AWS as a secret source: Secrets Manager and Systems Manager's Parameter Store.

`from: {aws: ci/codecov}` is a whole secret, `{aws: ci/codecov, key: token}` a key of a JSON object,
`{aws: ssm:/ci/codecov}` a parameter. Read through pulumi-aws; credentials are the run's own.

Source: https://www.pulumi.com/registry/packages/aws/
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import pulumi

from components.base import Config, matching
from components.secrets.plugin import asked
from components.secrets.source import MissingSecretError, Readings, SecretValue

if TYPE_CHECKING:
    from components.secrets.reference import Reference

PARAMETER = "ssm:"
Region = Annotated[str, matching(r"[a-z]{2}(?:-[a-z]+)+-\d", "allowed: a region, as eu-central-1")]


class AwsConfig(Config):
    """AWS. Credentials come from the environment of the run, never from this file."""

    region: Region | None = None
    """The region. Without it: AWS_REGION."""


class AwsSource:
    """Values from AWS. Each secret or parameter is read once."""

    def __init__(self, config: AwsConfig) -> None:
        """Prepare; the provider is declared when the first value is read."""
        self._config = config
        self._provider: Any = None
        self._read: Readings[SecretValue] = Readings()

    def fetch(self, reference: Reference) -> SecretValue:
        """Return the value, or the value under a key of the JSON object.

        Raises:
            MissingSecretError: there is none, no such version or key, or AWS refuses.
        """
        whole = self._read.of(reference, self._ask)
        if reference.key is None:
            return whole
        return SecretValue(_part(whole.value, reference), whole.version, whole.changed)

    def _ask(self, reference: Reference) -> SecretValue:
        import pulumi_aws as aws  # noqa: PLC0415 - 0.6 s

        options = pulumi.InvokeOptions(provider=self._aws())
        place = f"AWS' {reference.place}"
        if reference.place.startswith(PARAMETER):
            name = reference.place.removeprefix(PARAMETER)
            if reference.version:
                name = f"{name}:{reference.version}"
            parameter = asked(
                place, lambda: aws.ssm.get_parameter(name=name, with_decryption=True, opts=options)
            )
            return SecretValue(_text(parameter.value, place), str(parameter.version))
        secret = asked(
            place,
            lambda: aws.secretsmanager.get_secret_version(
                secret_id=reference.place, version_id=reference.version, opts=options
            ),
        )
        changed = _time(secret.created_date)
        return SecretValue(_text(secret.secret_string, place), secret.version_id, changed)

    def _aws(self) -> Any:  # noqa: ANN401 - pulumi_aws is imported only when used
        import pulumi_aws as aws  # noqa: PLC0415 - as above

        if self._provider is None:
            region = self._config.region or os.environ.get(
                "AWS_REGION", os.environ.get("AWS_DEFAULT_REGION")
            )
            if not region:
                raise MissingSecretError(
                    "the AWS region is not configured: set AWS_REGION, or sources.aws.region"
                )
            self._provider = aws.Provider("aws", region=region)
        return self._provider


def _text(value: str | None, place: str) -> str:
    if not value:
        raise MissingSecretError(f"{place} holds no text; write the value there")
    return value


def _part(whole: str, reference: Reference) -> str:
    """Return the text under ``reference.key`` of the JSON object ``whole``."""
    try:
        value = json.loads(whole)[reference.key]
    except (ValueError, KeyError, TypeError):
        value = None
    if not isinstance(value, str) or not value:
        raise MissingSecretError(
            f"AWS' {reference.place} is not a JSON object with a text under {reference.key}; "
            "write it there, or correct the key"
        )
    return value


def _time(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found
