"""Records of runs in the archive: one object an entry, and each entry once.

The name has the entry's number and hash. If somebody writes a chain anew, its entries get other
names, and the archive then has both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.archive.windows import missing
from portcullis.project import UserError
from portcullis.records.chain import canonical, entries, verify

if TYPE_CHECKING:
    from pathlib import Path

    from portcullis.archive.windows import Places


def add(folder: Path, places: Places) -> int:
    """Add the entries that are not there yet, of all stacks; return how many those were.

    Args:
        folder: With one file a stack.
        places: The archive.

    Raises:
        UserError: There are no records, or they were changed.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise UserError(f"--records: there are no records in {folder}")
    chains = {file.stem: _content(file) for file in files}
    for stack, content in chains.items():
        if bad := verify(content):
            raise UserError(
                f"records of {stack}: entry {bad.number}: {bad.why}; no records were archived"
            )
    return sum(_add(stack, content, places) for stack, content in chains.items())


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}; no records were archived") from None


def _add(stack: str, content: bytes, places: Places) -> int:
    named = {
        f"records/{stack}/{entry['number']:08}-{entry['hash']}.json": canonical(entry).encode()
        for entry in entries(content)
    }
    return sum(places.add(name, named[name] + b"\n") for name in missing(places, list(named)))
