"""Puts what is known of an organization into words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from portcullis.report.checklists.lists import answered
from portcullis.report.found import text
from portcullis.report.model import Change, Exemption, Facts, Publisher, Secret
from portcullis.report.path import packages
from portcullis.secrets.usage import WHOLE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.drift.report import Item
    from portcullis.report.known import Known
    from portcullis.secrets.listing import ListedSecret, Use


def facts(known: Known) -> Facts:
    """Return all that a report says."""
    github = known.github
    changes = [(item.drift.what, _change(item)) for item in github.drift.items] if github else []
    return Facts(
        organization=known.declaration.config.organization,
        date=known.today,
        live=github is not None,
        packages=tuple(packages(known)),
        drift=tuple(each for what, each in changes if what != "undeclared"),
        undeclared=tuple(each for what, each in changes if what == "undeclared"),
        not_read=github.drift.unread if github else (),
        two_factor=github.live.two_factor if github else None,
        secrets=tuple(
            sorted(
                map(_secret, known.secrets),
                key=lambda each: (each.changed or date.max, each.target, each.name),
            )
        ),
        publishers=tuple(
            Publisher(**each.to_register())
            for repository in known.declaration.resolved.repositories.values()
            for each in repository.publishers
            if each.is_trusted
        ),
        exemptions=tuple(_exemptions(known)),
        checklists=answered(known),
    )


def _change(item: Item) -> Change:
    event = item.event
    return Change(
        what=item.drift.what,
        noun=item.noun,
        name=item.drift.name,
        dangerous=item.dangerous,
        known=item.known,
        lines=(*item.lines, *map(text, item.findings)),
        changed_by=event.who if event else None,
        changed_at=event.when if event else None,
    )


def _secret(each: ListedSecret) -> Secret:
    return Secret(
        name=each.name,
        target=each.target,
        stores=each.stores,
        declared=each.path is not None,
        age_days=each.age_days,
        changed=each.changed,
        dated_by=each.dated_by,
        rotate_every_days=each.rotate_every_days,
        due=each.due,
        overdue_days=each.overdue_days,
        used_by=tuple(map(_use, each.used_by)),
        missing_in=each.missing_in,
    )


def _use(use: Use) -> str:
    job = "" if use.job == WHOLE_FILE else f", job {use.job}"
    environment = f", environment {use.environment}" if use.environment else ""
    may = "" if use.named else " (may use every secret)"
    return f"{use.repository} {use.workflow}{job}{environment}{may}"


def _exemptions(known: Known) -> Iterator[Exemption]:
    """Yield the exemptions, the next to expire first."""
    declared = known.declaration.config.exemptions
    for each in sorted(declared, key=lambda each: (each.expires, each.rule, each.resource)):
        yield Exemption(
            rule=each.rule,
            resource=each.resource,
            reason=each.reason,
            expires=each.expires,
            expired=each.expires < known.today,
        )
