"""`portcullis comment`: a plan as a comment on a pull request."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portcullis.commands import answer, console, write
from portcullis.project import UserError

if TYPE_CHECKING:
    from portcullis.plan.document import Plan

REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
"""The name of a repository with its owner's."""


def comment(
    plan: Annotated[Path, typer.Option(metavar="FILE", help="What preview --json wrote.")],
    *,
    repository: Annotated[
        str,
        typer.Option(metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY", help="Of the pull request."),
    ] = "",
    pull_request: Annotated[int, typer.Option(metavar="NUMBER", help="The pull request.")] = 0,
    output: Annotated[
        str, typer.Option(metavar="FILE", help="Write the comment there instead; -: print it.")
    ] = "",
) -> None:
    """Write a plan as a comment on a pull request, or replace the stack's comment there.

    The token is that of the variable GITHUB_TOKEN; it needs `pull_requests: write`.
    """

    def publish() -> None:
        from portcullis.comment.body import text
        from portcullis.plan.document import read

        made = read(plan)
        if output == "-":
            typer.echo(text(made), nl=False)
        elif output:
            write(Path(output), text(made))
        else:
            console.print(Text(f"comment    {_published(made, repository, pull_request)}"))

    answer(publish)


def _published(made: Plan, repository: str, number: int) -> str:
    from components.github_access import DOTCOM, GitHubAccess, address
    from portcullis.comment.publish import publish

    if number < 1 or not REPOSITORY.fullmatch(repository):
        raise UserError(
            "allowed: --repository OWNER/NAME and --pull-request NUMBER, or --output FILE"
        )
    token = os.environ.get("GITHUB_TOKEN")
    if not token:
        raise UserError(
            "set GITHUB_TOKEN to an App's token with the permission `pull_requests: write`"
        )
    base_url = address(os.environ.get("GITHUB_BASE_URL") or DOTCOM)
    return publish(GitHubAccess(base_url, token=token).client(), made, repository, number)
