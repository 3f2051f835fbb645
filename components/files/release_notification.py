"""Who hears of the outcome of a release, beside the summary of its run.

A webhook's address lets everybody who has it write messages, so it is a secret: of an environment
of its own, which only release tags enter, and which no person has to approve.
"""

from __future__ import annotations

from pydantic import model_validator

from components.base import Config
from components.secrets.secret import StoredConfig

ENVIRONMENT = "release-notification"
"""The environment that has the webhook's address."""

SECRET = "RELEASE_WEBHOOK"  # noqa: S105 - the name of a secret
"""The secret with the webhook's address."""


class ReleaseWebhookConfig(StoredConfig):
    """The `https` address of a chat service, which takes `{"text": ...}`. It is a secret."""


class ReleaseNotificationConfig(Config):
    """Who hears of the outcome of each release, success or failure."""

    webhook: ReleaseWebhookConfig | None = None
    """Send a message. Its address becomes the secret RELEASE_WEBHOOK of the environment
    `release-notification`."""
    issue: bool = False
    """Open an issue of the repository for each release, and close it after a complete one."""

    @model_validator(mode="after")
    def _somebody(self) -> ReleaseNotificationConfig:
        if self.webhook is None and not self.issue:
            raise ValueError(
                "nobody would hear of anything; allowed: webhook, issue: true, or both"
            )
        return self
