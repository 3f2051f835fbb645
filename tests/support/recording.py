"""What a program declares, as plain data: recorded by Pulumi's mocks, no engine needed.

Assertions belong on the recorded data. Inside `apply` they would never fail.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, rpc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PROJECT, STACK = "portcullis", "test"


@dataclass(frozen=True)
class Secret:
    """A value that was declared as a Pulumi secret."""

    value: Any


@dataclass(frozen=True)
class Declared:
    """One resource as the program declared it."""

    type: str
    """Its token without package and module: `Repository`, or `component Repository`."""
    name: str
    inputs: Mapping[str, Any]
    """By the engine's names (camelCase); values that are secret as `Secret`."""
    parent: str = ""
    """Type and name of the parent, as in `str` of it; nothing for the stack."""
    protect: bool = False
    retain_on_delete: bool = False
    hooks: tuple[str, ...] = ()
    """Names of the hooks before its creation."""
    depends_on: tuple[str, ...] = ()
    """Names of the resources that it has to wait for."""
    aliases: tuple[str, ...] = ()
    """Names that it had before."""

    def __str__(self) -> str:
        """``Repository app``."""
        return f"{self.type} {self.name}"


@dataclass
class Recording:
    """All that a program declared."""

    resources: list[Declared] = field(default_factory=list)

    def one(self, type_: str, name: str) -> Declared:
        """The only resource of that type and name."""
        found = [each for each in self.resources if (each.type, each.name) == (type_, name)]
        assert len(found) == 1, (
            f"{type_} {name}: {len(found)} of {sorted(map(str, self.resources))}"
        )
        return found[0]

    def names(self, type_: str) -> list[str]:
        """The names of all resources of a type, sorted: the mocks know no order."""
        return sorted(each.name for each in self.resources if each.type == type_)

    def plain(self) -> set[str]:
        """Everything as comparable text."""
        return {repr(each) for each in self.resources}


def number_of(type_: str, name: str) -> int:
    """The number that stands for a resource's numeric id: the same for the same name."""
    return zlib.crc32(f"{_short(type_)} {name}".encode()) % 100_000


Calls = Callable[[str, dict[str, Any]], dict[str, Any]]
"""What a provider's function answers, by its token and arguments; a `Failure` is none."""


def no_calls(token: str, _arguments: dict[str, Any]) -> dict[str, Any]:
    """Nothing may be asked."""
    raise AssertionError(f"the program asked the provider: {token}")


class Failure(grpc.RpcError):
    """A provider's function that fails, as the engine tells the program."""

    def __init__(self, words: str) -> None:
        """``words`` are the provider's."""
        super().__init__(words)
        self._words = words

    def code(self) -> grpc.StatusCode:
        """The engine gives no other for it."""
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        """The words."""
        return self._words


class _Answers(mocks.Mocks):
    """What GitHub would compute: numbers that are the same for the same name."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        number = number_of(args.typ, args.name)
        computed = {"repoId": number, "nodeId": f"R_{number}", "defaultBranch": "main"}
        return str(number), {**args.inputs, **computed}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return self._calls(args.token, args.args), []


class _Monitor(mocks.MockMonitor):
    def __init__(self, answers: _Answers) -> None:
        super().__init__(answers)
        self.recording = Recording()
        self.names: dict[str, str] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, ANN401 - the protocol's
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        type_ = _short(request.type)
        if request.type != "pulumi:pulumi:Stack":
            self.names[response.urn] = f"{type_} {request.name}"
            self.recording.resources.append(
                Declared(
                    type_,
                    request.name,
                    {
                        key: _plain(value)
                        for key, value in json_format.MessageToDict(request.object).items()
                    },
                    self.names.get(request.parent, ""),
                    request.protect,
                    request.retainOnDelete,
                    tuple(request.hooks.before_create),
                    tuple(sorted(self.names[urn] for urn in request.dependencies)),
                    tuple(alias.spec.name for alias in request.aliases),
                )
            )
        return response


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        if value.get(rpc._special_sig_key) == rpc._special_secret_sig:  # noqa: SLF001 - no public name
            return Secret(_plain(value["value"]))
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _short(type_: str) -> str:
    package, _, name = type_.partition(":")
    name = name.rpartition(":")[2] or name
    return {"portcullis": f"component {name}", "pulumi": f"pulumi {name}"}.get(package, name)


def record(
    program: Callable[[], object],
    config: Mapping[str, str] | None = None,
    *,
    encrypted: Iterable[str] = (),
    calls: Calls = no_calls,
) -> Recording:
    """Run ``program`` under mocks.

    Args:
        program: Declares resources.
        config: The stack's config, by full key such as `portcullis:pypiToken`.
        encrypted: The keys of it that the stack's file holds encrypted.
        calls: Answers functions of providers.

    Raises:
        Exception: What the program raises.
    """
    answers = _Answers(calls)
    monitor = _Monitor(answers)
    mocks.set_mocks(answers, project=PROJECT, stack=STACK, preview=False, monitor=monitor)
    pulumi.runtime.set_all_config(dict(config or {}), list(encrypted))
    before = getattr(sys, "tracebacklimit", 1000)
    sys.tracebacklimit = 1  # a fifth of the time: the SDK describes its callers to each resource
    try:
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    finally:
        sys.tracebacklimit = before
        pulumi.runtime.set_all_config({}, [])
    return monitor.recording
