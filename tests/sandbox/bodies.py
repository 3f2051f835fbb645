"""Bodies of requests that many tests send, whole as GitHub wants them."""

from __future__ import annotations

from typing import Any


def pull_request(approvals: int = 1, **parameters: object) -> dict[str, Any]:
    """Return the rule that takes pull requests only."""
    return {
        "type": "pull_request",
        "parameters": {
            "dismiss_stale_reviews_on_push": False,
            "require_code_owner_review": False,
            "require_last_push_approval": False,
            "required_approving_review_count": approvals,
            "required_review_thread_resolution": False,
            **parameters,
        },
    }


def status_checks(*contexts: str, strict: bool = False, **parameters: object) -> dict[str, Any]:
    """Return the rule that asks for checks."""
    return {
        "type": "required_status_checks",
        "parameters": {
            "required_status_checks": [{"context": each} for each in contexts],
            "strict_required_status_checks_policy": strict,
            **parameters,
        },
    }
