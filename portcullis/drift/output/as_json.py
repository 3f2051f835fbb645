"""For programs: JSON, as docs/drift.md describes it; keys are never renamed or removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from portcullis.check.output.as_json import finding_of

if TYPE_CHECKING:
    from portcullis.drift.report import Item, Report


def text(report: Report) -> str:
    """Return the report as one object."""
    usage = report.usage
    answer = {
        "version": 1,
        "organization": report.organization,
        "drifted": report.drifted,
        "items": [_item(each) for each in report.items],
        "findings": [finding_of(each) for each in report.findings],
        "not_read": list(report.unread),
        "requests": usage
        and {
            "graphql": usage.graphql,
            "rest": usage.rest,
            "not_modified": usage.not_modified,
        },
    }
    return json.dumps(answer, indent=2) + "\n"


def _item(item: Item) -> dict[str, Any]:
    event = item.event
    return {
        "what": item.drift.what,
        "kind": item.drift.kind,
        "name": item.drift.name,
        "dangerous": item.dangerous,
        "known": item.known,
        "set_right_by_update": item.taken_back,
        "differences": list(item.lines),
        "findings": [finding_of(each) for each in item.findings],
        "changed_by": event and event.who,
        "changed_at": event and event.when.isoformat(),
    }
