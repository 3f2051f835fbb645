"""The look at the live organization before every preview and update."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portcullis.adopt import existing
from portcullis.adopt.extras import with_extras
from portcullis.drift import seen
from portcullis.drift.look import look, owners_of
from portcullis.drift.output.text import item_lines, whole_lines
from portcullis.drift.report import report
from portcullis.drift.state import as_on_github, deployed
from portcullis.live.compare import compare
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pulumi import automation
    from rich.console import Console

    from components.declaration import Declaration
    from portcullis.drift.report import Report
    from portcullis.live.resource import Live
    from portcullis.project import StackSettings

MOST = 20
"""Undeclared things that are shown one by one, of those that the last update did not see."""


@dataclass(frozen=True)
class Looked:
    """What the look found."""

    lines: Sequence[str] = ()
    """The report, for people."""
    live: Live | None = None
    """The organization on GitHub; None where it was not read."""
    report: Report | None = None


NOT_LOOKED_AT = "live       not looked at (--no-live): GitHub may differ from the state"
"""What a run without the look says."""


def repair(
    stack: automation.Stack,
    environment: Mapping[str, str],
    settings: StackSettings,
    declaration: Declaration,
    console: Console,
    *,
    change: bool,
    renamed: Mapping[str, Any] | None = None,
    live: bool = True,
) -> Looked:
    """Look at what changed on GitHub without Portcullis, and let an update fix it.

    Args:
        stack: The stack.
        environment: The environment of the run.
        settings: The stack's settings.
        declaration: The stack's organization.
        console: For what is waited for.
        change: Whether to write into the state what GitHub has; a preview only reports it.
        renamed: The state under GitHub's names, of a preview that does not write it.
        live: Whether to look at all.

    Raises:
        UserError: GitHub cannot be asked, or Pulumi refuses.
    """
    state = renamed or existing.known(stack, environment)
    if not live:
        seen.keep(stack, state)
        return Looked([NOT_LOOKED_AT])
    managed = deployed(state)
    access = existing.access(stack, environment)
    if not managed:
        # nothing is managed yet: what exists is adopted, or refused
        with suppress(UserError):  # the program asks GitHub, too, and reports what is wrong
            if change:
                seen.note_owners(stack, owners_of(access, declaration.resolved.name, console))
        return Looked()
    before = seen.of_state(state)
    looked = look(access, settings, declaration, console, texts=False, state=state)
    changed = [each for each in compare(managed, looked.on_github) if each.what != "undeclared"]
    undeclared = [each for each in looked.drift if each.what == "undeclared"]
    found = report(looked, [*changed, *undeclared], settings, declaration, before)
    before.note(stack, looked.live, undeclared)
    if found.drifted and change:
        # exported again: while GitHub was asked, somebody else's run may have written the state
        current: dict[str, Any] = existing.exported(stack, environment)
        kinds = {(each.kind, each.live.id) for each in undeclared if each.live}
        there = [e for e in looked.on_github.resources if (e.kind, e.id) in kinds]
        current, _ = with_extras(as_on_github(current, changed), there, looked.on_github)
        existing.replace(stack, environment, current)
    return Looked(list(_lines(found, change=change)), looked.on_github, found)


def _lines(found: Report, *, change: bool) -> Iterator[str]:
    """Yield what drifted; of the rest only how much there is."""
    known = [item for item in found.items if item.known]
    rest = [item for item in found.items if not (item.known or item.taken_back or item.dangerous)]
    for item in found.items:
        if item.taken_back or item.dangerous or (item in rest and len(rest) <= MOST):
            yield from item_lines(item)
    yield from whole_lines(found)
    yield from (f"{'not read':<10} {line}" for line in found.unread)
    left = len(known) + (len(rest) if len(rest) > MOST else 0)
    if left:
        yield f"{'undeclared':<10} {left} more on GitHub: portcullis drift lists them"
    if found.drifted and not change:
        yield f"{'drift':<10} a preview leaves it; make up fixes what is declared"
