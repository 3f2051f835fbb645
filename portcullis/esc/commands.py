"""`portcullis esc ...`: the files under `esc/` and Pulumi ESC. No value is ever shown."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from portcullis.commands import answer, console
from portcullis.project import project_root

if TYPE_CHECKING:
    from pulumi_esc_sdk.esc_client import EscClient

    from portcullis.esc.compare import Difference
    from portcullis.esc.connection import Account
    from portcullis.esc.files import Files
    from portcullis.esc.teams import Team

app = typer.Typer(no_args_is_help=True, help="Pulumi ESC: its environments as esc/ has them.")


@app.command()
def diff(
    *,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Exit with 7 when something differs.")
    ] = False,
) -> None:
    """Show where ESC differs from the files under esc/; values are neither read nor shown."""

    def show() -> None:
        account, client, files = _start()
        if _show(account, client, files) and expect_no_changes:
            raise typer.Exit(7)  # as `pulumi preview --expect-no-changes`

    answer(show)


@app.command()
def apply(
    delete: Annotated[
        list[str] | None,
        typer.Option(help="An environment <project>/<name>, or a key of it: <project>/<name>:KEY."),
    ] = None,
    revoke: Annotated[
        list[str] | None,
        typer.Option(help="What a team may do: <team>:<project>/<name>."),
    ] = None,
) -> None:
    """Make ESC as the files under esc/ have it; values stay, and nothing unnamed is deleted."""
    from portcullis.esc import apply as making
    from portcullis.esc import teams
    from portcullis.esc.compare import compare

    def applied(line: str) -> None:
        console.print(f"applied    {line}")

    def run() -> None:
        account, client, files = _start()
        organization = files.access.organization
        for named in delete or []:
            making.delete(client, organization, named)
            console.print(f"deleted    {named}")
        for named in revoke or []:
            teams.revoke(account, organization, named)
            console.print(f"revoked    {named}")
        making.apply(client, compare(client, files), applied)
        teams.grant(account, organization, teams.teams(account, files), applied)
        _show(account, client, files)

    answer(run)


@app.command("list")
def list_() -> None:
    """List every environment and key of the organization, masked."""
    from portcullis.esc import definition
    from portcullis.esc.compare import environments

    def show() -> None:
        _, client, files = _start()
        organization = files.access.organization
        for project, name in sorted(environments(client, organization)):
            found = definition.read(client, definition.Name(organization, project, name))
            console.print(f"{project}/{name}")
            for each in found.imports:
                console.print(f"  imports    {each}")
            for key, value in found.values.items():
                console.print(f"  {definition.kind(value):<10} {key}  ******")

    answer(show)


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
    known = teams.teams(account, files)
    changes = [f"{each.environment}: {change}" for each in differences for change in each.changes]
    changes += [line for team in known if team.found is not None for line in teams.lines(team)]
    for line in changes:
        console.print(f"differs    {line}")
    _by_hand(differences, unknown(client, files))
    for team in known:
        _about(team, files)
    console.print(f"\n{'apply makes it so' if changes else 'no differences'}")
    return bool(changes)


def _about(team: Team, files: Files) -> None:
    """Say what a person has to do about a team."""
    if team.found is None:
        console.print(
            f"note       team {team.name}: {files.access.organization} has none at Pulumi, or your "
            "token may not see it: make it (Access Management, Teams), then apply"
        )
    for environment, level in team.beyond(list(files.projects)).items():
        console.print(
            f"note       team {team.name}: may {level} {environment}, and no policy says so: "
            f"--revoke {team.name}:{environment}"
        )


def _by_hand(differences: list[Difference], others: list[str]) -> None:
    for each in differences:
        for line in each.by_hand:
            console.print(f"note       {each.environment}: {line}")
    for name in others:
        console.print(f"note       {name}: no file names it: add one, or --delete {name}")
