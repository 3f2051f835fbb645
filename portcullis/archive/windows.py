"""Which hours of the audit log are archived next: no gap and no double, however runs end.

Each hour is one object, whose name follows from the hour alone. Objects are added in the order of
time, and none is ever replaced. So whatever is there has no gap, the newest object is where a run
goes on, and a run that was killed needs no cursor. Only somebody else with the writer's login can
leave a gap, by an object of a later hour: so the hours before the newest are looked at, too.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Event = dict[str, Any]

HOUR = timedelta(hours=1)

DELAY = timedelta(hours=1)
"""How long after its end an hour is archived: GitHub shows some events late."""

LOOKED_BACK = 48
"""How many hours before the newest one are looked at for a gap, which costs a request each."""


class Places(Protocol):
    """Objects by name, which are added and never replaced."""

    def has(self, name: str) -> bool:
        """Say whether there is an object of this name."""

    def add(self, name: str, content: bytes) -> bool:
        """Add an object; say whether there was none of this name."""


class Log(Protocol):
    """The audit log, as far as GitHub still has it."""

    def oldest(self) -> datetime | None:
        """Return when the oldest event was; None where there is none."""

    def between(self, start: datetime, end: datetime) -> Sequence[Event]:
        """Return at least the events from ``start`` to before ``end``, the oldest first."""


@dataclass(frozen=True)
class Archived:
    """What a run did."""

    hours: int
    """Objects that were added."""
    events: int
    """Events in them."""
    start: datetime
    """Where it began: the first hour that was not there."""
    end: datetime
    """Everything before this is in the archive."""
    continued: bool
    """Whether an earlier hour was there, so that nothing is missing in between."""
    gaps: int = 0
    """Hours that were missing though a later one was there; they were added."""


def archive(log: Log, places: Places, now: datetime) -> Archived | None:
    """Add each hour that has ended and is not there yet; None where GitHub has no event at all.

    Events are read a day at a time, and nothing of a day is added before all of it was read.

    Args:
        log: The audit log.
        places: The archive.
        now: The time, in UTC.
    """
    end = hour_of(now - DELAY)
    oldest = log.oldest()
    if oldest is None:
        return None
    kept = list(_hours(hour_of(oldest), end))
    start = len(kept) - len(missing(places, [name(each) for each in kept]))
    before = kept[max(0, start - 1 - LOOKED_BACK) : max(0, start - 1)]
    gaps = [hour for hour in before if not places.has(name(hour))]
    hours = events = 0
    for _, group in groupby([*gaps, *kept[start:]], key=datetime.date):
        day = list(group)
        found = _by_hour(log.between(day[0], day[-1] + HOUR))
        for hour in day:
            own = found.get(hour, [])
            if places.add(name(hour), content(own)):
                hours, events = hours + 1, events + len(own)
    begun = kept[start] if start < len(kept) else end
    return Archived(hours, events, begun, end, continued=start > 0, gaps=len(gaps))


def missing(places: Places, names: Sequence[str]) -> Sequence[str]:
    """Return the names after the last one that is there.

    Args:
        places: The archive.
        names: In the order in which they are added.
    """
    for index in range(len(names) - 1, -1, -1):
        if places.has(names[index]):
            return names[index + 1 :]
    return names


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of an hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def at(event: Mapping[str, Any]) -> datetime:
    """Return when an event was.

    Raises:
        KeyError: It does not say it.
    """
    return datetime.fromtimestamp(event["@timestamp"] / 1000, UTC)


def name(hour: datetime) -> str:
    """Return the name of an hour's object, such as `audit-log/2026/11/30/T06.jsonl.gz`."""
    return f"audit-log/{hour:%Y/%m/%d/T%H}.jsonl.gz"


def content(events: Sequence[Event]) -> bytes:
    """Return events as compressed JSON Lines; the same events are the same bytes."""
    lines = "".join(f"{json.dumps(each, sort_keys=True)}\n" for each in events)
    return gzip.compress(lines.encode(), mtime=0)


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += HOUR


def _by_hour(events: Sequence[Event]) -> dict[datetime, list[Event]]:
    """Return events by hour; one that GitHub shows on two pages is there once."""
    found: dict[datetime, dict[str, Event]] = {}
    for index, event in enumerate(events):
        ident = str(event.get("_document_id") or index)
        found.setdefault(hour_of(at(event)), {}).setdefault(ident, event)
    return {hour: list(own.values()) for hour, own in found.items()}
