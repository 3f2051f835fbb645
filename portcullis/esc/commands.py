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
    from portcullis.esc.files import Files

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
        client, files = _start()
        if _show(client, files) and expect_no_changes:
            raise typer.Exit(7)  # as `pulumi preview --expect-no-changes`

    answer(show)


@app.command()
def apply(
    delete: Annotated[
        list[str] | None,
        typer.Option(help="An environment <project>/<name>, or a key of it: <project>/<name>:KEY."),
    ] = None,
) -> None:
    """Make ESC as the files under esc/ have it; values stay, and nothing unnamed is deleted."""
    from portcullis.esc import apply as making
    from portcullis.esc.compare import compare

    def run() -> None:
        client, files = _start()
        for named in delete or []:
            making.delete(client, files.access.organization, named)
            console.print(f"deleted    {named}")
        making.apply(
            client, compare(client, files), lambda line: console.print(f"applied    {line}")
        )
        _show(client, files)

    answer(run)


@app.command("list")
def list_() -> None:
    """List every environment and key of the organization, masked."""
    from portcullis.esc import definition
    from portcullis.esc.compare import environments

    def show() -> None:
        client, files = _start()
        organization = files.access.organization
        for project, name in sorted(environments(client, organization)):
            found = definition.read(client, definition.Name(organization, project, name))
            console.print(f"{project}/{name}")
            for each in found.imports:
                console.print(f"  imports    {each}")
            for key, value in found.values.items():
                console.print(f"  {definition.kind(value):<10} {key}  ******")

    answer(show)


def _start() -> tuple[EscClient, Files]:
    from portcullis.esc import connection, files

    wanted = files.load(project_root())
    return connection.connect(os.environ), wanted


def _show(client: EscClient, files: Files) -> bool:
    """Print the differences; whether apply would change anything."""
    from portcullis.esc.compare import compare, permissions, unknown

    differences = compare(client, files)
    for each in differences:
        for change in each.changes:
            console.print(f"differs    {each.environment}: {change}")
    _by_hand(differences, unknown(client, files))
    console.print("\nto do by hand (ESC cannot be told by its interface for programs)")
    console.print(
        f"  at Pulumi, organization {files.access.organization}, Access Management, Teams"
    )
    for line in permissions(files):
        console.print(f"  {line}")
    changed = any(each.changes for each in differences)
    console.print(f"\n{'apply makes it so' if changed else 'no differences'}")
    return changed


def _by_hand(differences: list[Difference], others: list[str]) -> None:
    for each in differences:
        for line in each.by_hand:
            console.print(f"note       {each.environment}: {line}")
    for name in others:
        console.print(f"note       {name}: no file names it: add one, or --delete {name}")
