"""What reviews are made of: the declaration, the live organization, and a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from portcullis_policy.diagnostic import MANDATORY

from portcullis.adopt.existing import asking
from portcullis.check.organization import Subject, check, configured_for
from portcullis.drift.run import compare
from portcullis.live import alerts
from portcullis.live.asking import Asking
from portcullis.live.people import two_factor
from portcullis.report import known
from portcullis.report.facts import facts as report

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from rich.console import Console

    from portcullis.drift.report import Report
    from portcullis.live.asking import Unread
    from portcullis.live.people.two_factor import TwoFactor
    from portcullis.live.resource import Live
    from portcullis.project import StackSettings
    from portcullis.report.model import Checklist, Exemption, Package
    from portcullis.secrets.listing import ListedSecret

SOON = timedelta(days=14)
"""An exemption that expires, or a secret whose rotation is due, within this time is listed."""


@dataclass(frozen=True)
class People:
    """Who is in the organization, and who has most power there."""

    owners: tuple[str, ...]
    members: tuple[str, ...]
    """All of them, owners included; empty where GitHub hides them."""
    administrators: tuple[str, ...]
    """Who administrates a repository without being an owner: `repository: person or team`."""
    outside: tuple[str, ...]
    """`repository: person`, of people who are no members."""


@dataclass(frozen=True)
class Facts:
    """All that reviews say; no value of a secret is read."""

    organization: str
    stack: str
    web: str
    """The address of GitHub's pages, without a slash at its end."""
    today: date
    drift: Report
    secrets: tuple[ListedSecret, ...]
    packages: tuple[Package, ...]
    exemptions: tuple[Exemption, ...]
    """The next to expire first."""
    refused: tuple[str, ...]
    """Mandatory findings in the declaration."""
    people: People
    two_factor: TwoFactor
    alerts: Mapping[str, int | Unread]
    checklists: tuple[Checklist, ...]

    @property
    def expiring(self) -> tuple[Exemption, ...]:
        """The exemptions that expire soon, or have expired."""
        return tuple(each for each in self.exemptions if each.expires <= self.today + SOON)

    @property
    def due(self) -> tuple[ListedSecret, ...]:
        """The secrets whose rotation is due soon or overdue, and those that nobody can date."""
        return tuple(
            each
            for each in self.secrets
            if each.rotate_every_days and (each.due is None or each.due <= self.today + SOON)
        )


def gather(settings: StackSettings, console: Console, policy_files: Sequence[Path] = ()) -> Facts:
    """Read the stack's files, its state and GitHub; no source of secrets is asked.

    Args:
        settings: The stack.
        console: For progress.
        policy_files: Policy config files.

    Raises:
        UserError: Something that a person can fix.
    """
    what = Subject(settings.root, settings.organization, settings)
    configured_for(what, policy_files)  # a mistake stops it before GitHub is asked
    compared = compare(settings, console)
    found = known.of_compared(compared, what, policy_files)
    reported = report(found)
    _, findings = check(what, policy_files)
    # without the cache on disk: answers on alerts may hold secrets that GitHub found
    with asking(), Asking(compared.access) as conversation:
        second = two_factor.read(conversation, reported.organization)
        counted = alerts.read(conversation, reported.organization)
    return Facts(
        reported.organization,
        settings.name,
        _web(compared.access.base_url),
        found.today,
        compared.report,
        tuple(found.secrets),
        reported.packages,
        reported.exemptions,
        tuple(
            f"{each.rule.id} {each.location.dotted}: {each.finding.detail}"
            for each in findings
            if each.level == MANDATORY
        ),
        _people(compared.look.live),
        second,
        counted,
        reported.checklists,
    )


def _web(base_url: str) -> str:
    """Return where GitHub's pages are, by the address of its API."""
    address = base_url.rstrip("/").removesuffix("/api/v3")
    return address.replace("://api.", "://", 1)


def _people(live: Live) -> People:
    owners = tuple(sorted(live.owners))
    members = [each.inputs for each in live.of("Membership") if not each.inputs.get("pending")]
    named = {str(each["username"]).lower() for each in members} | live.owners
    return People(
        owners,
        tuple(sorted(named)) if live.owners else (),
        tuple(sorted(_administrators(live, named))),
        tuple(
            f"{each.inputs['repository']}: {each.inputs['username']}"
            for each in live.of("RepositoryCollaborator")
            if str(each.inputs["username"]).lower() not in named
        ),
    )


def _administrators(live: Live, members: set[str]) -> Iterator[str]:
    teams = {str(number): slug for slug, number in live.teams.items()}
    for each in live.of("TeamRepository"):
        if each.inputs["permission"] == "admin":
            team = teams.get(str(each.inputs["teamId"]), "?")
            yield f"{each.inputs['repository']}: team {team}"
    for each in live.of("RepositoryCollaborator"):
        if each.inputs["permission"] == "admin":
            login = str(each.inputs["username"])
            kind = "" if login.lower() in members else " (not a member)"
            yield f"{each.inputs['repository']}: {login}{kind}"
