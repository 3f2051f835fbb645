"""`portcullis review`: the daily check and the reviews, as issues."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portcullis.check.options import PolicyConfig, policy_files
from portcullis.commands import Stack, answer, console, errors, settings
from portcullis.project import UserError
from portcullis.reviews.periods import Kind  # noqa: TC001 - typer reads it when the program runs

if TYPE_CHECKING:
    from portcullis.reviews.issues import Issues

TOKEN = "PORTCULLIS_ISSUES_TOKEN"  # noqa: S105 - a variable's name
_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


def review(
    kinds: Annotated[list[Kind], typer.Argument(help="Which; several are made from one reading.")],
    *,
    stack: Stack = "dev",
    repository: Annotated[
        str,
        typer.Option(
            metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY", help="Where the issues are."
        ),
    ] = "",
    only_print: Annotated[bool, typer.Option("--print", help="Print them; write none.")] = False,
    policy_config: PolicyConfig = None,
) -> None:
    """Bring the issues of the daily check and of the reviews up to date; change nothing else.

    The issues are written with the token of PORTCULLIS_ISSUES_TOKEN, else of GITHUB_TOKEN: it needs
    `issues: write` in that repository. The organization is read with the stack's credentials.
    """

    def show() -> None:
        from portcullis.reviews.facts import gather
        from portcullis.reviews.publish import printed, publish

        issues = None if only_print else _issues(repository)
        facts = gather(settings(stack), errors, policy_files(policy_config))
        for kind in dict.fromkeys(kinds):
            if issues is None:
                typer.echo(printed(kind, facts), nl=False)
            else:
                console.print(Text(f"{kind:<10} {publish(kind, facts, issues)}"))

    answer(show)


def _issues(repository: str) -> Issues:
    from components.github_access import DOTCOM, GitHubAccess, address
    from portcullis.reviews.issues import Issues

    if not _REPOSITORY.fullmatch(repository):
        raise UserError("allowed: --repository OWNER/NAME, or --print")
    token = os.environ.get(TOKEN) or os.environ.get("GITHUB_TOKEN")
    if not token:
        raise UserError(f"set {TOKEN} to an App's token with the permission `issues: write`")
    base_url = address(os.environ.get("GITHUB_BASE_URL") or DOTCOM)
    return Issues.of(GitHubAccess(base_url, token=token).client(), repository)
