"""Whether a lockdown is on: asked before every update, which would open everything again."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from portcullis.adopt import existing
from portcullis.live.asking import Asking, Unread
from portcullis.live.raw import settings
from portcullis.lockdown.doors import NOTE
from portcullis.lockdown.record import load, path_of
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import automation
    from rich.console import Console

    from components.github_access import GitHubAccess

_UNAUTHORIZED = 401


def check(
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    console: Console,
    *,
    change: bool,
) -> None:
    """Stop an update while a lockdown is on; a preview only says so.

    Raises:
        UserError: A lockdown is on, or nobody can tell; nothing was changed.
    """
    try:
        access = existing.access(stack, environment)
    except UserError:
        return  # nothing can be changed without credentials: the program says which are missing
    try:
        found = _unreachable_is_none(access, organization, Path(stack.workspace.work_dir))
    except UserError as unknown:
        if change:
            raise UserError(f"nothing was changed: {unknown}") from None
        console.print(Text(f"lockdown   {unknown}"))
        return
    if found and change:
        raise UserError(f"nothing was changed: {found}; portcullis lockdown --lift opens it again")
    if found:
        console.print(Text(f"lockdown   {found}; up changes nothing until it is lifted"))


def _unreachable_is_none(access: GitHubAccess, organization: str, root: Path) -> str:
    """Return which lockdown is on; an update cannot reach a GitHub that does not answer."""
    from githubkit.exception import RequestError  # noqa: PLC0415 - see github_access

    with suppress(RequestError):
        return on(access, organization, root)
    return ""


def on(access: GitHubAccess, organization: str, root: Path) -> str:
    """Return in words which lockdown is on; empty if none is.

    The note on GitHub counts for every machine, the record for the one that closed.

    Raises:
        UserError: GitHub does not say.
        githubkit.exception.GitHubException: GitHub cannot be reached.
    """
    with Asking(access) as asking:
        found = settings.variable(asking, organization, NOTE)
    if isinstance(found, Unread) and found.status != _UNAUTHORIZED:
        raise UserError(f"nobody can tell whether a lockdown of {organization} is on: {found}")
    if found and not isinstance(found, Unread):
        return _words(organization, str(found["value"]))
    record = load(path_of(root, organization))
    if record:
        return f"{organization} is locked down ({record.level}) since {record.began}"
    return ""


def _words(organization: str, note: str) -> str:
    try:
        said = json.loads(note)
        of = ", ".join(map(str, said["repositories"])) or "the organization"
        return f"{organization} is locked down ({said['level']}, {of}) since {said['since']}"
    except (ValueError, KeyError, TypeError):
        return f"{organization} is locked down: the variable {NOTE} is there"
