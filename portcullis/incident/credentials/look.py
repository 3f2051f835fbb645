"""From a stack's name to the judged list of an incident's credentials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portcullis.adopt import existing
from portcullis.check.organization import Subject
from portcullis.incident.credentials import state
from portcullis.incident.credentials.credential import Confirmation, Status
from portcullis.incident.credentials.listed import Known, listed, publishing
from portcullis.incident.places import web_address
from portcullis.live.asking import Asking, Unread
from portcullis.live.raw import credentials
from portcullis.live.raw import settings as live_settings
from portcullis.lockdown import record as lockdown
from portcullis.lockdown import subject
from portcullis.project import UserError
from portcullis.reach.answers import report
from portcullis.sealed import alone, load, save

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from components.declaration import Declaration
    from components.github_access import GitHubAccess
    from portcullis.incident.credentials.state import CredentialList, Judged
    from portcullis.project import StackSettings
    from portcullis.reach.report import Report

WITHOUT = "without it, begin again with --since, and confirm again what people confirmed"


@dataclass(frozen=True)
class Wanted:
    """What somebody asked for."""

    organization: str | None = None
    since: datetime | None = None
    """When the incident began; None: as noted, or when the lockdown began.

    A list only becomes stricter: of several times, the latest counts.
    """
    sources: bool = False
    """Whether the declared sources are asked, which takes the engine."""
    confirm: Sequence[str] = ()
    """Ids of credentials that a person replaced."""
    by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """The list, judged."""

    organization: str
    began: datetime
    credentials: Sequence[Judged]

    @property
    def open(self) -> list[Judged]:
        """Return those that are open."""
        return [each for each in self.credentials if each.status is Status.OPEN]


def look(settings: StackSettings, wanted: Wanted, console: Console) -> Answer:
    """Return every credential that could publish, each open until it is newer than the incident.

    The list is kept until nothing on it is open.

    Raises:
        UserError: Something that a person can fix.
    """
    declaration = subject.declaration(
        settings, console, "the secrets and keys of every repository are listed, and no people"
    )
    organization = subject.organization(
        wanted.organization, declaration, "incident credentials --organization"
    )
    access = subject.access(settings, declaration, console)
    file = state.path_of(settings.root, organization)
    with alone(file, "incident"):
        record = load(file, state.CredentialList, WITHOUT)
        record = _begun(record, wanted.since, settings.root, organization)
        dates = _dates(settings, console) if wanted.sources else {}
        known = _known(settings, declaration, access, organization, dates)
        facts = state.take(record, listed(known))
        found = state.judged(record, facts)
        if wanted.confirm:
            word = Confirmation(by=wanted.by, at=datetime.now(UTC), note=wanted.note)
            state.confirm(record, found, wanted.confirm, word)
            found = state.judged(record, facts)
        save(file, record)
        answer = Answer(organization, record.began, found)
        if not answer.open:
            began = record.began.strftime("%Y-%m-%dT%H%M%S")
            file.replace(file.with_name(f"{organization}.credentials.{began}.replaced.json"))
    return answer


def _begun(
    record: CredentialList | None, since: datetime | None, root: Path, organization: str
) -> CredentialList:
    if since and since > datetime.now(UTC):
        raise UserError("--since: allowed: a time that has passed")
    if record is None:
        began = since or _lockdown(root, organization)
        if began is None:
            raise UserError(
                "when did the incident begin? Give --since, such as --since 2026-11-30T18:00Z"
            )
        return state.CredentialList(organization=organization, began=began)
    # an earlier time would close what was replaced while somebody unknown was there
    record.began = max(record.began, since or record.began)
    return record


def _lockdown(root: Path, organization: str) -> datetime | None:
    """Return when the lockdown that is on began."""
    record = lockdown.load(lockdown.path_of(root, organization))
    return datetime.fromisoformat(record.began) if record else None


def _known(
    settings: StackSettings,
    declaration: Declaration | None,
    access: GitHubAccess,
    organization: str,
    dates: Mapping[str, datetime],
) -> Known:
    answers = _reach(settings) if declaration else None
    with existing.asking(""), Asking(access) as asking:
        there = live_settings.repositories(asking, organization)
        if isinstance(there, Unread):
            raise UserError(f"repositories of {organization}: {there}; nothing was noted")
        names = [str(each["name"]) for each in there if not each["archived"]]
        if declaration and answers:
            wanted = publishing(declaration, answers)
            names = [name for name in names if name.lower() in wanted]
            names += sorted(wanted - {name.lower() for name in names})  # renamed: not found
        stored = credentials.read(asking, organization, names)
    return Known(
        organization,
        web_address(access.base_url),
        settings.name,
        stored,
        declaration,
        answers,
        dates,
    )


def _reach(settings: StackSettings) -> Report:
    return report(Subject(settings.root, settings.organization, settings))


def _dates(settings: StackSettings, console: Console) -> dict[str, datetime]:
    """Return when the declared sources got their values; nothing is changed."""
    from portcullis.secrets.gather import facts  # noqa: PLC0415 - only where they are asked

    return {
        path: datetime.fromisoformat(each["changedAt"])
        for path, each in facts(settings, console).items()
        if "changedAt" in each
    }
