"""The report as Markdown that GitHub renders, with all that people wrote escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.check.output.markdown import code, words
from portcullis.report.output.page import SECTIONS, WAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portcullis.report.model import Change, Checklist, Facts, Package, Secret

_OF_SECRETS = ("secret", "where", "age in days", "due", "used by", "remarks")
_OF_PUBLISHERS = (
    *("registry", "package", "owner", "repository", "workflow", "environment"),
    "besides",
)
_NOT_ASKED = "Not known: GitHub was not asked."


def text(facts: Facts) -> str:
    """Return the report."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: Facts) -> Iterator[str]:
    source = "its file and GitHub" if facts.live else "its file; GitHub was not asked"
    yield f"# Release path of {words(facts.organization)}"
    yield ""
    yield f"Made on {facts.date} from {source}."
    yield from _heading("packages")
    for package in facts.packages:
        yield from _package(package)
    if not facts.packages:
        yield "No environment publishes."
    yield from _heading("drift")
    yield from _changes(facts.drift, "GitHub is as it is declared." if facts.live else _NOT_ASKED)
    if facts.not_read:
        yield ""
    yield from (f"- not read: {words(each)}" for each in facts.not_read)
    yield from _heading("undeclared")
    yield from _changes(facts.undeclared, "Nothing." if facts.live else _NOT_ASKED)
    yield from _heading("secrets")
    yield from _table(_OF_SECRETS, map(_secret, facts.secrets))
    yield from _heading("people")
    yield {
        None: "Not known whether members need a second factor.",
        True: "Members need a second factor.",
        False: "**Members need no second factor.**",
    }[facts.two_factor]
    yield from _heading("publishers")
    yield from _table(
        _OF_PUBLISHERS,
        (
            (
                *(words(each.registry), code(each.package), code(each.owner)),
                *(code(each.repository), code(each.workflow), code(each.environment)),
                "<br>".join(words(one) for one in (each.before_first_release, each.also) if one),
            )
            for each in facts.publishers
        ),
    )
    yield from _heading("exemptions")
    yield from _table(
        ("expires", "rule", "resource", "reason"),
        (
            (
                f"{each.expires}{' **(expired)**' if each.expired else ''}",
                *(code(each.rule), code(each.resource), words(each.reason)),
            )
            for each in facts.exemptions
        ),
    )
    yield from _heading("checklists")
    for checklist in facts.checklists:
        yield from _checklist(checklist)


def _heading(section: str) -> tuple[str, str, str]:
    return "", f"## {SECTIONS[section]}", ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a table, or that there is nothing to list."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    if not body:
        yield "None."
        return
    names = list(heads)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    yield from body


def _package(package: Package) -> Iterator[str]:
    yield ""
    yield f"### {words(package.name)}: {words(package.summary)}"
    if package.broken:
        yield ""
        yield f"**Broken:** {words(package.broken_stages)}"
    yield ""
    for number, stage in enumerate(package.path, 1):
        mark = "**broken** " if stage.broken else ""
        said = "; ".join(map(words, (*stage.lines, *stage.broken)))
        yield f"{number}. {mark}{words(stage.title)}: {said}"
    for way in package.ways[:WAYS]:
        yield ""
        yield f"{words(' and '.join(way.actors)) or 'anybody'}:"
        yield from (f"- {words(step)}" for step in way.steps)


def _changes(changes: Iterable[Change], nothing: str) -> Iterator[str]:
    rows = [
        (
            f"{'**dangerous** ' if each.dangerous else ''}{each.what}{', known' * each.known}",
            f"{words(each.noun)} {code(each.name)}",
            "<br>".join(map(words, each.lines)),
            f"{words(each.changed_by or '')} {each.changed_at.date() if each.changed_at else ''}",
        )
        for each in changes
    ]
    yield from _table(("what", "thing", "differences", "changed"), rows) if rows else (nothing,)


def _secret(each: Secret) -> tuple[str, ...]:
    age = "not known" if each.age_days is None else f"{each.age_days} (by {each.dated_by})"
    due = f"every {each.rotate_every_days} days" if each.rotate_every_days else "no period"
    due = str(each.due) if each.due else due
    remarks = [] if each.declared else ["**not declared**"]
    remarks += [f"**not on GitHub:** {', '.join(each.missing_in)}"] if each.missing_in else []
    return (
        code(each.name),
        f"{code(each.target)} ({', '.join(each.stores)})",
        age,
        f"**overdue since {each.due}**" if each.overdue_days else due,
        "<br>".join(map(words, each.used_by)) or "no workflow",
        "<br>".join(remarks),
    )


def _checklist(checklist: Checklist) -> Iterator[str]:
    yield ""
    yield f"### {words(checklist.title)}"
    yield ""
    yield words(checklist.about)
    yield ""
    rows = (
        (
            f"{words(each.id)}<br>{words(each.item)}",
            f"**{each.state}**" if each.state == "not met" else each.state,
            "<br>".join(
                words(f"{one.words} ({one.where})" if one.where else one.words)
                for one in each.evidence
            ),
            f"{each.since} ({each.since_from})" if each.since else "not known",
        )
        for each in checklist.answers
    )
    yield from _table(("item", "answer", "evidence", "at least since"), rows)
