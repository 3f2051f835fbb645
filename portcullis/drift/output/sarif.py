"""For code scanning: SARIF 2.1.0, which points at the organization's file.

Source: https://docs.github.com/code-security/reference/code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from portcullis.check.output.sarif import SCHEMA, described, location_of, of_finding

if TYPE_CHECKING:
    from portcullis.drift.report import Item, Report

DRIFT = "drift"
"""The id under which differences are reported that no rule refuses."""

_DRIFT: dict[str, Any] = {
    "id": DRIFT,
    "name": "Drift",
    "shortDescription": {"text": "the live organization differs from its declaration"},
    "help": {"text": "Run `make up` to fix what is declared, or change the declaration."},
    "defaultConfiguration": {"level": "warning"},
    "properties": {"tags": ["portcullis"]},
}


def text(report: Report) -> str:
    """Return the report as a SARIF log with one run."""
    findings = [*(each for item in report.items for each in item.findings), *report.findings]
    rules = {finding.rule.id: finding.rule for finding in findings}
    listed = [described(rules[id_]) for id_ in sorted(rules)] + [_DRIFT]
    index = {rule["id"]: position for position, rule in enumerate(listed)}
    results = [of_finding(each, report.file) for each in findings]
    results += [_result(each, report.file) for each in report.items if not each.dangerous]
    unread = [
        {"level": "warning", "message": {"text": f"not read: {line}"}} for line in report.unread
    ]
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "portcullis", "rules": listed}},
        "columnKind": "unicodeCodePoints",
        "results": [{**each, "ruleIndex": index[each["ruleId"]]} for each in results],
    }
    if unread:
        reported = {"executionSuccessful": True, "toolExecutionNotifications": unread}
        run["invocations"] = [reported]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(item: Item, file: str) -> dict[str, Any]:
    lines = f": {'; '.join(item.lines)}" if item.lines else ""
    identity = "\n".join((item.drift.what, item.drift.kind, item.drift.name, *item.lines))
    return {
        "ruleId": DRIFT,
        "level": "note" if item.known else "warning",
        "message": {"text": f"{item.drift.what} {item.noun} {item.drift.name}{lines}"},
        "locations": [location_of(file, None, None)],
        "partialFingerprints": {
            "portcullisDrift/v1": hashlib.sha256(identity.encode()).hexdigest()
        },
    }
