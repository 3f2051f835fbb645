"""The outcome of a check: lines for people, JSON for programs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from portcullis.publishers.check import Checked

_WORDS = {"declared": "declared", "other": "OTHER", "unknown": "unknown"}


def as_json(organization: str, found: Sequence[Checked]) -> dict[str, Any]:
    """Return the outcome as docs/publishers.md describes it; its keys are stable."""
    return {"organization": organization, "packages": [_as_json(each) for each in found]}


def _as_json(checked: Checked) -> dict[str, Any]:
    declared, verdict = checked.declared, checked.verdict
    source = verdict.source
    return {
        "registry": declared.registry,
        "package": declared.package,
        "status": verdict.status,
        "version": verdict.version,
        "declared": {
            "repository": declared.full_name,
            "workflow": declared.workflow,
            "environment": declared.environment,
            "auth": declared.auth,
        },
        "publisher": source
        and {
            "repository": source.repository,
            "workflow": source.workflow,
            "environment": source.environment,
            "shown": source.shown,
        },
        "reason": verdict.reason,
        "not_published": list(verdict.not_published),
        "notes": list(verdict.notes),
    }


def show(console: Console, found: Sequence[Checked]) -> None:
    """Show a line for each package, what differs, and what it comes to."""
    for checked in found:
        declared, verdict = checked.declared, checked.verdict
        package = " ".join(filter(None, (declared.registry, declared.package, verdict.version)))
        what = verdict.source.shown if verdict.source else verdict.reason
        console.print(Text(f"{_WORDS[verdict.status]:<9} {package}: {what}"))
        for line in _below(checked):
            console.print(Text(f"{'':<9}   {line}"))
    counts = Counter(each.verdict.status for each in found)
    console.print(
        f"\n{len(found)} packages: {counts['declared']} by the declared publisher, "
        f"{counts['other']} by another, {counts['unknown']} unknown"
    )


def _below(checked: Checked) -> list[str]:
    declared, verdict = checked.declared, checked.verdict
    lines = []
    if verdict.status == "other":
        expected = f"{declared.full_name}, {declared.workflow}, environment {declared.environment}"
        lines = [f"{verdict.reason}; declared: {expected}"]
    if verdict.status == "declared" and verdict.not_published:
        names = " and ".join(verdict.not_published)
        lines = [f"{declared.registry} does not publish the {names}: not compared"]
    return [*lines, *verdict.notes]
