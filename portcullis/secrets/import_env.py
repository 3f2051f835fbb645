"""A `.env` file, on its way into where its values live from now on.

Everything is checked before anything is written. No value is printed; mistakes say file and line.
"""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dotenv.parser import parse_stream

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from dotenv.parser import Original

    from portcullis.secrets.writers.writer import Writer


@dataclass(frozen=True, repr=False)
class Entry:
    """A name and its value, and the line that it stands on. Its repr lacks the value."""

    name: str
    value: str
    line: int


class Place(NamedTuple):
    """Where a value goes: a path at a destination, and the key there."""

    path: str
    key: str


def read(path: Path) -> list[Entry]:
    """Return the entries of a `.env` file; `${...}` is text like any other.

    Raises:
        UserError: git tracks the file; or with every mistake in it, as file:line.
    """
    _refuse_tracked(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # line breaks as they are
            text = file.read()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: is not UTF-8 text: save it as UTF-8") from None
    entries: list[Entry] = []
    mistakes: list[tuple[int, str]] = []
    lines: dict[str, int] = {}
    for line, name, value in _bindings(text):
        if wrong := _wrong(name, value, lines):
            mistakes.append((line, wrong))
        else:
            entries.append(Entry(name, value or "", line))
        lines.setdefault(name, line)
    refuse(path, mistakes)
    if not entries:
        raise UserError(f"{path}: has no entries; allowed: lines such as NAME=value")
    return entries


def refuse(path: Path, mistakes: list[tuple[int, str]]) -> None:
    """Report all mistakes of a file, by line.

    Raises:
        UserError: there are any.
    """
    if mistakes:
        lines = [f"error  {path}:{line}  {what}" for line, what in sorted(mistakes)]
        end = f"{len(lines)} mistake{'s' if len(lines) > 1 else ''}; nothing was written"
        raise UserError("\n".join([*lines, end]))


def _bindings(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, name and value of each entry; an empty name is a line that cannot be read."""
    for binding in parse_stream(io.StringIO(text, newline="")):
        if binding.error:
            yield _line(binding.original), "", None
        elif binding.key is not None:
            yield _line(binding.original), binding.key.upper(), binding.value


def _line(original: Original) -> int:
    """Return the line of an entry itself: the parser counts the empty lines before it to it."""
    blank = original.string[: len(original.string) - len(original.string.lstrip())]
    return original.line + len(re.findall(r"\r\n|\n|\r", blank))


def _wrong(name: str, value: str | None, lines: Mapping[str, int]) -> str:
    """Return what is wrong with an entry, or nothing. A name that may be a value is not quoted.

    Such as a name without a value: a line of Base64 that ends with `=` reads like one.

    Source: https://docs.github.com/actions/reference/security/secrets
    """
    if value is not None and not value.strip("="):
        return "it has no value; give it one, or put it in quotes if it is a part of one"
    if value is None:
        return "is no entry; allowed: NAME=value, the value in quotes if it has several lines"
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", name):
        return "its name is none; allowed: letters, digits and _, not beginning with a digit"
    if name.startswith("GITHUB_"):
        return f"{name}: GitHub reserves names that begin with GITHUB_; choose another name"
    if name in lines:
        return f"{name} stands on line {lines[name]} already; take one of the two out"
    return ""


def _refuse_tracked(path: Path) -> None:
    """Refuse a file that git tracks: everybody who cloned the repository has it."""
    file = path.resolve()  # what a link leads to may be tracked, too
    try:
        listed = subprocess.run(  # noqa: S603 - git, with a file's name
            ["git", "--literal-pathspecs", "ls-files", "--error-unmatch", "--", file.name],  # noqa: S607 - git, as PATH has it
            cwd=file.parent,
            capture_output=True,
            check=False,
        )
    except OSError:  # no git, or no such folder: reading the file says what is wrong
        return
    if listed.returncode not in (0, 1) and any((each / ".git").exists() for each in file.parents):
        raise UserError(
            f"{path}: git does not say whether it tracks this file; nothing was written. "
            f"See what it says by hand: git -C {file.parent} status"
        )
    if listed.returncode == 0:
        raise UserError(
            f"{path}: git tracks this file: its values are known to all who have the repository. "
            f"Make new ones at their issuers, and take it out: git rm --cached {path.name}"
        )


def plan(writer: Writer, places: Mapping[str, Place]) -> dict[str, str]:
    """Return what writing would do to each name: `new`, or `replaces`; nothing is written.

    Raises:
        UserError: the destination cannot be asked.
    """
    paths = sorted({place.path for place in places.values()})
    there = {path: writer.keys(path) for path in paths}
    return {
        name: "replaces" if place.key in there[place.path] else "new"
        for name, place in places.items()
    }


def write(
    writer: Writer,
    entries: list[Entry],
    places: Mapping[str, Place],
    report: Callable[[str, str], None],
) -> None:
    """Write every entry; `report` gets each name with the version that it has now.

    Raises:
        UserError: one was refused; it says which were written until then. To go on, run it again.
    """
    for done, entry in enumerate(entries):
        place = places[entry.name]
        try:
            version = writer.write(place.path, place.key, entry.value)
        except UserError as error:
            raise UserError(
                f"{error}\n{done} of {len(entries)} were written, {entry.name} was not; "
                "run it again when this is fixed"
            ) from None
        report(entry.name, version)


def references(destination: str, places: Mapping[str, Place]) -> list[str]:
    """Return the lines of YAML by which a declaration refers to the values."""
    return [
        f"{name}: {{from: {{{_reference(destination, place)}}}}}" for name, place in places.items()
    ]


def _reference(destination: str, place: Place) -> str:
    if destination == "config":
        return f"config: {place.key}"
    if destination == "ssm":
        return f"aws: 'ssm:{place.path.rstrip('/')}/{place.key}'"
    return f"{destination}: {place.path}, key: {place.key}"
