"""The runbooks in docs/runbooks, from the steps that the guide goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.incident.kinds import KINDS
from portcullis.incident.step import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.incident.step import IncidentKind, Step

FOLDER = "docs/runbooks"


def pages() -> dict[str, str]:
    """Return path, relative to the project's folder, to text."""
    return {f"{FOLDER}/{name}.md": _page(kind) for name, kind in KINDS.items()}


def _page(kind: IncidentKind) -> str:
    lines = [
        f"# {kind.title}",
        "",
        "<!-- written by `make docs` from portcullis/incident/kinds.py -->",
        "",
        kind.when,
        "",
        "```",
        f"python -m portcullis incident {kind.name} --stack STACK",
        "```",
        "",
        (
            "The command goes through the steps below, does after a yes what can be done by API, "
            "and keeps the record: [incidents](../incident-response.md). In capitals: what the "
            "command fills in, and the names that you give."
        ),
        "",
    ]
    for number, step in enumerate(kind.steps, 1):
        lines += _step(number, step)
    if kind.past:
        lines += ["## Past incidents of this kind", ""]
        lines += [f"- {name}" for name in kind.past]
        lines += ["", "More on each: [past incidents](../incidents.md).", ""]
    return "\n".join(lines)


def _step(number: int, step: Step) -> Iterator[str]:
    by = "By hand" if step.action is None else "By the command"
    after = " after a yes" if step.action and step.action.changes else ""
    what = f": {step.action.value}" if step.action else ""
    yield from (f"## {number}. {step.title}", "", step.why, "")
    yield from (f"{by}{after}{what} (step `{step.id}`)", "")
    places = [f"- `{each.format(**FIELDS)}`" for each in step.places]
    if places:
        yield from (*dict.fromkeys(places), "")
    commands = [each.format(**FIELDS) for each in step.commands]
    if commands:
        yield from ("```", *(_typed(each) for each in commands), "```", "")


def _typed(command: str) -> str:
    return f"python -m {command}" if command.startswith("portcullis ") else command
