"""The list of an incident, kept in a file: what was on it, and what people confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from portcullis.incident.credentials.credential import (
    Confirmation,
    Credential,
    Facts,
    Kind,
    Status,
    Verdict,
    judge,
)
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from portcullis.incident.credentials.listed import Listed


class CredentialList(BaseModel):
    """The credentials of an organization at an incident."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    organization: str
    began: datetime
    """When the incident began: what is older is open. Of several incidents, the last one."""
    credentials: dict[str, Credential] = Field(default_factory=dict)
    """All that were ever on the list, by id: what is deleted meanwhile is not forgotten."""
    confirmed: dict[str, Confirmation] = Field(default_factory=dict)


class Judged(BaseModel):
    """A credential, and whether it is newer than the incident."""

    model_config = ConfigDict(frozen=True)

    credential: Credential
    status: Status
    why: str
    by_hand: bool


def path_of(root: Path, organization: str) -> Path:
    """Return the file of an organization's list, in the project's folder."""
    return root / ".portcullis" / "incident" / f"{organization.lower()}.credentials.json"


def take(record: CredentialList, found: Listed) -> dict[str, Facts]:
    """Add what was found to the list; return what is known of each credential on it.

    A list that GitHub did not show and shows now is no credential any more.
    """
    found = {key: _as_old_as_seen(record, *each) for key, each in found.items()}
    for key, (credential, _) in found.items():
        record.credentials[key] = credential
    for key, credential in list(record.credentials.items()):
        if credential.kind is Kind.UNREAD and key not in found:
            del record.credentials[key]
    return {
        key: found[key][1] if key in found else _missing(credential, found)
        for key, credential in record.credentials.items()
    }


def _as_old_as_seen(
    record: CredentialList, credential: Credential, facts: Facts
) -> tuple[Credential, Facts]:
    """Return a deploy key with its first date: one that is added again is no newer for that."""
    if credential.kind is not Kind.DEPLOY_KEY:
        return credential, facts
    before = record.credentials.get(credential.id)
    dates = [date for date in (before and before.first, facts.since) if date]
    first = min(dates, default=None)
    since = first if facts.there else facts.since
    return credential.model_copy(update={"first": first}), replace(facts, since=since)


def _missing(credential: Credential, found: Listed) -> Facts:
    """Return what is known of a credential that is no longer found.

    Nothing is known while a list is not read that might have it, nor of what only a person knows.
    """
    unread = [facts.unread for each, facts in found.values() if each.kind is Kind.UNREAD]
    if unread:
        return Facts(unread=unread[0])
    shown = credential.kind in {Kind.SECRET, Kind.DEPLOY_KEY, Kind.APP}
    return Facts(there=not shown)


def judged(record: CredentialList, facts: Mapping[str, Facts]) -> list[Judged]:
    """Return all credentials with their verdicts, those that are open first."""
    found = [
        _judged(credential, judge(credential, facts[key], record.began, record.confirmed.get(key)))
        for key, credential in record.credentials.items()
    ]
    return sorted(found, key=lambda each: each.status is not Status.OPEN)


def _judged(credential: Credential, verdict: Verdict) -> Judged:
    return Judged(
        credential=credential, status=verdict.status, why=verdict.why, by_hand=verdict.by_hand
    )


def confirm(
    record: CredentialList, found: Sequence[Judged], ids: Sequence[str], word: Confirmation
) -> None:
    """Note a person's word for some credentials.

    Raises:
        UserError: With every one that is not on the list, or that an API shows.
    """
    known = {each.credential.id: each for each in found}
    wrong = [f"{key}: not on the list" for key in ids if key not in known]
    wrong += [
        f"{key}: nobody has to confirm it: {known[key].why}"
        for key in ids
        if key in known and not (known[key].by_hand or known[key].status is Status.CONFIRMED)
    ]
    if wrong:
        raise UserError("nothing was confirmed:\n" + "\n".join(f"  {each}" for each in wrong))
    record.confirmed |= dict.fromkeys(ids, word)
