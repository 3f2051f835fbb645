"""Values on their way between the engine and a plugin, and whether they are what the SDK says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.stand_ins.sdk import Shape

SECRET = {rpc._special_sig_key: rpc._special_secret_sig}  # noqa: SLF001 - the protocol's mark
"""What marks an object as a secret; its value is beside it, under `value`."""

ADDED = {"version", "pluginDownloadURL", "__internal", "__defaults"}
"""Keys that the engine adds to a provider's configuration."""

KINDS: dict[str, type | tuple[type, ...]] = {
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "string": str,
}


def plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return what the engine sent, without marks of secrets and without nulls."""
    found: dict[str, Any] = _plain(json_format.MessageToDict(struct))
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        if value.items() >= SECRET.items():
            return _plain(value.get("value"))
        return {key: _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():  # the protocol has no integers
        return int(value)
    return value


def packed(values: Mapping[str, Any], secret: frozenset[str]) -> struct_pb2.Struct:
    """Return what a plugin answers: without nulls, and those of these names marked as secrets."""
    found = struct_pb2.Struct()
    found.update(
        {
            name: {**SECRET, "value": value} if name in secret else value
            for name, value in values.items()
            if value is not None
        }
    )
    return found


def decoded(config: Mapping[str, Any], shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """Return a provider's configuration; Pulumi's SDKs send what is no string as JSON text.

    Source: the comment on `variables` in `ConfigureRequest`, provider.proto in pulumi/pulumi.
    """
    found = {name: value for name, value in config.items() if name not in ADDED}
    for name, value in found.items():
        if isinstance(value, str) and shapes.get(name) != {"kind": "string"}:
            try:
                found[name] = _plain(json.loads(value))
            except ValueError:
                continue  # it stays a string, which `mistakes` finds
    return found


def mistakes(path: str, values: Mapping[str, Any], shapes: Mapping[str, Shape]) -> Iterator[str]:
    """Yield what of `values` the SDK has not, or has with another type; no value is quoted."""
    for name, value in values.items():
        if name not in shapes:
            yield f"{path}{name}: there is no such input"
        else:
            yield from _mistyped(f"{path}{name}", value, shapes[name])


def _mistyped(path: str, value: Any, shape: Shape) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if value == rpc.UNKNOWN:  # in a preview, of any type
        return
    match shape:
        case {"kind": "any"}:
            return
        case {"kind": kind}:
            number = isinstance(value, bool) and kind != "boolean"  # to Python, True is a number
            if number or not isinstance(value, KINDS[kind]):
                yield f"{path}: a {kind} is expected, not a {type(value).__name__}"
        case {"list": inner} if isinstance(value, list):
            for number, each in enumerate(value):
                yield from _mistyped(f"{path}[{number}]", each, inner)
        case {"map": inner} if isinstance(value, dict):
            for key, each in value.items():
                yield from _mistyped(f"{path}.{key}", each, inner)
        case {"object": inner} if isinstance(value, dict):
            yield from mistakes(f"{path}.", value, inner)
        case _:
            yield f"{path}: a {next(iter(shape))} is expected, not a {type(value).__name__}"
