"""What each review asks: a box a question, checked by facts where facts can.

Logs and alerts are reviewed each month, permissions and rotation each quarter, policies each year.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from portcullis.live.asking import Unread
from portcullis.report.path import ENOUGH
from portcullis.reviews import sentences
from portcullis.reviews.boxes import Box
from portcullis.reviews.periods import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.reviews.facts import Facts
    from portcullis.reviews.since import Since

UNKNOWN = "cannot be known"


def boxes(kind: Kind, facts: Facts, since: Since) -> Iterator[Box]:
    """Yield the boxes of a review.

    Args:
        kind: Monthly, quarterly or yearly; each has what the one before has.
        facts: The facts of today.
        since: What is new since the review before.
    """
    yield from _monthly(facts, since)
    if kind in (Kind.QUARTERLY, Kind.YEARLY):
        yield from _quarterly(facts)
    if kind is Kind.YEARLY:
        yield from _yearly(facts)


def _monthly(facts: Facts, since: Since) -> Iterator[Box]:
    drift = facts.drift
    differs = drift.has_news or bool(drift.unread)
    yield Box(
        "drift",
        "GitHub is as the organization's file says",
        [drift.summary, *(f"not read: {each}" for each in drift.unread)],
        checked=not differs,
    )
    count = len(facts.refused)
    found = facts.refused or ("no mandatory finding",)
    yield Box("findings", "The policy pack accepts the file", found, checked=not count)
    yield _second_factor(facts)
    yield from _alerts(facts)
    runs = [
        f"{facts.web}/{facts.organization}/{quote(name)}/actions?query=is%3Afailure"
        for name in dict.fromkeys(each.repository for each in facts.packages)
    ]
    yield Box("logs", "Somebody looked at the failed runs of release workflows", links=runs)
    yield Box("new-members", "Each new member belongs here", since.members)
    yield Box("new-secrets", "Each new secret is needed", since.secrets)


def _second_factor(facts: Facts) -> Box:
    """Return a box that people tick where GitHub does not show what is asked."""
    missing = list(sentences.missing_second_factor(facts.two_factor))
    unknown = list(sentences.unknown_second_factor(facts.two_factor))
    page = f"{facts.web}/orgs/{facts.organization}/people?query=two-factor%3Adisabled"
    return Box(
        "two-factor",
        "Everybody has two-factor authentication, and the organization requires it",
        [*missing, *unknown] or ["required, and no member lacks it"],
        checked=False if missing else None if unknown else True,
        links=[page] if unknown else [],
    )


def _alerts(facts: Facts) -> Iterator[Box]:
    for kind, count in facts.alerts.items():
        unknown = isinstance(count, Unread)
        page = f"{facts.web}/orgs/{facts.organization}/security/alerts/{kind}"
        yield Box(
            f"alerts-{kind}",
            f"No alert of {kind} is open",
            [sentences.alerts(kind, count)],
            checked=None if unknown else not count,
            links=[page] if unknown or count else [],
        )


def _quarterly(facts: Facts) -> Iterator[Box]:
    people, today = facts.people, facts.today
    yield Box(
        "owners",
        "Each owner has to be one",
        [f"`{each}`" for each in people.owners] or ["GitHub does not show who they are"],
    )
    yield Box(
        "administrators",
        "Each administrator of a repository has to be one",
        people.administrators or ["owners alone"],
    )
    yield Box("outside", "Each outside collaborator is needed", people.outside or ["none"])
    yield Box(
        "publishers",
        "Those who can publish are meant to",
        [f"{each.name}: {each.summary}" for each in facts.packages] or ["no environment publishes"],
    )
    alone = [
        f"{each.name}: {each.summary}"
        for each in facts.packages
        if each.fewest is not None and each.fewest < ENOUGH
    ]
    yield Box(
        "two-people", "No one person alone can publish", alone or ["none can"], checked=not alone
    )
    late = [
        sentences.rotation(each, today)
        for each in facts.due
        if each.due is None or each.due < today
    ]
    yield Box("rotation", "No rotation is overdue", late or ["none is"], checked=not late)
    fixed = [
        f"`{each.name}` of `{each.target}`" for each in facts.secrets if not each.rotate_every_days
    ]
    yield Box("no-rotation", "Each secret without `rotate_every` may stay", fixed or ["none"])
    unused = [f"`{each.name}` of `{each.target}`" for each in facts.secrets if each.unused]
    yield Box("unused", "Each secret that no workflow uses is needed", unused or ["none"])
    yield _exemptions(facts)
    yield from _checklists(facts)


def _checklists(facts: Facts) -> Iterator[Box]:
    """Yield a box for each checklist of the report; what cannot be known is left for people."""
    for each in facts.checklists:
        missing = [f"not met: {one.item}" for one in each.answers if one.state == "not met"]
        unknown = [f"cannot be known: {one.item}" for one in each.answers if one.state == UNKNOWN]
        yield Box(
            re.sub(r"[^a-z]+", "-", f"checklist {each.title}".lower()).strip("-"),
            f"Every item of a checklist is met: {each.title}",
            [*missing, *unknown] or [f"all {len(each.answers)} are"],
            checked=False if missing else None if unknown else True,
        )


def _exemptions(facts: Facts) -> Box:
    soon = [sentences.exemption(each) for each in facts.expiring]
    return Box(
        "exemptions",
        "No exemption expires within 14 days",
        soon or [f"{len(facts.exemptions)} exemptions, none of which does"],
        checked=not soon,
    )


def _yearly(facts: Facts) -> Iterator[Box]:
    every = [sentences.exemption(each) for each in facts.exemptions]
    yield Box("each-exemption", "Each exemption is still needed", every or ["none is declared"])
    yield Box("policy", "The levels and parameters of the policy pack are still right")
    yield Box("app", "The App has only the permissions that docs/own-organization.md lists")
    yield Box("plan", "The release path is still as the threat model describes it")
    yield Box("exercise", "A lockdown and its lifting were exercised in a practice stack")
    yield Box("restore", "The stack's state was restored from its backup once")
