"""What a standard file becomes, given what people wrote: nothing of theirs is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.files.standard import MARK
from portcullis.files.live import NOT_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.files.standard import AddedFile

HEADING = "# Files with secrets (added by Portcullis)"


def merged(path: str, file: AddedFile, live: Mapping[str, str]) -> str | None:
    """Return the text that ``path`` has to get; None if it stays as it is.

    Args:
        path: The file's path.
        file: What is declared.
        live: The text of each file that exists, by path.
    """
    there = live.get(path)
    if file.how == "lines":
        lines = file.content.splitlines()
        new = f"{HEADING}\n{file.content}" if there is None else _with_lines(there, lines)
        return None if new == there else new
    if file.how == "once":
        return file.content if there is None else None
    if any(file.counts(each) for each in live if each != path):
        return None
    ours = there is None or _is_ours(there)
    return file.content if ours and there != file.content else None


def _is_ours(text: str) -> bool:
    """Return whether Portcullis wrote a file, and people left it to it."""
    return MARK in text.partition("\n")[0]


def _with_lines(text: str, lines: list[str]) -> str:
    """Return ``text`` with the lines that it lacks at its beginning.

    The last pattern that matches a file wins in `.gitignore`, so what people wrote has the last
    word.
    """
    if text == NOT_TEXT:
        return text
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    end = "\r\n" if "\r\n" in body else "\n"
    there = [line.rstrip() for line in body.splitlines()]
    missing = [line for line in lines if line not in there]
    if not missing:
        return text
    if HEADING in there:
        head, _, rest = body.partition(HEADING)
        rest = rest.removeprefix(end)
        return f"{mark}{head}{HEADING}{end}{''.join(line + end for line in missing)}{rest}"
    added = "".join(line + end for line in (HEADING, *missing))
    return f"{mark}{added}{end}{body}" if body else f"{mark}{added}"
