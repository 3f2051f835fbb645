"""The longest texts that GitHub stores, and those that have to be one line.

The limits are those of GitHub's forms and of its answers; where a page of its documentation names
one, the field says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.api.errors import GitHubError

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMITS: dict[str, dict[str, int]] = {
    "Repository": {"description": 350, "homepage": 255},
    "Organization": {
        "name": 255,
        "description": 160,
        "company": 255,
        "location": 255,
        "blog": 255,
        "email": 255,
        "billing_email": 255,
        "twitter_username": 255,
    },
    "Team": {"name": 255},
    "Label": {"name": 50, "description": 100},
    "Status": {"description": 140, "context": 255, "target_url": 65_535},
    "PullRequest": {"title": 256, "body": 65_536},
    "Release": {"name": 255, "tag_name": 255, "body": 125_000},
    "DeployKey": {"title": 255},
}
"""Characters of a field, by GitHub's name of the resource."""

_ONE_LINE = {
    "Repository": {"description", "homepage"},
    "Organization": {"name", "description", "company", "location", "blog", "email"},
    "Team": {"name"},
}
"""Fields that hold no control characters: a line break is one."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def check(resource: str, found: Mapping[str, Any]) -> None:
    """Refuse texts that GitHub does not store.

    Args:
        resource: GitHub's name of the resource: a key of `LIMITS`.
        found: The fields of a request's body; others than texts are not looked at.

    Raises:
        GitHubError: 422 with each field that is too long, or has control characters.
    """
    mistakes = []
    for field, limit in LIMITS[resource].items():
        text = found.get(field)
        if not isinstance(text, str):
            continue
        if len(text) > limit:
            mistakes.append((field, f"{field} is too long (maximum is {limit} characters)"))
        if field in _ONE_LINE.get(resource, ()) and _CONTROL.search(text):
            mistakes.append((field, f"{field} control characters are not allowed"))
    if mistakes:
        raise GitHubError(
            422,
            "Validation Failed",
            [
                {"resource": resource, "code": "custom", "field": field, "message": message}
                for field, message in mistakes
            ],
        )
