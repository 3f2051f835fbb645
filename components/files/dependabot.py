"""Dependabot: the file that makes it watch each ecosystem of a repository.

Source: https://docs.github.com/code-security/reference/supply-chain-security/dependabot-options-reference
"""

from __future__ import annotations

from io import StringIO
from typing import Annotated, Any, Literal

from pydantic import Field
from ruamel.yaml import YAML

from components.base import Config, Ecosystem, matching

PATH = ".github/dependabot.yml"
ManifestFolder = Annotated[
    str,
    matching(
        r"/[^\s\x00-\x1f\x7f-\x9f]*", "allowed: a folder from the repository's root, such as /sdk"
    ),
]


class DependabotConfig(Config):
    """How `dependabot.yml` is written for the repository's `ecosystems`."""

    interval: Literal["daily", "weekly", "monthly"] = "weekly"
    """How often Dependabot looks for new versions."""
    cooldown_days: Annotated[int, Field(ge=0, le=90)] = 7
    """Days that Dependabot waits after a new version is published."""
    open_pull_requests_limit: Annotated[int, Field(ge=0, le=50)] = 10
    """How many pull requests for new versions may be open at once, for each ecosystem."""
    directories: dict[Ecosystem, Annotated[list[ManifestFolder], Field(min_length=1)]] = {}
    """Where each ecosystem's manifests are; the root by default."""


def render(config: DependabotConfig, ecosystems: list[Ecosystem]) -> str:
    """Return the text of `dependabot.yml` for ``ecosystems``.

    Updates are not grouped, so that a security update never waits for others.
    """
    updates: list[dict[str, Any]] = []
    for ecosystem in ecosystems:
        update: dict[str, Any] = {
            "package-ecosystem": ecosystem,
            "directories": config.directories.get(ecosystem, ["/"]),
            "schedule": {"interval": config.interval},
            "open-pull-requests-limit": config.open_pull_requests_limit,
        }
        if config.cooldown_days:
            update["cooldown"] = {"default-days": config.cooldown_days}
        updates.append(update)
    text = StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump({"version": 2, "updates": updates}, text)
    return text.getvalue()
