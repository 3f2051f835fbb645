"""Exemptions for what the policy pack finds in an organization as it was imported."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portcullis_policy.diagnostic import MANDATORY
from portcullis_policy.exemptions import NEVER_EXEMPT

from portcullis.check.findings import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from portcullis_policy.diagnostic import Diagnostic

    from portcullis.check.findings import Configuration
    from portcullis.check.recorder import Registered

DAYS = 90
"""How long an imported weakness is accepted."""

_ROOT = "portcullis:index:Organization"

Key = tuple[str, str]
"""A rule, and what it is accepted for."""


def exempted(
    registered: Sequence[Registered],
    configured: Configuration,
    root: Path,
    today: date,
    known: Sequence[Mapping[str, Any]] = (),
) -> tuple[list[dict[str, Any]], list[Diagnostic]]:
    """Return the exemptions with which the pack passes, and what it finds all the same.

    Args:
        registered: What the program declares.
        configured: Levels and parameters of the rules.
        root: The project's folder.
        today: The day of the import.
        known: Exemptions that people have already: they are kept, and count.
    """
    found = _mandatory(_with(registered, known), configured, root)
    written = {(str(each.get("rule")), str(each.get("resource"))) for each in known}
    new = {
        key: {
            "rule": key[0],
            "resource": key[1],
            "reason": f"imported on {today.isoformat()}: {_one_line(each)}",
            "expires": today + timedelta(days=DAYS),
        }
        for each in found
        if not each.rule.id.startswith(NEVER_EXEMPT)
        for key in [(each.rule.id, _resource(each))]
        if key not in written  # one that has expired is renewed by people only
    }
    whole = [*map(dict, known), *(new[key] for key in sorted(new))]
    return whole, _mandatory(_with(registered, whole), configured, root) if found else []


def _one_line(finding: Diagnostic) -> str:
    return " ".join(finding.rule.title.split())


def _resource(finding: Diagnostic) -> str:
    """Return the path in the YAML of what was found, or the resource's name without one."""
    path = finding.location.path
    if len(path) > 1:
        return ".".join(map(str, path))
    return finding.urn.rpartition("::")[2] or finding.urn


def _mandatory(
    registered: Sequence[Registered], configured: Configuration, root: Path
) -> list[Diagnostic]:
    return [each for each in judge(registered, configured, root) if each.level == MANDATORY]


def _with(
    registered: Iterable[Registered], exemptions: Sequence[Mapping[str, Any]]
) -> list[Registered]:
    """Return recorded resources as with these exemptions."""
    written = [
        {name: value if isinstance(value, str) else value.isoformat() for name, value in e.items()}
        for e in exemptions
    ]
    for each in written:
        if "approved_by" in each:
            each["approvedBy"] = each.pop("approved_by")
    return [
        replace(each, inputs={**each.inputs, "exemptions": written}) if each.type == _ROOT else each
        for each in registered
    ]
