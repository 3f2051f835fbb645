"""What a program declares, recorded under Pulumi's mocks: no engine and no plugin is asked.

It runs as at the first preview of a new stack: what only GitHub can tell is unknown.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from portcullis_policy.facts import UNKNOWN
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from google.protobuf.struct_pb2 import Struct, Value

PROJECT = "portcullis"

_STACK_TYPE = "pulumi:pulumi:Stack"
_SIGNATURE: str = rpc._special_sig_key  # noqa: SLF001 - no public name


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
    """By the engine's names; what is not known yet, and every secret, is UNKNOWN."""
    depends: Mapping[str, tuple[str, ...]]
    """URNs of the resources that a property was made from, by property."""


class _NoAnswers(mocks.Mocks):
    """Nothing is asked of a provider."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise LookupError(f"the program asked the provider: {args.typ}")

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise LookupError(f"the program asked the provider: {args.token}")


class _Monitor(mocks.MockMonitor):
    """Answers every registration with its inputs, and keeps them."""

    def __init__(self) -> None:
        super().__init__(_NoAnswers())
        self.resources_seen: list[Registered] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, ANN401 - the protocol's
        urn = self.make_urn(request.parent, request.type, request.name)
        self.resources_seen.append(
            Registered(
                request.type,
                request.name,
                urn,
                request.parent or None,
                request.provider.rpartition("::")[0] or None,
                _read_struct(request.object),
                {name: tuple(of.urns) for name, of in request.propertyDependencies.items()},
            )
        )
        return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)


def record(program: Callable[[], object], stack: str) -> list[Registered]:
    """Run ``program``; the stack, and what it declared in the order of registration.

    Args:
        program: declares resources.
        stack: the stack's name.

    Raises:
        Exception: what the program raises.
    """
    monitor = _Monitor()
    mocks.set_mocks(_NoAnswers(), project=PROJECT, stack=stack, preview=True, monitor=monitor)
    with _short_stacks():
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    # rules on the pack's own settings judge the stack first, and only once
    name = f"{PROJECT}-{stack}"
    urn = f"urn:pulumi:{stack}::{PROJECT}::{_STACK_TYPE}::{name}"
    others = [each for each in monitor.resources_seen if each.urn != urn]
    return [Registered(_STACK_TYPE, name, urn, None, None, {}, {}), *others]


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


def _read_struct(struct: Struct) -> dict[str, object]:
    return {name: _read(value) for name, value in struct.fields.items() if not _is_null(value)}


def _is_null(value: Value) -> bool:
    return value.WhichOneof("kind") == "null_value"


def _read(value: Value) -> object:
    """Return a value as the pack reads it; what Pulumi marks, such as a secret, is UNKNOWN."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        if _SIGNATURE in value.struct_value.fields:
            return UNKNOWN
        return _read_struct(value.struct_value)
    if kind == "list_value":
        return [_read(item) for item in value.list_value.values]
    if kind == "string_value":
        return UNKNOWN if value.string_value == rpc.UNKNOWN else value.string_value
    return getattr(value, kind) if kind in {"number_value", "bool_value"} else None
