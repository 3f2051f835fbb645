"""What a report says, as data: the same for a page, for Markdown and for programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

State = Literal["met", "not met", "cannot be known"]
SinceFrom = Literal["git", "GitHub"]
"""What supplies a date: the history of the declaration, or GitHub."""
StageKind = Literal["start", "review", "environment", "credential", "registry"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class Way(_Fact):
    """A smallest set of people and credentials that suffices to publish."""

    actors: tuple[str, ...]
    steps: tuple[str, ...]


class Stage(_Fact):
    """A part of the path from people to a registry."""

    kind: StageKind
    title: str
    lines: tuple[str, ...]
    """What stands there, in words."""
    broken: tuple[str, ...]
    """What is wrong with it; empty if nothing is."""


class Package(_Fact):
    """A place that publishes, and who can."""

    name: str
    """What is reached and where, such as ``publish acme (tool/pypi-release)``."""
    repository: str
    fewest: int | None
    """People; None: no set suffices."""
    summary: str
    """The number in words."""
    broken: bool
    """One person alone, or none, suffices, or a stage is broken."""
    path: tuple[Stage, ...]
    ways: tuple[Way, ...]

    @property
    def broken_stages(self) -> str:
        """Return the titles of the broken stages."""
        return ", ".join(each.title for each in self.path if each.broken) or self.summary


class Change(_Fact):
    """A thing on GitHub that differs from its declaration, or that nobody declares."""

    what: Literal["changed", "missing", "undeclared"]
    noun: str
    """What people call it, such as ``deploy key``."""
    name: str
    dangerous: bool
    """Whether the policy pack refuses it."""
    known: bool
    """Whether the last update saw it as it is."""
    lines: tuple[str, ...]
    """What differs, and what the policy pack says."""
    changed_by: str | None
    changed_at: datetime | None


class Secret(_Fact):
    """A secret; its value is nowhere."""

    name: str
    target: str
    """`organization`, `escai`, or `escai/pypi-release`."""
    stores: tuple[str, ...]
    declared: bool
    age_days: int | None
    """None where nobody knows."""
    changed: date | None
    dated_by: Literal["source", "github"] | None
    rotate_every_days: int | None
    due: date | None
    overdue_days: int
    used_by: tuple[str, ...]
    """Workflow files with their job and environment, in words."""
    missing_in: tuple[str, ...]
    """Stores that it is declared for, and is not in on GitHub."""


class Publisher(_Fact):
    """What a person enters at a registry."""

    registry: str
    package: str
    owner: str
    repository: str
    workflow: str
    environment: str
    before_first_release: str
    also: str


class Exemption(_Fact):
    """A finding that is accepted until a date."""

    rule: str
    resource: str
    reason: str
    expires: date
    expired: bool


class Evidence(_Fact):
    """What an answer rests on."""

    words: str
    where: str
    """A line of a file, a thing on GitHub, or a file of records."""


class Answer(_Fact):
    """An item of a checklist, answered."""

    id: str
    item: str
    state: State
    evidence: tuple[Evidence, ...]
    since: date | None
    """The answer has been this one at least since then; None: not known."""
    since_from: SinceFrom | None


class Checklist(_Fact):
    """A checklist, answered from facts."""

    title: str
    about: str
    answers: tuple[Answer, ...]

    def count(self, state: State) -> int:
        """Return how many items have an answer."""
        return sum(each.state == state for each in self.answers)


class Facts(_Fact):
    """All that a report says; no value of a secret is read."""

    version: int = 1
    organization: str
    date: date
    """The day on which expiry and age were judged."""
    live: bool
    """Whether GitHub was asked."""
    packages: tuple[Package, ...]
    drift: tuple[Change, ...]
    """Dangerous things first; what is declared."""
    undeclared: tuple[Change, ...]
    """What exists on GitHub, and nobody declares."""
    not_read: tuple[str, ...]
    """What GitHub did not show, and why."""
    two_factor: bool | None
    """Whether members need a second factor; None: not known."""
    secrets: tuple[Secret, ...]
    """The oldest first."""
    publishers: tuple[Publisher, ...]
    exemptions: tuple[Exemption, ...]
    """The next to expire first."""
    checklists: tuple[Checklist, ...]
