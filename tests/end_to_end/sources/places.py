"""A real Vault, moto's AWS, ESC's evaluator, the stack's config and the run, with the same values.

Each source is a few lines: how a reference to it reads, and how a value gets there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.stand_ins.on_path import Plugins
from tests.support.aws import Aws
from tests.support.esc import Esc
from tests.support.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.support.project import Project

CANARY = "canary-of-a-source"

VALUES = {
    "PLAIN": f"{CANARY}-plain",
    "LINES": f"{CANARY}\n-----BEGIN-----\n\tindented $HOME $x\n-----END-----\n",
    "UTF8": f"{CANARY} Ä ß \U0001f511 'single' \"double\" \\backslash #hash",
    "LARGE": f"{CANARY}-" + "0123456789abcdef" * 3070,
}
"""What has to arrive bit for bit; the last has nearly 48 KB."""


@dataclass
class Places:
    """All sources, running."""

    vault: Vault
    aws: Aws
    esc: Esc
    plugins: Plugins
    project: Project | None = None
    objects: dict[str, dict[str, str]] = field(default_factory=dict)
    """What is under the paths that hold several values, by source."""

    def attach(self, project: Project) -> None:
        """Let the project's runs find the sources, with logins of the least kind."""
        self.project = project
        keys = self.aws.user(f"reader-{id(project)}", "secretsmanager:*", "ssm:*", "sts:*")
        self.vault.policy("reader", "kv/data/*", "old/*")
        project.environment = self.plugins.environment(project.environment) | {
            "VAULT_ADDR": self.vault.address,
            "VAULT_TOKEN": self.vault.token("reader"),
            "AWS_ENDPOINT_URL": self.aws.address,
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": keys.access,
            "AWS_SECRET_ACCESS_KEY": keys.secret,
            "PULUMI_ACCESS_TOKEN": self.esc.login("reader", {"shared/*": "open"}),
        }

    def sources(self) -> str:
        """The `sources` section of the organization's file."""
        return (
            "sources:\n"
            "  vault: {mounts: {old: 1}}\n"
            f"  esc: {{organization: {self.esc.organization}, host: '{self.esc.address}'}}\n"
        )

    def put(self, source: str, name: str, value: str) -> None:
        """Write a value to a source."""
        SOURCES[source].put(self, name, value)

    def collected(self, source: str, name: str, value: str) -> dict[str, str]:
        """All values of a source that has them under one path, with this one."""
        values = self.objects.setdefault(source, {})
        values[name] = value
        return values

    def stop(self) -> None:
        """End all of them."""
        for each in (self.esc, self.aws, self.vault):
            each.stop()


@dataclass(frozen=True)
class SourceKind:
    """How a reference reads, and how a value gets there."""

    reference: Callable[[str], dict[str, str]]
    put: Callable[[Places, str, str], Any]


def _config(places: Places, name: str, value: str) -> None:
    assert places.project
    # the command takes one newline off the end of what it reads
    stdin = value + "\n"
    places.project.pulumi(
        "config", "set", "--secret", f"portcullis:{name}", check=True, stdin=stdin
    )


def _env(places: Places, name: str, value: str) -> None:
    assert places.project
    places.project.environment[f"SOURCE_{name}"] = value


def _esc(places: Places, name: str, value: str) -> None:
    values = places.collected("esc", name, value)
    secret = {key: {"fn::secret": each} for key, each in values.items()}
    places.esc.put("shared/app", json.dumps({"values": {"group": secret}}, ensure_ascii=False))


SOURCES: Mapping[str, SourceKind] = {
    "CONFIG": SourceKind(lambda name: {"config": name}, _config),
    "ENV": SourceKind(lambda name: {"env": f"SOURCE_{name}"}, _env),
    "VAULT2": SourceKind(
        lambda name: {"vault": "kv/team/app", "key": name},
        lambda places, name, value: places.vault.write(
            "kv", "team/app", **places.collected("vault2", name, value)
        ),
    ),
    "VAULT1": SourceKind(
        lambda name: {"vault": "old/app", "key": name},
        lambda places, name, value: places.vault.write_v1(
            "old", "app", **places.collected("vault1", name, value)
        ),
    ),
    "AWSWHOLE": SourceKind(
        lambda name: {"aws": f"app/{name}"},
        lambda places, name, value: places.aws.write(f"app/{name}", value),
    ),
    "AWSKEY": SourceKind(
        lambda name: {"aws": "app/all", "key": name},
        lambda places, name, value: places.aws.write(
            "app/all", json.dumps(places.collected("awskey", name, value))
        ),
    ),
    "SSM": SourceKind(
        lambda name: {"aws": f"ssm:/app/{name}"},
        lambda places, name, value: places.aws.write_parameter(f"/app/{name}", value),
    ),
    "ESC": SourceKind(lambda name: {"esc": "shared/app", "key": f"group.{name}"}, _esc),
}
TOO_LARGE = {("SSM", "LARGE"), ("AWSKEY", "LARGE")}
"""Parameters have at most 8 KB; all values of an object together at most 64 KB."""


def start(folder: Path) -> Places:
    """Start all sources."""
    vault = Vault()
    vault.mount("kv")
    vault.mount("old", version=1)
    return Places(vault, Aws(), Esc(), Plugins.make(folder))
