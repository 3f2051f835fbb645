"""`portcullis publishers ...`: who published the packages of an organization."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.text import Text

from components.names.registries import ADDRESSES
from portcullis.commands import Stack, console, errors, settings
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Collection

    from components.declaration import Declaration
    from portcullis.project import StackSettings

_USAGE = 2
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}

app = typer.Typer(no_args_is_help=True, help="Check who published the packages.")


@app.callback()
def publishers() -> None:
    """Check who published the packages."""


class Format(StrEnum):
    """How the outcome is printed."""

    TEXT = "text"
    JSON = "json"


@app.command()
def check(
    stack: Stack = "dev",
    *,
    form: Annotated[
        Format, typer.Option("--format", help="Output format: text for people, JSON for programs.")
    ] = Format.TEXT,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if a publisher is unknown, too.")
    ] = False,
    registry: Annotated[
        list[str] | None,
        typer.Option(help=f"NAME=URL: another address; NAME is one of {', '.join(ADDRESSES)}."),
    ] = None,
) -> None:
    """Check that the latest releases came from the declared publishers; no credentials needed.

    Exit code 1: a release came from another publisher. Exit code 2: nothing was checked.
    """
    from portcullis.publishers import output
    from portcullis.publishers.check import check as check_publishers
    from portcullis.publishers.check import declared_publishers

    addresses = dict(_address(each) for each in registry or [])
    try:
        declaration = _declaration(settings(stack), addresses)
    except UserError as error:
        errors.print(Text(str(error)))
        raise typer.Exit(_USAGE) from None
    found = check_publishers(declared_publishers(declaration.resolved), addresses)
    if form is Format.JSON:
        answer = output.as_json(declaration.config.organization, found)
        typer.echo(json.dumps(answer, indent=2))
    else:
        output.show(console, found)
    statuses = {each.verdict.status for each in found}
    if "other" in statuses or (strict and "unknown" in statuses):
        raise typer.Exit(1)


def _address(given: str) -> tuple[str, str]:
    """Return the name and the address of a registry, as an option has them."""
    name, _, address = given.partition("=")
    if name not in ADDRESSES:
        allowed = f"allowed: NAME=URL, NAME one of {', '.join(ADDRESSES)}"
        raise typer.BadParameter(allowed, param_hint="--registry")
    try:
        url = urlsplit(address)
        local = url.hostname in _LOOPBACK
        good = bool(url.hostname) and url.scheme in ({"https", "http"} if local else {"https"})
        good = good and not (url.username or url.password or url.query or url.fragment)
    except ValueError:
        good = False
    if not good:
        allowed = "allowed: an https:// address, or one on this machine, without a login"
        raise typer.BadParameter(allowed, param_hint=f"--registry {name}")
    return name, address.rstrip("/")


def _declaration(of: StackSettings, addresses: Collection[str]) -> Declaration:
    """Return the stack's organization.

    Raises:
        UserError: it has mistakes, or its packages are at no registry.
    """
    from portcullis.deploy import declaration_of
    from portcullis.publishers.check import asked, declared_publishers

    declaration = declaration_of(of)
    missing = asked(declared_publishers(declaration.resolved)).difference(addresses)
    if of.practises and missing:
        raise UserError(
            f"nothing was checked: stack {of.name} practises on a sandbox, and at the registries "
            "its packages' names belong to others; use the stack of a real organization "
            "(--stack prod), or name registries of your own: "
            + " ".join(f"--registry {name}=URL" for name in sorted(missing))
        )
    return declaration
