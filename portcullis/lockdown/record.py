"""The sealed record of a lockdown: how everything was before, in a file with a digest.

Each setting is written here before it is changed, so that a run that is killed forgets nothing. The
file has settings and names as GitHub shows them, and never the value of a secret.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from portcullis import sealed
from portcullis.lockdown.doors import Door, Kind

if TYPE_CHECKING:
    from pathlib import Path

    from portcullis.live.raw.settings import Document

Level = Literal["release", "all"]


class Stage(StrEnum):
    """How far a door has come."""

    CLOSING = "closing"
    """What was before is noted; requests may have been sent."""
    CLOSED = "closed"
    OPENING = "opening"
    """Requests that bring the state before back may have been sent."""
    OPEN = "open"
    """It is as it was before."""


class Entry(BaseModel):
    """One door, as it was before and as the lockdown has it."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    repository: int | None
    repository_name: str
    """When it was closed; empty for the organization."""
    name: str
    before: dict[str, object] | None
    goal: dict[str, object] | None
    stage: Stage

    @property
    def door(self) -> Door:
        """Return which setting it is."""
        return Door(self.kind, self.repository, self.name)


class Record(BaseModel):
    """A lockdown of an organization, until it is lifted."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    organization: str
    level: Level
    began: str
    """UTC, in ISO 8601."""
    repositories: list[str] = Field(default_factory=list)
    """The repositories that it is limited to; empty for the organization."""
    declared: bool = False
    """Whether the organization's YAML asked for it."""
    entries: list[Entry] = Field(default_factory=list)

    def entry(self, door: Door) -> Entry | None:
        """Return what is noted of a door."""
        return next((each for each in self.entries if each.door == door), None)

    def note(self, door: Door, repository: str, before: Document | None) -> Entry:
        """Note a door as it was before; what was noted first stays."""
        known = self.entry(door)
        if known and known.stage is not Stage.OPEN:
            return known
        if known:
            self.entries.remove(known)
        made = Entry(
            kind=door.kind,
            repository=door.repository,
            repository_name=repository,
            name=door.name,
            before=before,
            goal=None,
            stage=Stage.CLOSING,
        )
        self.entries.append(made)
        return made


def path_of(root: Path, organization: str) -> Path:
    """Return the file of an organization's lockdown, in the project's folder.

    GitHub does not tell capital letters from small ones in a login, and neither does this.
    """
    return root / ".portcullis" / "lockdown" / f"{organization.lower()}.json"


def load(path: Path) -> Record | None:
    """Return the record in a file; None if there is none.

    Raises:
        UserError: It was changed, or is none.
    """
    return sealed.load(
        path,
        Record,
        "without it, docs/lockdown.md says how to open the organization again",
    )
