"""`portcullis secrets ...`: values of secrets, which are never shown."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads it when the program runs
from typing import TYPE_CHECKING, Annotated

import typer

from portcullis.commands import Stack, answer, console, errors, settings
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.secrets.import_env import Entry, Place
    from portcullis.secrets.places import Target
    from portcullis.secrets.rotation import Rotation

app = typer.Typer(no_args_is_help=True, help="List, rotate and import secrets.")


@app.callback()
def secrets() -> None:
    """List, rotate and import secrets."""


class Format(StrEnum):
    """How a listing is printed."""

    TEXT = "text"
    JSON = "json"


@app.command("list")
def list_secrets(
    stack: Stack = "dev",
    form: Annotated[
        Format, typer.Option("--format", help="Output format: text for people, JSON for programs.")
    ] = Format.TEXT,
) -> None:
    """List every secret, without its value: where it is, how old it is, and who uses it."""

    def show() -> None:
        from portcullis.secrets import output
        from portcullis.secrets.gather import gather

        found = gather(settings(stack), errors)
        if form is Format.JSON:
            answers = output.as_json(found.organization, found.secrets, found.today)
            typer.echo(json.dumps(answers, indent=2))
        else:
            output.show(console, found.secrets, found.requests)

    answer(show)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A `.env` file that git does not track.")],
    *,
    to: Annotated[
        str,
        typer.Option(
            help="esc:<project>, vault:<mount>/<path>, aws:<name>, ssm:/<path>, or config."
        ),
    ],
    group: Annotated[
        str, typer.Option(help="The group, such as api-keys. Default for ESC: the group in esc/.")
    ] = "",
    stage: Annotated[
        str, typer.Option(help="For ESC: development, staging or production.")
    ] = "development",
    stack: Stack = "dev",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be written.")
    ] = False,
) -> None:
    """Write the values of a `.env` file to a secret source, and print the YAML to add."""
    from portcullis.secrets import import_env, places

    def run() -> None:
        chosen = places.target(to, group, stage)
        entries = import_env.read(file)
        where = places.choose(chosen, entries, file, settings(stack).root)
        _import(chosen, entries, where, stack, dry_run=dry_run)

    answer(run)


def _import(
    chosen: Target,
    entries: list[Entry],
    where: Mapping[str, Place],
    stack: str,
    *,
    dry_run: bool,
) -> None:
    from portcullis import deploy
    from portcullis.esc.files import organization
    from portcullis.secrets import import_env
    from portcullis.secrets.writers import destinations

    of = settings(stack)
    at_pulumi = organization(of.root) if chosen.destination == "esc" else ""
    environment: Mapping[str, str] = os.environ
    if chosen.destination not in ("esc", "config"):
        # where the organization's file says that its sources are: from there it will be read
        environment = deploy.declaration_of(of).config.sources.environment(environment)
    writer = destinations.open_writer(chosen.destination, environment, at_pulumi, of)
    changes = import_env.plan(writer, where)
    for name, change in changes.items():
        place = where[name]
        at = f"{chosen.destination} {place.path} {place.key}".replace("  ", " ")
        console.print(
            f"{'would be' if dry_run else 'to write':<10} {change:<9} {name}  {at}  ******"
        )
    if not dry_run:
        import_env.write(
            writer, entries, where, lambda name, made: console.print(f"written    {name} ({made})")
        )
    console.print("\nto add to orgs/<name>.yaml, below `secrets:`")
    for line in import_env.references(chosen.destination, where):
        console.print(f"  {line}")


@app.command()
def rotate(
    name: Annotated[str, typer.Argument(help="The secret's name, or its path in the YAML.")],
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    *,
    generate: Annotated[bool, typer.Option("--generate", help="Generate a random value.")] = False,
    stack: Stack = "dev",
    yes: Annotated[bool, typer.Option("--yes", help="Confirm in advance.")] = False,
) -> None:
    """Give a secret a new value: typed, read from standard input, or generated."""
    from portcullis.secrets.rotate import rotate as rotate_secret

    def new_value(rotation: Rotation) -> str:
        if more:  # not quoted, as a usage error would
            raise UserError(
                "nothing was changed: a value is never an argument, where others can read it; "
                "treat it as leaked, make a new one, and give that on standard input"
            )
        if generate:
            return rotation.generated()
        if sys.stdin.isatty():
            asked: str = typer.prompt("new value", hide_input=True, confirmation_prompt=True)
            return asked
        return _all_of_standard_input()

    answer(lambda: rotate_secret(settings(stack), console, name, new_value, agreed=yes))


def _all_of_standard_input() -> str:
    """Return the text without the line break at its end: bit for bit, CR LF in between as well.

    Raises:
        UserError: it is not UTF-8, and GitHub stores nothing else.
    """
    try:
        return sys.stdin.buffer.read().decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError:
        raise UserError("nothing was changed: the new value is not UTF-8 text") from None
