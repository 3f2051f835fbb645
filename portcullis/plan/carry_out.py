"""Carry out exactly what was reviewed, or stop and say what differs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from portcullis import printed
from portcullis.plan import digest, document
from portcullis.project import UserError
from portcullis.pulumi_runs.events import DONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.plan.document import Change, Plan
    from portcullis.plan.made import Found
    from portcullis.pulumi_runs.events import Run, Step

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NEXT = "review it again: a new preview in the pull request, or portcullis preview --json FILE"


def reviewed_plan(given: str) -> Plan | str:
    """Return what was reviewed: the plan of a file, or its digest.

    Args:
        given: The digest of the reviewed plan, or a path of its file.

    Raises:
        UserError: It is neither.
    """
    if _DIGEST.fullmatch(given):
        return given
    path = Path(given)
    if not path.exists():
        raise UserError(
            f"--plan {given}: allowed: a digest of 64 hexadecimal digits, or a file that "
            "portcullis preview --json wrote"
        )
    return document.read(path)


def require_reviewed(now: Plan, then: Plan | str) -> None:
    """Refuse to go on if a preview would do anything else than what was reviewed.

    Args:
        now: What the preview found.
        then: The reviewed plan, or its digest.

    Raises:
        UserError: It differs, with what differs as far as it is known.
    """
    if isinstance(then, str):
        if then != now.digest:
            raise UserError(
                "nothing was changed: the organization, the code or GitHub changed after the "
                f"review\n  reviewed  {then}\n  now       {now.digest}\n"
                f"the preview above is what would be done now; {_NEXT}"
            )
        return
    if (then.organization, then.stack) != (now.organization, now.stack):
        raise UserError(
            f"nothing was changed: the reviewed plan is for {then.organization}, stack "
            f"{then.stack}; this is {now.organization}, stack {now.stack}"
        )
    if then.digest != now.digest:
        listed = "\n".join(f"  {line}" for line in differences(then, now))
        raise UserError(f"nothing was changed: this is not what was reviewed:\n{listed}\n{_NEXT}")


def differences(then: Plan, now: Plan) -> Iterator[str]:
    """Yield what an update would do now and not then, or the other way around, a line each."""
    before = {each.urn: each for each in then.changes}
    after = {each.urn: each for each in now.changes}
    for urn, each in after.items():
        old = before.get(urn)
        if old is None:
            yield from _change("new since the review", each)
        elif old.digest != each.digest:
            yield from _change("differs from the review", each)
    for urn in before.keys() - after.keys():
        yield f"not any more: {before[urn].kind} {before[urn].name} {before[urn].operation}"
    for what, old_lines, new_lines in (
        ("commits", then.files, now.files),
        ("may be deleted from now on", then.unprotected, now.unprotected),
        ("drift", _drift(then), _drift(now)),
    ):
        yield from (f"{what}: new since the review: {e}" for e in new_lines if e not in old_lines)
        yield from (f"{what}: not any more: {e}" for e in old_lines if e not in new_lines)
    if before.keys() == after.keys() and then.changes == now.changes:
        yield "parts of the state that are nothing on GitHub, or the content of committed files"


def _change(what: str, change: Change) -> Iterator[str]:
    yield f"{what}: {change.kind} {change.name} {change.operation}"
    yield from (f"  {line}" for line in change.lines)


def _drift(plan: Plan) -> list[str]:
    return [f"{each.noun} {each.name} {'; '.join(each.lines)}" for each in plan.drift if each.fixed]


def require_no_more(planned: Run, reviewed: Found) -> None:
    """Refuse an update that would do more than the preview just before it, and than repairs.

    An update begins by writing into the state what drifted on GitHub, so its preview lists repairs
    that the preview before could only report.

    Args:
        planned: The update's own preview.
        reviewed: What the preview before found.

    Raises:
        UserError: It would; with what.
    """
    before = reviewed.run.steps if reviewed.run else {}
    more = []
    for urn, step in planned.steps.items():
        operation = planned.resources.get(urn)
        if operation not in DONE or urn in reviewed.repaired or urn.split("::")[2] == printed.STACK:
            continue
        old = before.get(urn)
        if old is None or _wanted(old) != _wanted(step):
            more.append(urn)
    if more:
        listed = "\n".join(f"  {planned.resources[e]} {printed.resource_name(e)}" for e in more)
        raise UserError(
            "nothing was changed: GitHub or the state changed while this ran; this was not "
            f"reviewed:\n{listed}\n{_NEXT}"
        )


def _wanted(step: Step) -> object:
    """Return what a step leads to; how it gets there depends on what GitHub has."""
    takes_away = step.operation in printed.DELETING
    return step.operation if takes_away else digest.plain(step.new_inputs)
