"""A small Pulumi program, run by the real engine, that calls functions of the stand-ins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.stand_ins.values import SECRET
from tests.engine.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from engine.stand_ins.on_path import Plugins

SOURCE = """
import json, os
import pulumi
import pulumi_aws, pulumi_aws.secretsmanager, pulumi_aws.ssm
import pulumi_vault, pulumi_vault.kv

asked = json.loads(open("asked.json").read())
packages = {"vault": pulumi_vault, "aws": pulumi_aws}
for number, one in enumerate(asked):
    package = packages[one["package"]]
    module = getattr(package, one["module"])
    config = {
        key: pulumi.Output.secret(value) if isinstance(value, str) else value
        for key, value in one["config"].items()
    }
    provider = package.Provider(f"p{number}", **config) if config else None
    for each, arguments in enumerate(one["calls"]):
        found = getattr(module, one["function"] + "_output")(
            **arguments, opts=pulumi.InvokeOutputOptions(provider=provider)
        )
        for name in one["outputs"]:
            pulumi.export(f"{number}.{each}.{name}", getattr(found, name))
"""


@dataclass(frozen=True)
class Ask:
    """What the program asks of one provider."""

    package: str
    module: str
    function: str
    config: dict[str, Any]
    """The provider's inputs, or none for the default provider, which the stack's config sets.

    Strings are secrets, as they are in Portcullis.

    Keys inside of dictionaries are the engine's (camelCase): the SDK hands those on as they are.
    """
    calls: list[dict[str, Any]]
    """The arguments of each call."""
    outputs: list[str]


@dataclass(frozen=True)
class Answer:
    """What a run came to."""

    code: int
    said: str
    """All that `pulumi` printed."""
    outputs: dict[str, Any]
    """By `<number of the provider>.<number of the call>.<output>`."""
    secret: set[str]
    """The outputs that are secret.

    Pulumi's SDK for Python makes all that a function gives secret as soon as a part of it is.
    """


@dataclass(frozen=True)
class Program:
    """The program, its project, and the plugins that it finds."""

    project: Project
    plugins: Plugins

    @classmethod
    def make(cls, folder: Path, environment: dict[str, str], plugins: Plugins) -> Program:
        """Write it and make its stack."""
        return cls(Project.make(folder, environment, SOURCE), plugins)

    def run(self, *asked: Ask, **variables: str) -> Answer:
        """Update the stack with a program that asks this."""
        file = self.project.folder / "asked.json"
        file.write_text(json.dumps([vars(one) for one in asked]), encoding="utf-8")
        done = self.project.pulumi("up", "--yes", "--skip-preview", **variables)
        if done.returncode:
            return Answer(done.returncode, done.stdout, {}, set())
        exported = self.project.pulumi("stack", "export", "--show-secrets")
        stack = json.loads(exported.stdout)["deployment"]["resources"][0]
        outputs, secret = dict(stack.get("outputs", {})), set()
        for name, value in outputs.items():
            if isinstance(value, dict) and value.items() >= SECRET.items():
                outputs[name] = json.loads(value["plaintext"])
                secret.add(name)
        return Answer(done.returncode, done.stdout, outputs, secret)
