"""The record of an incident: who did or skipped which step, and when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from portcullis import sealed

if TYPE_CHECKING:
    from pathlib import Path

    from portcullis.incident.step import IncidentKind, Step


class What(StrEnum):
    """What happened to a step."""

    DONE = "done"
    SKIPPED = "skipped"
    LEFT = "left"
    """Tried, and not all of it was carried out."""


class Event(BaseModel):
    """One entry of the record."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: datetime
    by: str
    step: str
    what: What
    lines: tuple[str, ...] = ()
    """What was done in detail, or why not: names, and never the value of a secret."""


class IncidentRecord(BaseModel):
    """An incident of an organization, until each step is done or skipped."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    kind: str
    organization: str
    began: datetime
    """When the incident began, as far as anybody knows."""
    of: str = ""
    """The credential that it is about, by name."""
    events: list[Event] = Field(default_factory=list)

    def last(self, step: str) -> Event | None:
        """Return the last entry of a step."""
        return next((each for each in reversed(self.events) if each.step == step), None)

    def ended(self, step: str) -> bool:
        """Whether a step is done or skipped."""
        last = self.last(step)
        return last is not None and last.what is not What.LEFT

    def open(self, kind: IncidentKind) -> list[Step]:
        """Return the steps that are neither done nor skipped."""
        return [each for each in kind.steps if not self.ended(each.id)]


def path_of(root: Path, organization: str, kind: str) -> Path:
    """Return the file of an incident's record, in the project's folder.

    GitHub does not tell capital letters from small ones in a login, and neither does this.
    """
    return root / ".portcullis" / "incident" / f"{organization.lower()}.{kind}.json"


def load(path: Path) -> IncidentRecord | None:
    """Return the record in a file; None if there is none.

    Raises:
        UserError: It was changed, or is none.
    """
    return sealed.load(path, IncidentRecord, "without it, move it away and begin again")
