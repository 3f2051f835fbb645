"""For programs: JSON, as docs/policy.md describes it; keys are never renamed or removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from portcullis.printed import resource_name
from portcullis.pulumi_runs.events import name_of

if TYPE_CHECKING:
    from portcullis_policy.diagnostic import Diagnostic

    from components.declaration import Mistake
    from portcullis.check.report import Report


def text(report: Report) -> str:
    """Return the report as one object."""
    answer = {
        "version": 1,
        "organization": report.organization,
        "refused": report.refused,
        "mistakes": [_mistake(each) for each in report.mistakes],
        "findings": [finding_of(each) for each in report.findings],
        "notices": list(report.notices),
        "reach": [
            {"goal": each.goal, "before": each.before, "after": each.after}
            for each in report.changes
        ],
    }
    return json.dumps(answer, indent=2) + "\n"


def _mistake(mistake: Mistake) -> dict[str, Any]:
    return {
        "file": mistake.place.file,
        "line": mistake.place.line,
        "column": mistake.place.column,
        "path": mistake.path,
        "what": mistake.what,
        "allowed": mistake.allowed,
    }


def finding_of(finding: Diagnostic) -> dict[str, Any]:
    """Return a finding as an object."""
    return {
        "rule": finding.rule.id,
        "title": finding.rule.title,
        "severity": finding.rule.severity.value,
        "level": finding.level,
        "resource": {
            "type": resource_name(finding.urn).partition(" ")[0],
            "name": name_of(finding.urn),
        },
        "file": finding.location.file,
        "line": finding.location.line,
        "column": finding.location.column,
        "path": list(finding.location.path),
        "details": list(finding.details),
        "fix": finding.fix,
        "why": finding.rule.anchor,
    }
