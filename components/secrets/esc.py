"""Pulumi ESC as a secret source: `from: {esc: sophia/api-keys, key: OPENAI_API_KEY}`.

Environments are opened with pulumi-esc-sdk, so this works with any state backend. On Pulumi Cloud
the stack's `environment:` is the other way: its values are config, `from: {config: openaiApiKey}`.

Source: https://www.pulumi.com/docs/esc/
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from components.base import Config, SourceAddress, matching
from components.secrets.plugin import asked
from components.secrets.source import MissingSecretError, Readings, SecretValue

if TYPE_CHECKING:
    from pulumi_esc_sdk.api.esc_api import EscApi

    from components.secrets.reference import Reference

CLOUD = "https://api.pulumi.com"
PATIENCE_SECONDS = 30.0
"""How long ESC may take for an answer, including the providers that it asks."""


class EscConfig(Config):
    """Pulumi ESC. The access token comes from the environment of the run, never from this file."""

    organization: Annotated[
        str, matching(r"[A-Za-z0-9_-]{1,40}", "allowed: an organization of Pulumi Cloud")
    ]
    """The organization on Pulumi Cloud that has the environments."""
    host: SourceAddress = CLOUD
    """The address of Pulumi Cloud's API."""


@dataclass(frozen=True)
class _Opened:
    """An environment's values, and their revision."""

    values: Any = field(repr=False)
    version: str | None
    changed: datetime | None


class EscSource:
    """Values of ESC environments. Each environment is opened once."""

    def __init__(self, config: EscConfig | None) -> None:
        """Prepare; the connection is opened when the first value is read."""
        self._config = config
        self._opened: Readings[_Opened] = Readings()
        self._made: Any = None

    def fetch(self, reference: Reference) -> SecretValue:
        """Return the value at a dotted path of an environment.

        Raises:
            MissingSecretError: there is no such environment or key, or ESC refuses.
        """
        opened = self._opened.of(reference, self._ask)
        values = opened.values
        for part in (reference.key or "").split("."):
            values = values.get(part) if isinstance(values, dict) else None
        if not isinstance(values, str) or not values:
            raise MissingSecretError(
                f"ESC's {reference.place} has no text at {reference.key}; write it there: "
                f"pulumi env set {reference.place} {reference.key} --secret"
            )
        return SecretValue(values, opened.version, opened.changed)

    def _ask(self, reference: Reference) -> _Opened:
        client, organization = self._client()
        project, name = reference.place.split("/")
        where = (organization, project, name)
        return asked(f"ESC's {reference.place}", lambda: _open(client, where, reference.version))

    def _client(self) -> tuple[EscApi, str]:
        from pulumi_esc_sdk import Configuration, EscClient  # noqa: PLC0415 - 0.8 s

        if self._config is None:
            raise MissingSecretError(
                "the organization at Pulumi ESC is not configured: set sources.esc.organization"
            )
        if self._made is None:
            token = access_token(self._config.host)
            if not token:
                raise MissingSecretError(
                    "this run has no login to Pulumi ESC: pulumi login, or PULUMI_ACCESS_TOKEN"
                )
            client = EscClient(Configuration(host=self._config.host, access_token=token))
            self._made = client.esc_api  # EscClient's own methods take no time-out
        return self._made, self._config.organization


def access_token(host: str) -> str | None:
    """Return the token for ``host``: PULUMI_ACCESS_TOKEN, or the one that `pulumi login` saved."""
    if token := os.environ.get("PULUMI_ACCESS_TOKEN"):
        return token
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    try:
        accounts = json.loads((home / "credentials.json").read_text(encoding="utf-8"))
        tokens: dict[str, str] = {**accounts["accessTokens"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    wanted = urlsplit(host).netloc
    return next((token for url, token in tokens.items() if urlsplit(url).netloc == wanted), None)


def _open(client: EscApi, where: tuple[str, str, str], version: str | None) -> _Opened:
    """Open an environment; ``where`` is its organization, project and name."""
    from pulumi_esc_sdk.esc_client import convertEnvPropertiesToValues  # noqa: PLC0415 - as above

    wait = PATIENCE_SECONDS
    if version:  # a revision's number or a tag such as stable
        session = client.open_environment_at_version(*where, version, _request_timeout=wait)
    else:
        session = client.open_environment(*where, _request_timeout=wait)
    opened = client.read_open_environment(*where, session.id, _request_timeout=wait)
    values = convertEnvPropertiesToValues(opened.properties or {})
    if version:
        return _Opened(values, version, None)
    newest = client.list_environment_revisions(*where, count=1, _request_timeout=wait)[0]
    changed = datetime.fromisoformat(newest.created) if newest.created else None
    return _Opened(values, str(newest.number), changed)
