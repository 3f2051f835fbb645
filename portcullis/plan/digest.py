"""A digest of what an update would do: equal for two previews that would do the same."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from portcullis.preview.differences import SECRET_MARK, changed_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portcullis.pulumi_runs.events import Step

_SECRET = "[secret]"  # noqa: S105 - stands for any secret
_MADE_ANEW = frozenset({"etag", "__defaults"})
"""Fields that differ between two readings of the same thing."""


def of_step(urn: str, step: Step) -> str:
    """Return the digest of one step: what there was, and what there is to be.

    A secret's value is no part of it: the engine's events do not have it.

    Args:
        urn: Of the resource.
        step: With its states before and after.
    """
    changed = changed_fields(step)
    old = {name: step.old_inputs.get(name, step.old_outputs.get(name)) for name in changed}
    return of([urn, step.operation, plain(old), plain(step.new_inputs), step.overwritten])


def of_all(
    steps: Mapping[str, str], rest: Iterable[str], protection: Mapping[str, bool], *, moved: bool
) -> str:
    """Return the digest of a plan.

    Args:
        steps: The digest of each step, by URN.
        rest: What is done besides the steps: commits of files, drift that is fixed.
        protection: Resources that Pulumi protects from deletion from now on, or does not any more.
        moved: Whether the state alone changes otherwise.
    """
    return of([sorted(steps.items()), sorted(rest), sorted(protection.items()), moved])


def of(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the digest of any JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value in one form, without secrets and without what GitHub makes anew."""
    if isinstance(value, dict):
        if SECRET_MARK in value:
            return _SECRET
        kept = sorted(value.keys() - _MADE_ANEW)
        return {name: plain(value[name]) for name in kept if value[name] is not None}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
