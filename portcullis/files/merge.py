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


def _with_lines(text: str, declared: list[str]) -> str:
    """Return ``text`` with the lines that it lacks, below the heading and in the declared order.

    The last pattern that matches a file wins in `.gitignore`. So the heading is at the beginning,
    where what people wrote has the last word, and a line with `!` follows what it makes an
    exception of.
    """
    if text == NOT_TEXT:
        return text
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    end = "\r\n" if "\r\n" in body else "\n"
    there = [line.rstrip() for line in body.split("\n")]
    if HEADING in there:
        start = there.index(HEADING) + 1
        stop = next((n for n in range(start, len(there)) if not there[n]), len(there))
        elsewhere = {*there[:start], *there[stop:]}
        block = [line for line in declared if line not in elsewhere or line in there[start:stop]]
        new = _ordered(there[start:stop], block)
        if new == there[start:stop]:
            return text
        raw = body.split("\n")
        lines = [f"{line}{end[:-1]}" for line in (HEADING, *new)]
        return mark + "\n".join([*raw[: start - 1], *lines, *(raw[stop:] or [""])])
    missing = [line for line in declared if line not in there]
    if not missing:
        return text
    added = "".join(line + end for line in (HEADING, *missing))
    return f"{mark}{added}{end}{body}" if body else f"{mark}{added}"


def _ordered(block: list[str], declared: list[str]) -> list[str]:
    """Return the lines below the heading with all declared ones, in that order.

    Lines that are not declared stay where they are.
    """
    present = iter([line for line in declared if line in block])
    seen: set[str] = set()
    found = []
    for line in block:
        is_first = line in declared and line not in seen
        seen.add(line)
        found.append(next(present) if is_first else line)
    previous = None
    for index, line in enumerate(declared):
        if line not in found:
            follower = next((each for each in declared[index:] if each in found), None)
            if previous is not None:
                found.insert(found.index(previous) + 1, line)
            else:
                found.insert(found.index(follower) if follower else len(found), line)
        previous = line
    return found
