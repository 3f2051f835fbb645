"""A listing of secrets: a table for people, JSON for machines."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from portcullis.secrets.usage import WHOLE_FILE, WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from rich.console import Console

    from portcullis.secrets.listing import ListedSecret, Use

WIDTH = 100
"""Columns of a page that people read."""
_WIDE, _FIXED = (28, 46), (9, 14)
"""Widths of the columns: name, and source and kind, in proportion; age, and when it is due."""
FEW = 4
"""So many workflows are named; the rest is counted."""


def as_json(organization: str, secrets: Sequence[ListedSecret], today: date) -> dict[str, Any]:
    """Return the listing as docs/secrets-on-github.md describes it; its keys are stable."""
    return {
        "organization": organization,
        "date": today.isoformat(),
        "secrets": [_as_json(each) for each in secrets],
    }


def _as_json(secret: ListedSecret) -> dict[str, Any]:
    return {
        "name": secret.name,
        "target": {
            "scope": secret.scope,
            "repository": None if secret.scope == "organization" else secret.repositories[0],
            "environment": secret.environment,
            "stores": list(secret.stores),
        },
        "declared_at": secret.path,
        "source": secret.source,
        "kind": secret.kind,
        "version": secret.version,
        "changed": secret.changed.isoformat() if secret.changed else None,
        "dated_by": secret.dated_by,
        "age_days": secret.age_days,
        "rotate_every_days": secret.rotate_every_days,
        "due": secret.due.isoformat() if secret.due else None,
        "overdue_days": secret.overdue_days,
        "visible_to": list(secret.repositories),
        "used_by": [
            {
                "repository": use.repository,
                "workflow": use.workflow,
                "job": None if use.job == WHOLE_FILE else use.job,
                "environment": use.environment,
                "named": use.named,
            }
            for use in secret.used_by
        ],
        "unused": secret.unused,
        "seen_without_need": list(secret.seen_without_need),
        "hides": list(secret.hides),
        "hidden_by": list(secret.hidden_by),
        "same_source": list(secret.same_source),
        "replaceable_by": secret.replaceable_by,
        "missing_in": list(secret.missing_in),
    }


def show(console: Console, secrets: Sequence[ListedSecret], requests: int) -> None:
    """Show by target, at most `WIDTH` columns wide; then what it comes to in one line."""
    with console.capture() as shown:
        _show(console, secrets, requests)
    for line in shown.get().splitlines():  # rich fills each line up to its width
        console.print(Text.from_ansi(line.rstrip()), soft_wrap=True)


def _show(console: Console, secrets: Sequence[ListedSecret], requests: int) -> None:
    width = min(WIDTH, console.width)
    by_target: defaultdict[tuple[str, str], list[ListedSecret]] = defaultdict(list)
    for secret in secrets:
        by_target[secret.scope, secret.target].append(secret)
    for (_, target), group in by_target.items():
        console.print(Text(_safe(target), style="bold"), width=width, soft_wrap=False)
        for secret in group:
            remarks = Padding(Text("\n".join(_remarks(secret))), (0, 0, 0, 6))
            console.print(_head(secret), remarks, width=width, soft_wrap=False, sep="")
    summary = f"\n{_summary(secrets)}\n{requests} requests to GitHub; nothing was changed"
    console.print(Text(summary), width=width, soft_wrap=False)


def _head(secret: ListedSecret) -> Table:
    """Return name, source and kind, age, and when it is due."""
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    for ratio in _WIDE:
        table.add_column(ratio=ratio, overflow="fold")
    for width in _FIXED:
        table.add_column(width=width, no_wrap=True)
    kind = f" ({secret.kind})" if secret.kind and secret.kind != "opaque" else ""
    table.add_row(
        Text(f"  {_safe(secret.name)}"),
        Text(f"{secret.source or 'not declared'}{kind}"),
        Text("age ?" if secret.age_days is None else f"{secret.age_days} d old"),
        _due(secret),
    )
    return table


def _due(secret: ListedSecret) -> Text:
    if secret.overdue_days:
        return Text(f"OVERDUE {secret.overdue_days} d", style="bold red")
    if secret.due:
        return Text(f"due {secret.due}")
    return Text("due ?" if secret.rotate_every_days else "no rotation")


def _remarks(secret: ListedSecret) -> Iterator[str]:
    yield from _used(secret)
    if secret.stores != ("actions",):
        yield f"stores: {', '.join(secret.stores)}"
    if secret.missing_in:
        yield f"not on GitHub: {', '.join(secret.missing_in)}"
    if secret.seen_without_need and not secret.unused:
        yield f"seen without need: {', '.join(secret.seen_without_need)}"
    if secret.hides:
        yield f"hides that of: {', '.join(secret.hides)}"
    if secret.hidden_by:
        yield f"hidden by that of: {', '.join(map(_safe, secret.hidden_by))}"
    if secret.same_source:
        yield f"same value: {', '.join(secret.same_source)}"
    if secret.replaceable_by:
        yield f"instead: {secret.replaceable_by}"


def _used(secret: ListedSecret) -> Iterator[str]:
    """Yield one line a workflow, with its jobs."""
    if secret.unused:
        seen = f"; seen by {', '.join(secret.repositories)}" if secret.seen_without_need else ""
        yield f"USED BY NONE{seen}"
    if secret.used_unseen:
        yield "used by people's codespaces, perhaps"
    groups = [
        (workflow, list(uses))
        for workflow, uses in groupby(
            secret.used_by, key=lambda use: (use.repository, use.workflow)
        )
    ]
    for (repository, workflow), uses in groups[:FEW]:
        path = workflow.removeprefix(WORKFLOWS)
        place = f"{repository} {path}" if secret.scope == "organization" else path
        yield _safe(f"used by {place}: {', '.join(map(_job, uses))}".removesuffix(": "))
    if len(groups) > FEW:
        yield f"used by {len(groups) - FEW} more workflows"


def _job(use: Use) -> str:
    name = "" if use.job == WHOLE_FILE else use.job
    return name if use.named else f"{name} (may use all)".strip()


def _safe(text: str) -> str:
    """Return ``text`` without what a terminal would obey: names on GitHub are other people's."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _summary(secrets: Sequence[ListedSecret]) -> str:
    counts = {
        "overdue": sum(each.overdue_days > 0 for each in secrets),
        "used by none": sum(each.unused for each in secrets),
        "seen without need": sum(bool(each.seen_without_need) for each in secrets),
        "hidden": sum(bool(each.hidden_by) for each in secrets),
        "need not be stored": sum(bool(each.replaceable_by) for each in secrets),
        "not declared": sum(each.path is None for each in secrets),
    }
    found = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"{len(secrets)} secrets: {found or 'nothing to fix'}"
