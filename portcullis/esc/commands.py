"""`portcullis esc ...`: the files under `esc/` and Pulumi ESC. No value is ever shown."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portcullis.commands import answer, console
from portcullis.project import UserError, project_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_esc_sdk.esc_client import EscClient

    from portcullis.esc.compare import Difference
    from portcullis.esc.connection import Account
    from portcullis.esc.files import Files
    from portcullis.esc.teams import Team

_MISSING = 404

app = typer.Typer(
    no_args_is_help=True, help="Manage Pulumi ESC's environments from the files in esc/."
)


@app.command()
def diff(
    *,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Exit with 7 if anything differs.")
    ] = False,
) -> None:
    """Show how ESC differs from the files under esc/; never read a value."""

    def show() -> None:
        account, client, files = _start()
        if _show(account, client, files) and expect_no_changes:
            raise typer.Exit(7)  # as `pulumi preview --expect-no-changes`

    answer(show)


@app.command()
def apply(
    delete: Annotated[
        list[str] | None,
        typer.Option(
            help="Delete an environment <project>/<name>, or a key: <project>/<name>:KEY."
        ),
    ] = None,
    revoke: Annotated[
        list[str] | None,
        typer.Option(help="Revoke a permission: <team>:<project>/<name>."),
    ] = None,
) -> None:
    """Make ESC match the files under esc/; keep values, delete only what is named."""
    from portcullis.esc import apply as making
    from portcullis.esc import teams
    from portcullis.esc.compare import compare

    def applied(line: str) -> None:
        _say(f"applied    {line}")

    def run() -> None:
        account, client, files = _start()
        organization = files.access.organization
        # every mistake in a name is reported before anything is removed
        known = teams.teams(account, files)
        revocations = [(each, *teams.revocation(each, known)) for each in revoke or []]
        deletions = [(each, making.deletion(each, organization)) for each in delete or []]
        gone: list[str] = []
        for named, team, environment in revocations:
            with _unless_gone(f"--revoke {named}", gone):
                teams.revoke(account, organization, team, environment)
                _say(f"revoked    {named}")
        for named, deletion in deletions:
            with _unless_gone(f"--delete {named}", gone):
                making.delete(client, *deletion)
                _say(f"deleted    {named}")
        making.apply(client, compare(client, files), applied)
        teams.grant(account, organization, teams.teams(account, files), applied)
        _show(account, client, files)
        if gone:
            raise UserError(f"was not there, or is gone already: {', '.join(gone)}")

    answer(run)


@app.command("list")
def list_() -> None:
    """List every environment and key, with masked values."""
    from portcullis.esc import definition
    from portcullis.esc.compare import environments

    def show() -> None:
        _, client, files = _start()
        organization = files.access.organization
        for project, name in sorted(environments(client, organization)):
            found = definition.read(client, definition.Name(organization, project, name))
            _say(f"{project}/{name}")
            for each in found.imports:
                _say(f"  imports    {each}")
            for key, value in found.values.items():
                _say(f"  {definition.kind(value):<10} {key}  ******")

    answer(show)


@contextmanager
def _unless_gone(what: str, gone: list[str]) -> Iterator[None]:
    """Note what is not there, and go on: a run that was interrupted can be repeated."""
    from portcullis.esc.connection import EscError

    try:
        yield
    except EscError as error:
        if error.status != _MISSING:
            raise
        gone.append(what)


def _say(line: str) -> None:
    """Print a line as it is: names come from ESC, and may look like rich's markup."""
    console.print(Text(line), soft_wrap=True)


def _start() -> tuple[Account, EscClient, Files]:
    from portcullis.esc import connection, files

    wanted = files.load(project_root())
    account = connection.account(os.environ)
    return account, connection.connect(account), wanted


def _show(account: Account, client: EscClient, files: Files) -> bool:
    """Print the differences; whether apply would change anything."""
    from portcullis.esc import teams
    from portcullis.esc.compare import compare, unknown

    differences = compare(client, files)
    changes = [f"{each.environment}: {change}" for each in differences for change in each.changes]
    known = teams.teams(account, files)
    changes += [line for team in known for line in teams.lines(team)]
    for line in changes:
        _say(f"differs    {line}")
    _by_hand(differences, unknown(client, files))
    by_people = [line for team in known for line in _about(team, files)]
    for line in by_people:
        _say(f"note       {line}")
    if changes:
        _say("\napply makes it so")
    elif by_people:
        _say("\nwhat teams may do differs: see the notes")
    else:
        _say("\nno differences")
    return bool(changes or by_people)


def _about(team: Team, files: Files) -> Iterator[str]:
    """Yield what a person has to do about a team."""
    if team.found is None:
        yield (
            f"team {team.name}: {files.access.organization} has none at Pulumi, or your token may "
            "not see it: create it (Access Management, Teams), then apply"
        )
    for environment, level in team.beyond(files.projects).items():
        yield (
            f"team {team.name}: may {level} {environment}, and no policy grants it: "
            f"--revoke {team.name}:{environment}"
        )


def _by_hand(differences: list[Difference], others: list[str]) -> None:
    for each in differences:
        for line in each.by_hand:
            _say(f"note       {each.environment}: {line}")
    for name in others:
        _say(f"note       {name}: no file names it: add one, or --delete {name}")
