"""For programs: JSON, as docs/reach.md describes it; keys are never renamed or removed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portcullis_policy.release_path.derivation import Way

    from portcullis.reach.report import Asked, Report


def text(report: Report, _ways: int) -> str:
    """Return the answers as one object, with all sets."""
    answer = {
        "version": 1,
        "organization": report.organization,
        "goals": [_goal(goal) for goal in report.goals],
        "administrators": [
            {"repository": each.repository, "names": list(each.names)}
            for each in report.administrators
        ],
    }
    return json.dumps(answer, indent=2) + "\n"


def _goal(goal: Asked) -> dict[str, Any]:
    return {
        "kind": goal.goal.kind.value,
        "repository": goal.goal.repository,
        "name": goal.goal.name,
        "packages": list(goal.packages),
        "fewest": goal.answer.fewest_people,
        "complete": goal.answer.complete,
        "ways": [_way(way) for way in goal.answer.ways],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "actors": [{"kind": each.kind.value, "name": each.name} for each in sorted(way.actors)],
        "steps": list(way.steps),
    }
