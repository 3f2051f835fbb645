"""Workflow files: only tokens with a permission of their own may change them.

Source: https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps, on the
scope `workflow`, and the permission `workflows` of Apps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.token_scopes import granted
from sandbox.api.errors import forbidden
from sandbox.runs.workflow import FOLDER

if TYPE_CHECKING:
    from sandbox.enforcement.attempt import Attempt


def check(attempt: Attempt) -> None:
    """Refuse a push that changes a workflow by a token that may not.

    Raises:
        GitHubError: 403, naming the file and what the token lacks.
    """
    lacking = _lacking(attempt)
    if lacking is None:
        return
    changed = sorted(path for path in attempt.paths if path.startswith(FOLDER))
    if changed:
        who, what = lacking
        raise forbidden(
            f"refusing to allow {who} to create or update workflow `{changed[0]}` without {what}"
        )


def _lacking(attempt: Attempt) -> tuple[str, str] | None:
    """Return whose token it is and what it lacks for workflow files; None: nothing."""
    actor = attempt.actor
    if actor.installation is not None:
        may = actor.permissions is None or actor.permissions.get("workflows") == "write"
        return None if may else ("a GitHub App", "`workflows` permission")
    if actor.by_token and "workflow" not in granted(actor.scopes):
        return ("a Personal Access Token", "`workflow` scope")
    return None
