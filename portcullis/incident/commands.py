"""`portcullis incident ...`: what to do on a bad day, and which credentials to replace."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from portcullis_policy.rules.secrets.shapes import has_token, looks_random
from rich.text import Text

from portcullis.commands import Stack, answer, console, errors, settings
from portcullis.incident.kinds import KINDS
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from portcullis.incident.step import IncidentKind

app = typer.Typer(
    no_args_is_help=True, help="Lead through an incident; list the credentials to replace."
)

Organization = Annotated[
    str | None, typer.Option("--organization", help="Its login, if the YAML has mistakes.")
]
Since = Annotated[
    str, typer.Option("--since", metavar="TIME", help="When it began: 2026-11-30T18:00Z.")
]
By = Annotated[str, typer.Option("--by", help="Who you are. Default: the name of your account.")]


class Format(StrEnum):
    """How the list is printed."""

    TEXT = "text"
    JSON = "json"


@app.callback()
def incident() -> None:
    """Lead through an incident; list the credentials to replace."""


@app.command()
def credentials(
    stack: Stack = "dev",
    *,
    organization: Organization = None,
    since: Since = "",
    sources: Annotated[
        bool, typer.Option("--sources", help="Ask the secrets' sources for dates: a preview.")
    ] = False,
    confirm: Annotated[
        list[str] | None,
        typer.Option("--confirm", metavar="ID", help="It was replaced, and no API shows it."),
    ] = None,
    by: By = "",
    note: Annotated[str, typer.Option("--note", help="How you know; goes with --confirm.")] = "",
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """List every credential that could publish: open until seen newer than the incident.

    Exit code 0: nothing is open.
    Exit code 1: something is open.
    """

    def show() -> None:
        from portcullis.incident.credentials import look, output

        wanted = look.Wanted(
            *(
                organization,
                _time(since),
                sources,
                tuple(confirm or ()),
                _by(by),
                _plain("--note", note),
            )
        )
        found = look.look(settings(stack), wanted, errors)
        if form is Format.JSON:
            typer.echo(json.dumps(output.as_json(found), indent=2))
        else:
            output.show(console, found)
        if found.open:
            raise typer.Exit(1)

    answer(show)


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UserError("--since: allowed: a time with its zone, such as 2026-11-30T18:00Z")
    return found.astimezone(UTC)


def _plain(option: str, text: str) -> str:
    """Return a text for the record, which is no place for the value of a secret.

    Raises:
        UserError: It holds one.
    """
    if has_token(text) or looks_random(text):
        raise UserError(f"{option}: nothing was noted: allowed: names and words, no value")
    return text


def _by(given: str) -> str:
    try:
        return _plain("--by", given) or getpass.getuser()
    except (OSError, KeyError):
        raise UserError("--by: nobody knows who you are; allowed: your name") from None


def _command(kind: IncidentKind) -> Callable[..., None]:
    def lead(
        stack: Stack = "dev",
        *,
        organization: Organization = None,
        since: Since = "",
        of: Annotated[
            str, typer.Option("--of", help="The person, key or secret that it is about.")
        ] = "",
        release: Annotated[
            list[str] | None,
            typer.Option("--release", metavar="REPOSITORY@TAG", help="A release, a tag to delete."),
        ] = None,
        done: Annotated[
            list[str] | None, typer.Option("--done", metavar="STEP", help="You have done it.")
        ] = None,
        skip: Annotated[
            list[str] | None,
            typer.Option("--skip", metavar="STEP=REASON", help="It is not needed."),
        ] = None,
        by: By = "",
        yes: Annotated[
            bool, typer.Option("--yes", help="Agree to all that the command does itself.")
        ] = False,
    ) -> None:
        def go() -> None:
            from portcullis.incident import guide

            given = guide.Given(
                by=_by(by),
                organization=organization,
                since=_time(since),
                of=_plain("--of", of),
                releases=tuple(release or ()),
                yes=yes,
                done=tuple(done or ()),
                skip=dict(_reason(each) for each in skip or ()),
                ask=_ask if sys.stdin.isatty() else None,
            )
            outcome = guide.lead(settings(stack), kind, given, console)
            ended = len(kind.steps) - len(outcome.open)
            line = f"{ended} of {len(kind.steps)} steps done or skipped; record: {outcome.file}"
            console.print(Text(f"\n{'incident':<10} {line}"))
            if outcome.open:
                names = ", ".join(each.id for each in outcome.open)
                console.print(Text(f"{'open':<10} {names}: run it again"))
                raise typer.Exit(1)

        answer(go)

    lead.__doc__ = f"{kind.when}\n\n    Exit code 1: a step is open; run it again.\n    "
    return lead


def _reason(text: str) -> tuple[str, str]:
    step, _, reason = text.partition("=")
    if not reason.strip():
        raise UserError("--skip: allowed: STEP=REASON, with a reason")
    return step, _plain("--skip", reason.strip())


def _ask(question: str) -> str:
    found: str = typer.prompt(question, default="", show_default=False)
    return _plain("nothing was noted", found)


for _kind in KINDS.values():
    app.command(_kind.name)(_command(_kind))
