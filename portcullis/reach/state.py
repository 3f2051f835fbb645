"""A stack's state, read as the resources of its last deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis_policy.facts import UNKNOWN

from portcullis.check.recorder import Registered
from portcullis.pulumi_runs.events import name_of, provider_urn

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that marks a value of the engine's own kinds: a secret, an asset, a resource."""


def resources(state: Mapping[str, Any]) -> list[Registered]:
    """Return the resources of an exported state, in the order of their registration."""
    listed = (state.get("deployment") or {}).get("resources") or []
    return [_registered(each) for each in listed if not each.get("delete")]


def _registered(item: Mapping[str, Any]) -> Registered:
    values = {**(item.get("inputs") or {}), **(item.get("outputs") or {})}
    if item.get("id"):
        values["id"] = item["id"]
    return Registered(
        item["type"],
        name_of(item["urn"]),
        item["urn"],
        item.get("parent") or None,
        provider_urn(item.get("provider")) or None,
        {name: _plain(value) for name, value in values.items() if value is not None},
        {name: tuple(urns) for name, urns in (item.get("propertyDependencies") or {}).items()},
    )


def _plain(value: Any) -> object:  # noqa: ANN401 - any JSON
    """Return a value as the pack reads it; what the engine marks, such as a secret, is UNKNOWN."""
    if isinstance(value, dict):
        if _SIGNATURE in value:
            return UNKNOWN
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
