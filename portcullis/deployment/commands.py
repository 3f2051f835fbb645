"""`portcullis stacks` and `portcullis reviewed`: for workflows of a configuration repository."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from portcullis.commands import Stack, answer, errors
from portcullis.project import UserError, project_root


def stacks(
    *,
    since: Annotated[
        str, typer.Option(metavar="COMMIT", help="Only those that changed since this commit.")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print them for the matrix of a workflow.")
    ] = False,
) -> None:
    """List the stacks that are organizations on GitHub."""

    def show() -> None:
        from portcullis.deployment import changed

        root = project_root()
        found = changed.changed_stacks(root, since) if since else changed.stacks(root)
        if as_json:
            listed = [{"stack": each.name, "organization": each.organization} for each in found]
            typer.echo(json.dumps(listed))
        else:
            for each in found:
                typer.echo(each.name)

    answer(show)


def reviewed(
    stack: Stack = "dev",
    *,
    app: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            envvar="PORTCULLIS_PREVIEW_APP",
            help="The App that comments on pull requests, as in the address of its page.",
        ),
    ] = "",
    repository: Annotated[
        str, typer.Option(metavar="OWNER/NAME", envvar="GITHUB_REPOSITORY", help="This repository.")
    ] = "",
    commit: Annotated[
        str, typer.Option(metavar="SHA", envvar="GITHUB_SHA", help="The commit after the merge.")
    ] = "",
) -> None:
    """Print the digest of the plan that was reviewed before a commit was merged.

    The token is that of the variable GITHUB_TOKEN; it needs `contents: read` and
    `pull_requests: read`.
    """

    def show() -> None:
        from components.github_access import DOTCOM, GitHubAccess
        from portcullis.comment.commands import REPOSITORY
        from portcullis.deployment.reviewed import reviewed as find

        token = os.environ.get("GITHUB_TOKEN")
        if not (app and commit and token and REPOSITORY.fullmatch(repository)):
            raise UserError(
                "allowed: --app NAME, --repository OWNER/NAME and --commit SHA, with a token in "
                "GITHUB_TOKEN"
            )
        base_url = os.environ.get("GITHUB_BASE_URL") or DOTCOM
        client = GitHubAccess(base_url, token=token).client()
        found = find(client, repository, commit, stack, app)
        errors.print(f"reviewed   pull request {found.number}")
        typer.echo(found.digest)

    answer(show)
