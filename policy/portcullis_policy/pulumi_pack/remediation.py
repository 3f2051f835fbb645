"""Properties with safer values, for Pulumi's level `remediate`."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy.secret import Secret

_BELOW = "__target"
"""The key under which the SDK's proxies hand out what is below them."""


def with_fixes(props: Mapping[str, Any], fixes: Sequence[tuple[str, object]]) -> dict[str, Any]:
    """Return a resource's properties with values set by path; what else is there stays as it is.

    Unknown values and secrets pass through untouched. A block that is a list of one is entered; a
    path that meets anything else is left alone, so that the rule still speaks.

    Args:
        props: as the engine hands them to a remediation.
        fixes: dotted paths and new values.
    """
    whole: dict[str, Any] = _copied(props)
    for path, to in fixes:
        _set(whole, path.split("."), to)
    return whole


def _set(value: Any, path: Sequence[str], to: object) -> None:  # noqa: ANN401 - any JSON
    """Set one value, if there is a block to set it in."""
    for step in path[:-1]:
        value = _inside(value.get(step)) if isinstance(value, dict) else None
    if isinstance(value, dict):
        value[path[-1]] = to


def _inside(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a block, taken out of a secret or of a list of one."""
    if isinstance(value, Secret):
        value = value.value
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _copied(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the value below the SDK's proxies, containers copied, secrets kept secret."""
    if isinstance(value, Mapping):
        below = value if isinstance(value, dict) else value[_BELOW]
        return {key: _copied(item) for key, item in below.items()}
    if isinstance(value, Secret):
        return Secret(_copied(value.value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        below = value if isinstance(value, list) else value[_BELOW]  # type: ignore[call-overload]
        return [_copied(item) for item in below]
    return value
