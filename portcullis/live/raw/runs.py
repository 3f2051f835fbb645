"""Runs of workflows that have not ended, and releases and tags by name.

Sources:
    https://docs.github.com/rest/actions/workflow-runs
    https://docs.github.com/rest/releases/releases
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from portcullis.live.asking import Unread

if TYPE_CHECKING:
    from portcullis.live.asking import Asking

_UNDER_WAY = ("in_progress", "queued", "waiting", "pending", "requested")
_NOT_FOUND = 404


def under_way(asking: Asking, repository: str) -> list[int] | Unread:
    """Return the ids of the runs of ``owner/name`` that have not ended."""
    found: dict[int, None] = {}
    for status in _UNDER_WAY:
        listed = asking.listed(f"/repos/{repository}/actions/runs?status={status}", "workflow_runs")
        if isinstance(listed, Unread):
            return listed
        found |= dict.fromkeys(int(each["id"]) for each in listed)
    return list(found)


def release(asking: Asking, repository: str, tag: str) -> int | Unread | None:
    """Return the id of the release of a tag of ``owner/name``; None if there is none."""
    answer = asking.get(f"/repos/{repository}/releases/tags/{quote(tag, safe='')}")
    if isinstance(answer, Unread):
        return None if answer.status == _NOT_FOUND else answer
    return int(answer["id"])
