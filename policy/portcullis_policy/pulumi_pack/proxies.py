"""Pulumi's view of a resource, copied into plain values with UNKNOWN.

The SDK's proxies raise UnknownValueError wherever an unknown is touched, and the engine turns that
into a mere warning. So everything is read once, key by key, before any rule sees it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulumi_policy import proxy

from portcullis_policy.facts import UNKNOWN

_UNKNOWN_TEXTS = frozenset(
    {value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")}
)
"""How the engine marks unknown values; remediations see the marks themselves."""


def plain(value: object) -> object:
    """Return dicts, lists and scalars; an unknown or foreign value (an asset) is UNKNOWN."""
    if isinstance(value, str):
        return UNKNOWN if value in _UNKNOWN_TEXTS else value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _read(value.__getitem__, key) for key in value}
    if isinstance(value, Sequence):
        return [_read(value.__getitem__, position) for position in range(len(value))]
    return UNKNOWN


def _read(get: Callable[[Any], object], key: object) -> object:
    try:
        return plain(get(key))
    except proxy.UnknownValueError:
        return UNKNOWN
