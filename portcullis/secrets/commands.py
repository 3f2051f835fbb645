"""The commands around secrets: `portcullis secrets ...`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="What secrets there are, and what is to be done.")

Stack = Annotated[str, typer.Option(help="The stack, as in Pulumi.<stack>.yaml.", envvar="STACK")]


class Format(StrEnum):
    """How a listing is printed."""

    TEXT = "text"
    JSON = "json"


@app.command("list")
def list_secrets(
    stack: Stack = "dev",
    form: Annotated[
        Format, typer.Option("--format", help="For people, or machines.")
    ] = Format.TEXT,
) -> None:
    """Show every secret without its value: where it is, how old, and who uses it."""
    from portcullis.cli import _answer, _settings, console, errors

    def show() -> None:
        from portcullis.secrets import output
        from portcullis.secrets.gather import gather

        found = gather(_settings(stack), errors)
        if form is Format.JSON:
            answer = output.as_json(found.organization, found.secrets, found.today)
            typer.echo(json.dumps(answer, indent=2))
        else:
            output.show(console, found.secrets, found.requests)

    _answer(show)
