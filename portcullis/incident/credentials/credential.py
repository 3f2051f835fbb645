"""A credential that could publish, and whether it is newer than an incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Kind(StrEnum):
    """What kind of credential it is."""

    SECRET = "secret"  # noqa: S105 - a kind
    DEPLOY_KEY = "deploy key"
    APP = "App"
    ROLE = "role"
    REGISTRY = "registry"
    """The accounts that own a package, with their tokens."""
    PERSON = "person"
    UNREAD = "not read"
    """A list that GitHub did not show: nobody knows what is in it."""


class Credential(BaseModel):
    """A credential, with where it is replaced; nothing of its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    """How people name it at the keyboard, such as `secret:actions/sophia/NPM_TOKEN`."""
    kind: Kind
    name: str
    """For people."""
    could: str
    """What somebody could do with it."""
    replace: str
    """Where it is replaced: an address, or a command."""
    first: datetime | None = None
    """When GitHub first got it as far as the list knows, of what is the same when added again."""


class Confirmation(BaseModel):
    """A person's word that a credential was replaced."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """What APIs show of a credential."""

    there: bool = True
    """Whether it is still where it was."""
    since: datetime | None = None
    """When GitHub got what it has now; None: GitHub does not show it."""
    source: str = ""
    """Where its value comes from by the declaration; empty where GitHub alone has it."""
    changed: datetime | None = None
    """When the source got its value; None: nobody knows, or nobody asked."""
    unread: str = ""
    """Why GitHub does not show it."""


class Status(StrEnum):
    """Whether somebody could still publish with what was there at the incident."""

    OPEN = "open"
    SEEN = "seen"
    """An API shows that it is newer."""
    CONFIRMED = "confirmed"
    """A person says so, and no API shows it."""


@dataclass(frozen=True)
class Verdict:
    """The status of a credential, and why."""

    status: Status
    why: str
    by_hand: bool = False
    """Whether a person may confirm it: no API can show it."""


ENDS_WITH_GITHUB = frozenset({Kind.DEPLOY_KEY, Kind.APP})
"""Kinds that GitHub itself checks: once deleted there, they open nothing."""


def judge(
    credential: Credential, facts: Facts, began: datetime, confirmed: Confirmation | None = None
) -> Verdict:
    """Return whether a credential is newer than an incident.

    What an API shows to be old stays open whatever a person says. A secret with a source is newer
    only if its source is: an update writes the old value again, and GitHub's date is new then.

    Args:
        credential: Which one.
        facts: What APIs show of it.
        began: When the incident began.
        confirmed: A person's word that it was replaced.
    """
    found = _seen(credential, facts, began)
    if found.status is Status.SEEN or not found.by_hand:
        return found
    if confirmed is None or confirmed.at <= began:  # that was for an earlier incident
        return found
    note = f": {confirmed.note}" if confirmed.note else ""
    return Verdict(Status.CONFIRMED, f"{confirmed.by}, {_time(confirmed.at)}{note}")


def _seen(credential: Credential, facts: Facts, began: datetime) -> Verdict:
    if facts.unread:
        return Verdict(Status.OPEN, f"not read: {facts.unread}", by_hand=True)
    if not facts.there:
        return _gone(credential, facts, began)
    if facts.since is None:
        return Verdict(Status.OPEN, "no API shows whether it was replaced", by_hand=True)
    if facts.since <= began:
        word = "made it" if credential.kind is Kind.DEPLOY_KEY else "got its value"
        return Verdict(Status.OPEN, f"GitHub {word} on {_time(facts.since)}")
    if not facts.source:
        return Verdict(Status.SEEN, f"new on GitHub since {_time(facts.since)}")
    return _with_source(facts, facts.since, began)


def _with_source(facts: Facts, since: datetime, began: datetime) -> Verdict:
    if facts.changed is None:
        return Verdict(
            Status.OPEN,
            f"GitHub got a value on {_time(since)}, maybe the old one again: nobody knows how old "
            f"it is in {facts.source}",
            by_hand=True,
        )
    if facts.changed <= began:
        return Verdict(Status.OPEN, f"{facts.source} has its value since {_time(facts.changed)}")
    if since + _SECOND < facts.changed:
        return Verdict(
            Status.OPEN,
            f"{facts.source} has a new value since {_time(facts.changed)}, and GitHub an older "
            "one: portcullis up writes it",
        )
    return Verdict(Status.SEEN, f"new in {facts.source} since {_time(facts.changed)}")


def _gone(credential: Credential, facts: Facts, began: datetime) -> Verdict:
    if credential.kind in ENDS_WITH_GITHUB and facts.source:
        why = f"not on GitHub now, and an update adds it: {facts.source} has it"
        return Verdict(Status.OPEN, why)
    if credential.kind in ENDS_WITH_GITHUB:
        return Verdict(Status.SEEN, "GitHub has it no longer")
    if facts.changed is not None and facts.changed > began:
        return Verdict(Status.SEEN, f"new in {facts.source} since {_time(facts.changed)}")
    if facts.changed is not None:
        return Verdict(Status.OPEN, f"{facts.source} has its value since {_time(facts.changed)}")
    return Verdict(
        Status.OPEN, "not on GitHub now; is it revoked where it was issued?", by_hand=True
    )


_SECOND = timedelta(seconds=1)
"""GitHub's dates are whole seconds."""


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
