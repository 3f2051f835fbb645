"""The stack's encrypted config as a destination: `pulumi config set --secret`, value on stdin.

Source: https://www.pulumi.com/docs/iac/cli/commands/pulumi_config_set/
"""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import engine
from components.secrets.config import CHANGED
from portcullis.project import pulumi_environment
from portcullis.secrets.writers.writer import WriteError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.project import StackSettings

_PROJECT = "portcullis"


def changed_now(key: str) -> list[str]:
    """Return arguments of `pulumi config set --path` that note when a key got its value."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return ["--plaintext", f'{_PROJECT}:{CHANGED}["{key}"]', now]


class ConfigWriter:
    """Sets encrypted values in Pulumi.<stack>.yaml."""

    def __init__(self, settings: StackSettings, environment: Mapping[str, str]) -> None:
        """Take the stack, and the environment with its backend and passphrase."""
        self._settings = settings
        self._environment = pulumi_environment(
            settings, engine.ensure().environment({**os.environ, **environment})
        )

    def keys(self, path: str) -> frozenset[str]:
        """Return the keys of the project in the stack's file; ``path`` is not used."""
        del path
        config = self._settings.config
        return frozenset(
            key.removeprefix(f"{_PROJECT}:") for key in config if key.startswith(f"{_PROJECT}:")
        )

    def write(self, path: str, key: str, value: str) -> str:
        """Set the value; the date. ``path`` is not used."""
        del path
        done = subprocess.run(  # noqa: S603 - pulumi, with arguments of ours; no value among them
            [
                *("pulumi", "config", "set", "--secret", "--non-interactive"),
                *("--stack", self._settings.name, "--cwd", str(self._settings.root)),
                *("--", f"{_PROJECT}:{key}"),
            ],
            env=self._environment,
            input=f"{value}\n".encode(),  # pulumi takes one line break off the end
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise WriteError(
                f"config: {_PROJECT}:{key}: `pulumi config set --secret --stack "
                f"{self._settings.name}` failed with {done.returncode}; run it by hand to see why"
            )
        return datetime.now(UTC).date().isoformat()
