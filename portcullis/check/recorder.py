"""What a program declares, recorded under Pulumi's mocks: no engine and no plugin is asked.

It runs as at the first preview of a new stack: what only GitHub can tell is unknown.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from google.protobuf.struct_pb2 import Struct
from portcullis_policy.facts import UNKNOWN
from pulumi.runtime import mocks, rpc, settings
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import wait_for_rpcs
from pulumi.runtime.sync_await import _sync_await

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf.struct_pb2 import Value

PROJECT = "portcullis"

_STACK_TYPE = "pulumi:pulumi:Stack"
_SIGNATURE: str = rpc._special_sig_key  # noqa: SLF001 - no public name


@dataclass(frozen=True)
class Options:
    """How the engine treats a resource; a state stores it beside the properties."""

    dependencies: tuple[str, ...] = ()
    """URNs of the resources that come before it."""
    protect: bool = False
    retain_on_delete: bool = False
    ignore_changes: tuple[str, ...] = ()
    version: str = ""
    """Of a provider's plugin."""


@dataclass(frozen=True)
class Registered:
    """One resource as the engine would show it to the policy pack."""

    type: str
    name: str
    urn: str
    parent: str | None
    provider: str | None
    """URN of its provider."""
    inputs: Mapping[str, object]
    """By the engine's names; what is not known yet, and every secret, is UNKNOWN. Of what is known
    to exist also its id, and its outputs."""
    depends: Mapping[str, tuple[str, ...]]
    """URNs of the resources that a property was made from, by property."""
    options: Options = Options()


class _NoAnswers(mocks.Mocks):
    """Nothing is asked of a provider."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise LookupError(f"the program asked the provider: {args.typ}")

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise LookupError(f"the program asked the provider: {args.token}")


Outputs = Mapping[str, str | int]
Known = Callable[[str, Mapping[str, object]], tuple[str, Outputs] | None]
"""Returns the id and the outputs of a resource that exists already, by its type and inputs."""


Secret = Callable[[object], object]
"""Returns what stands for a secret, by its value."""


def _hidden(_value: object) -> object:
    """Show nothing of a secret."""
    return UNKNOWN


def _nothing(_type: str, _inputs: Mapping[str, object]) -> None:
    """Know of nothing, as at the first preview of a new stack."""


class _Monitor(mocks.MockMonitor):
    """Answers every registration with its inputs, and keeps them."""

    def __init__(self, known: Known, secret: Secret) -> None:
        super().__init__(_NoAnswers())
        self.resources_seen: list[Registered] = []
        self._known = known
        self._secret = secret

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return the URN that the engine makes: with the types of all components around."""
        if parent and (types := parent.split("::", 3)[2]) != _STACK_TYPE:
            type_ = f"{types}${type_}"
        stack, project = pulumi.get_stack(), pulumi.get_project()
        return f"urn:pulumi:{stack}::{project}::{type_}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, ANN401 - the protocol's
        urn = self.make_urn(request.parent, request.type, request.name)
        inputs = self._read_struct(request.object)
        known = self._known(request.type, inputs)
        seen = {**inputs, **known[1], "id": known[0]} if known else inputs
        self.resources_seen.append(
            Registered(
                request.type,
                request.name,
                urn,
                request.parent or None,
                request.provider.rpartition("::")[0] or None,
                seen,
                {name: tuple(of.urns) for name, of in request.propertyDependencies.items()},
                Options(
                    tuple(request.dependencies),
                    bool(request.protect),
                    bool(request.retainOnDelete),
                    tuple(request.ignoreChanges),
                    request.version,
                ),
            )
        )
        if known is None:
            return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)
        outputs = Struct()
        outputs.CopyFrom(request.object)
        outputs.update(dict(known[1]))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=known[0], object=outputs)

    def _read_struct(self, struct: Struct) -> dict[str, object]:
        fields = struct.fields.items()
        return {name: self._read(value) for name, value in fields if not _is_null(value)}

    def _read(self, value: Value) -> object:
        """Return a value as the pack reads it; what Pulumi marks otherwise is UNKNOWN."""
        kind = value.WhichOneof("kind")
        if kind == "struct_value":
            fields = value.struct_value.fields
            if _SIGNATURE not in fields:
                return self._read_struct(value.struct_value)
            if fields[_SIGNATURE].string_value == rpc._special_secret_sig:  # noqa: SLF001 - as above
                return self._secret(self._read(fields["value"]))
            return UNKNOWN
        if kind == "list_value":
            return [self._read(item) for item in value.list_value.values]
        if kind == "string_value":
            return UNKNOWN if value.string_value == rpc.UNKNOWN else value.string_value
        return getattr(value, kind) if kind in {"number_value", "bool_value"} else None


def record(
    program: Callable[[], object], stack: str, known: Known = _nothing, secret: Secret = _hidden
) -> list[Registered]:
    """Run ``program``; the stack, and what it declared in the order of registration.

    Args:
        program: declares resources.
        stack: the stack's name.
        known: what exists already, so that its ids are known to what refers to it.
        secret: what stands for a secret.

    Raises:
        Exception: what the program raises.
    """
    monitor = _Monitor(known, secret)
    settings.ROOT.set(None)  # the stack of an earlier program would be the parent of this one's
    mocks.set_mocks(_NoAnswers(), project=PROJECT, stack=stack, preview=True, monitor=monitor)
    with _short_stacks(), _no_collection():
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    # rules on the pack's own settings judge the stack first, and only once
    name = f"{PROJECT}-{stack}"
    urn = f"urn:pulumi:{stack}::{PROJECT}::{_STACK_TYPE}::{name}"
    others = [each for each in monitor.resources_seen if each.urn != urn]
    return [Registered(_STACK_TYPE, name, urn, None, None, {}, {}), *others]


_KEPT_HANDLES = 100
"""More than an event loop has when it begins to run a program: two."""


def settle() -> None:
    """Register what the program has declared so far, and free what that took.

    Otherwise the SDK keeps the unfinished work of all resources in memory at the same time.
    """
    _sync_await(asyncio.ensure_future(wait_for_rpcs()))
    _drop_stand_ins()
    gc.collect(1)


def _drop_stand_ins() -> None:
    """Drop what the SDK left in the event loop in the place of the work that it has carried out.

    It puts a cancelled handle there for each piece, because the loop may count on as many. Without
    this, each batch would add to those of all batches before it. The loop counts on the few that
    were there when the program began, and here nearly all are gone.
    """
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # noqa: SLF001 - as the SDK does
    while len(ready) > _KEPT_HANDLES and ready[-1].cancelled():
        ready.pop()


@contextmanager
def _short_stacks() -> Iterator[None]:
    """Keep no Python stack of each resource: it takes a fifth of the time, and nobody reads it."""
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before


@contextmanager
def _no_collection() -> Iterator[None]:
    """Collect no garbage meanwhile: that takes a fifth of the time, and frees nearly nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _is_null(value: Value) -> bool:
    return value.WhichOneof("kind") == "null_value"
