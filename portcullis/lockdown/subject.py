"""Which organization a stack is about, and how it is reached, also on a day when much is broken."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from rich.text import Text

from components.declaration import Declaration, DeclarationError, load
from components.github_access import DOTCOM, GitHubAccess, address
from portcullis.project import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from portcullis.project import StackSettings

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


def declaration(settings: StackSettings, console: Console, without: str) -> Declaration | None:
    """Return what a stack declares; None, with a line on what follows, if it has mistakes.

    Args:
        settings: The stack.
        console: For that line.
        without: What follows, for people.
    """
    try:
        return load(settings.organization, settings.root)
    except DeclarationError:
        console.print(Text(f"orgs/{settings.organization}.yaml has mistakes: {without}"))
        return None


def organization(name: str | None, declared: Declaration | None, command: str) -> str:
    """Return the login of the organization that a command is about.

    Args:
        name: As somebody gave it.
        declared: What the stack declares.
        command: Its name.

    Raises:
        UserError: Nobody named it, or it is not that of the stack.
    """
    known = declared.config.organization if declared else None
    if name and known and name.lower() != known.lower():
        raise UserError(
            f"nothing was changed: this stack is of {known}, not of {name}; "
            "choose another one by --stack"
        )
    found = known or name
    if found is None:
        raise UserError(f"nothing was changed: name the organization: portcullis {command} NAME")
    if not _LOGIN.fullmatch(found):
        raise UserError("nothing was changed: an organization's login has letters, digits and -")
    return found


def access(settings: StackSettings, declared: Declaration | None, console: Console) -> GitHubAccess:
    """Return how GitHub is reached; a token of the environment needs no engine and no backend.

    Raises:
        UserError: There are no credentials, or nobody can know them.
    """
    if token := os.environ.get("GITHUB_TOKEN"):
        base = os.environ.get("GITHUB_BASE_URL") or settings.base_url or DOTCOM
        return GitHubAccess(address(base), token=token)
    if declared is None:
        raise UserError(
            "nothing was changed: the declaration has mistakes: set GITHUB_TOKEN to a token of "
            "an owner, and run it again"
        )
    from portcullis import deploy  # noqa: PLC0415 - the engine's side, which a token makes needless
    from portcullis.adopt import existing  # noqa: PLC0415 - as above
    from portcullis.pulumi_runs import run  # noqa: PLC0415 - as above

    environment = deploy.prepare(settings, declared, console)
    return existing.access(run.select(settings, environment), environment)
