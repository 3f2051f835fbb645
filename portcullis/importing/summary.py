"""What an import prints: what came of it, and what is left to do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from components.declaration.load import FOLDER
from portcullis.importing import files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from portcullis.importing.access import Way
    from portcullis.importing.imported import Imported
    from portcullis.live.asking import Usage


def show(found: Imported, usage: Usage, console: Console, way: Way, adopted: int | None) -> None:
    """Print it.

    Args:
        found: The organization.
        usage: The requests that it took.
        console: Where to print.
        way: How GitHub and the state were reached.
        adopted: How many resources the state got; None: it was not written.
    """
    for head, line in _lines(found, usage, way, adopted):
        console.print(Text(f"{head:<10} {line}"))


def _lines(
    found: Imported, usage: Usage, way: Way, adopted: int | None
) -> Iterator[tuple[str, str]]:
    data, name = found.data, found.live.organization
    folder = f"{FOLDER}/{name}"
    repositories = data.get("repositories") or {}
    environments = sum(len(each.get("environments") or {}) for each in repositories.values())
    counts = (
        f"{len(repositories)} repositories, {len(data.get('teams') or {})} teams, "
        f"{environments} environments ({usage.sent} requests)"
    )
    yield "imported", f"{name}: {counts}"
    yield from _weak(found)
    yield from (("differs", f"{each.what}: {each.why}") for each in found.proven.differs)
    yield from (("not read", line) for line in sorted({str(gap.why) for gap in found.live.gaps}))
    if found.left:
        yield "left out", f"{len(found.left)} things: {folder}/{files.NOT_IMPORTED} lists them"
    if found.changes:
        yield from found.changes
    else:
        yield "written" if found.changes is None else "unchanged", folder
    if found.blanks:
        how = "write a source in place of each `TODO` (docs/secrets.md)"
        yield "blank", f"{found.blanks} secrets: {how}"
    if adopted is None or way.settings is None:
        where = f"a stack with portcullis:organization {name} (docs/own-organization.md)"
        yield "next", f"set up {where}, then: make adopt"
    else:
        yield "state", f"{adopted} resources came into the state of stack {way.settings.name}"
        then = "fill in the blanks, then: " if found.blanks else ""
        yield "next", f"{then}make preview STACK={way.settings.name}"


def _weak(found: Imported) -> Iterator[tuple[str, str]]:
    rules = Counter(str(each["rule"]) for each in found.accepted)
    if rules:
        listed = ", ".join(f"{rule} {count}" for rule, count in sorted(rules.items()))
        last = max(str(each["expires"]) for each in found.accepted)
        yield "weak", f"{len(found.accepted)} exemptions until {last}: {listed}"
    for each in found.refused:
        yield "refused", f"{each.rule.id} {each.location.dotted}: {each.rule.title}"
