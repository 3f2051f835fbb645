"""`portcullis records`: list, show and verify the records of a stack's runs."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from portcullis.commands import Stack, answer, console, errors, settings
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from portcullis.records.chain import Head

app = typer.Typer(no_args_is_help=True, help="What every preview and update did: the records.")

_USAGE = 2
_HEAD = re.compile(r"([1-9]\d{0,8}):([0-9a-f]{64})")


class Format(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


Form = Annotated[Format, typer.Option("--format", help="The output format.")]
File = Annotated[
    Path | None, typer.Option("--file", help="The records' file, instead of the stack's own.")
]


@app.command("list")
def list_(stack: Stack = "dev", *, file: File = None, form: Form = Format.TEXT) -> None:
    """List the runs, the oldest first.

    Exit code 0: they are listed.
    Exit code 1: the records cannot be read, or were changed.
    """

    def show() -> None:
        listed = _entries(stack, file)
        if form is Format.JSON:
            typer.echo(json.dumps(listed, indent=2))
        for entry in listed if form is Format.TEXT else ():
            _print(entry, lambda entry: [_line(entry)])

    answer(show)


@app.command()
def show(
    number: Annotated[int, typer.Argument(min=1, help="Of the entry, as `list` shows it.")],
    stack: Stack = "dev",
    *,
    file: File = None,
    form: Form = Format.TEXT,
) -> None:
    """Show one entry: who, what changed from which value to which, findings, and the result.

    Exit code 0: it is shown.
    Exit code 1: there is no such entry, or the records were changed.
    """

    def show_it() -> None:
        listed = _entries(stack, file)
        if number > len(listed):
            raise UserError(f"there is no entry {number}: the last one is {len(listed)}")
        entry = listed[number - 1]
        if form is Format.JSON:
            typer.echo(json.dumps(entry, indent=2))
        else:
            _print(entry, _lines)

    answer(show_it)


@app.command()
def verify(
    stack: Stack = "dev",
    *,
    file: File = None,
    head: Annotated[
        str,
        typer.Option(metavar="NUMBER:HASH", help="An entry that has to be there, as `up` prints."),
    ] = "",
    public_key: Annotated[
        Path | None, typer.Option(help="The key by which every entry has to be signed, as PEM.")
    ] = None,
    form: Form = Format.TEXT,
) -> None:
    """Verify the records, and name the first entry that was changed, removed, moved or added.

    Exit code 0: all entries are as they were written.
    Exit code 1: one is not, or the file cannot be read.
    Exit code 2: the command was used incorrectly.
    """
    if head and not _HEAD.fullmatch(head):
        errors.print(Text("--head: allowed: NUMBER:HASH, as `portcullis up` prints it"))
        raise typer.Exit(_USAGE)
    answer(lambda: _verify(stack, file, _head(head), public_key, form))


def _verify(
    stack: str, file: Path | None, head: Head | None, public: Path | None, form: Format
) -> None:
    from portcullis.records.chain import raw
    from portcullis.records.chain import verify as first_bad
    from portcullis.records.keys import public_key

    content = _content(stack, file)
    signer = raw(public_key(public)) if public else None
    bad = first_bad(content, head=head, signer=signer)
    count = content.count(b"\n")
    if form is Format.JSON:
        found = {"number": bad.number, "why": bad.why} if bad else None
        typer.echo(json.dumps({"entries": count, "bad": found}))
    elif bad is None:
        console.print(Text(f"{count} entries are as they were written"))
    if bad:
        raise UserError(f"entry {bad.number}: {bad.why}")


def _head(given: str) -> Head | None:
    from portcullis.records.chain import Head

    match = _HEAD.fullmatch(given)
    return Head(int(match[1]), match[2]) if match else None


def _content(stack: str, file: Path | None) -> bytes:
    from portcullis.records.store import Store

    store = Store(file) if file else Store.of(settings(stack))
    content = store.content()
    if not content:
        raise UserError(f"there are no records: {store.path}")
    return content


def _entries(stack: str, file: Path | None) -> Sequence[dict[str, Any]]:
    """Return the entries, if all are as they were written."""
    from portcullis.records.chain import entries
    from portcullis.records.chain import verify as first_bad

    content = _content(stack, file)
    if bad := first_bad(content):
        raise UserError(f"entry {bad.number}: {bad.why}")
    return entries(content)


def _line(entry: dict[str, Any]) -> str:
    """Return an entry in one line."""
    who = entry.get("who") or {}
    changes = entry.get("changes") or []
    parts = [f"{entry['number']:>5}", entry["at"], f"{entry['kind']:<8}", entry["run"][:8]]
    if entry["kind"] == "begun":
        parts += [entry["command"], "by", who.get("actor") or who.get("user", "")]
    else:
        parts += [entry["result"], f"({len(changes)} changes)" if changes else ""]
    return " ".join(parts).rstrip()


_SECTIONS: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("guards", lambda each: f"{each['name']}: {each['what']}"),
    ("unlocks", lambda each: f"{each['unlock']}: {each['what']}"),
    ("findings", lambda each: f"{each['level']} {each['rule']} {each['resource']}"),
    ("exemptions", lambda each: f"{each['rule']} {each['resource']} until {each['expires']}"),
    ("reach", lambda each: each["text"]),
    ("drift", lambda each: f"{each['noun']} {each['name']} {each['what']}"),
    ("files", str),
    ("unprotected", str),
)
"""The lists of an entry that are shown, and how."""


def _print(entry: dict[str, Any], worded: Callable[[dict[str, Any]], Iterable[str]]) -> None:
    """Print an entry for people.

    Raises:
        UserError: It is right in the chain, but no entry that this version writes.
    """
    try:
        lines = list(worded(entry))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise UserError(
            f"entry {entry['number']} is not as this version of Portcullis writes entries; "
            "--format json shows it"
        ) from None
    for line in lines:
        console.print(Text(line))


def _lines(entry: dict[str, Any]) -> Iterator[str]:
    """Yield all that an entry says."""
    yield _line(entry)
    who = entry.get("who") or {}
    for name, value in (*who.items(), ("commit", entry.get("commit")), ("plan", entry.get("plan"))):
        if value:
            yield f"  {name}: {value}"
    for change in entry.get("changes") or []:
        yield f"  {change['operation']} {change['kind']} {change['name']}"
        yield from (f"    {line}" for line in change["lines"])
    for name, worded in _SECTIONS:
        yield from (f"  {name}: {worded(each)}" for each in entry.get(name) or [])
