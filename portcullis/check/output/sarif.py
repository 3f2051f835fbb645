"""For code scanning: SARIF 2.1.0, pointing at the line of the YAML file that is to be changed.

Sources: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html,
https://docs.github.com/code-security/reference/code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
import inspect
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis_policy.diagnostic import MANDATORY
from portcullis_policy.severity import Severity

if TYPE_CHECKING:
    from portcullis_policy.diagnostic import Diagnostic
    from portcullis_policy.rule import Rule

    from components.declaration import Mistake
    from portcullis.check.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
"""Of the whole log."""

_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
"""The middle of the ranges in which GitHub reads a score as critical, high, medium or low."""

MISTAKE = "declaration"
"""The id under which mistakes in the declaration are reported."""


def text(report: Report) -> str:
    """Return the report as a SARIF log with one run."""
    rules = {finding.rule.id: finding.rule for finding in report.findings}
    listed = [described(rules[id_]) for id_ in sorted(rules)]
    if report.mistakes:
        listed.append(_MISTAKES)
    index = {rule["id"]: position for position, rule in enumerate(listed)}
    results = [_of_mistake(each) for each in report.mistakes]
    results += [of_finding(each, report.file) for each in report.findings]
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "portcullis", "rules": listed}},
        "columnKind": "unicodeCodePoints",
        "results": [{**each, "ruleIndex": index[each["ruleId"]]} for each in results],
    }
    if report.notices:
        reported = [{"level": "note", "message": {"text": notice}} for notice in report.notices]
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": reported}]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


_MISTAKES: dict[str, Any] = {
    "id": MISTAKE,
    "name": "Declaration",
    "shortDescription": {"text": "a mistake in the organization's file"},
    "help": {"text": "The file cannot be understood as it stands, so no rule judged it."},
    "defaultConfiguration": {"level": "error"},
    "properties": {"tags": ["portcullis"]},
}


def described(rule: Rule) -> dict[str, Any]:
    """Return a rule's description."""
    reason = inspect.cleandoc(rule.__doc__ or "")
    return {
        "id": rule.id,
        "name": type(rule).__name__,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(reason.split())},
        "help": {
            "text": f"{rule.remediation}\n\n{reason}\n\n{rule.anchor}",
            "markdown": f"**{rule.remediation}**\n\n{reason}\n\n`{rule.anchor}`",
        },
        "defaultConfiguration": {"level": _level(rule.severity.level)},
        "properties": {
            "tags": ["security", rule.id[:2], *(control.tag for control in rule.maps)],
            "precision": "very-high",
            "security-severity": _SCORES[rule.severity],
        },
    }


def _level(level: str) -> str:
    return "error" if level == MANDATORY else "warning"


def of_finding(finding: Diagnostic, main: str) -> dict[str, Any]:
    """Return a finding as a result; ``main`` is the file where no other is known."""
    rule = finding.rule
    at = finding.location
    said = "; ".join(finding.details)
    location = location_of(at.file or main, at.line, at.column)
    path = at.dotted
    if path:
        location["logicalLocations"] = [{"fullyQualifiedName": path}]
    # lines move; what was found and where it stands in the data do not
    identity = "\n".join((rule.id, finding.urn.split("::", 2)[-1], path, *finding.details))
    return {
        "ruleId": rule.id,
        "level": _level(finding.level),
        "message": {"text": f"{rule.title}: {said}. {finding.fix}"},
        "locations": [location],
        "partialFingerprints": {
            "portcullisFinding/v1": hashlib.sha256(identity.encode()).hexdigest()
        },
    }


def _of_mistake(mistake: Mistake) -> dict[str, Any]:
    allowed = f"; allowed: {mistake.allowed}" if mistake.allowed else ""
    at = f"{mistake.path}: " if mistake.path else ""
    place = mistake.place
    return {
        "ruleId": MISTAKE,
        "level": "error",
        "message": {"text": f"{at}{mistake.what}{allowed}"},
        "locations": [location_of(place.file, place.line, place.column)],
    }


def location_of(file: str, line: int | None, column: int | None) -> dict[str, Any]:
    """Return a place in a file of the project."""
    region = {"startLine": line or 1, **({"startColumn": column} if column else {})}
    artifact = {"uri": quote(file), "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}
