"""No gap and no double: the order in which hours are archived, against a model."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.archive.windows import DELAY, HOUR, archive, at, content, hour_of, missing, name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portcullis.archive.windows import Event

START = datetime(2026, 11, 29, 20, tzinfo=UTC)
LONGEST = 60
"""Hours over which events are spread: parts of three days and more."""


class Killed(Exception):  # noqa: N818 - what happens to a run
    """The run ends here."""


@dataclass
class Store:
    """An archive in memory, which ends the run before or after some request."""

    objects: dict[str, bytes] = field(default_factory=dict)
    left: int | None = None
    """Requests until the end; None: it does not end."""

    def has(self, name: str) -> bool:
        """See Places."""
        self._count()
        return name in self.objects

    def add(self, name: str, content: bytes) -> bool:
        """See Places."""
        self._count()
        new = name not in self.objects
        self.objects.setdefault(name, content)
        self._count()
        return new

    def _count(self) -> None:
        if self.left is not None:
            if not self.left:
                raise Killed
            self.left -= 1


@dataclass
class Events:
    """An audit log in memory."""

    events: Sequence[Event]

    def oldest(self) -> datetime | None:
        """See Log."""
        return min(map(at, self.events), default=None)

    def between(self, start: datetime, end: datetime) -> Sequence[Event]:
        """See Log; a bit more than was asked for, as GitHub may answer."""
        around = timedelta(seconds=1)
        return [each for each in self.events if start - around <= at(each) <= end + around]


def event(seconds: float, ident: int = 0) -> Event:
    """Return an event, by the seconds since the first hour."""
    moment = START + timedelta(seconds=seconds)
    return {"@timestamp": int(moment.timestamp() * 1000), "_document_id": str(ident)}


def archived(store: Store) -> list[Event]:
    """Return all events of the archive, in the order of its names."""
    lines = [
        line
        for key in sorted(store.objects)
        for line in gzip.decompress(store.objects[key]).decode().splitlines()
    ]
    return [json.loads(line) for line in lines]


TIMES = st.lists(
    st.integers(0, LONGEST * 3_600_000).map(lambda each: each / 1000)
    | st.integers(0, LONGEST).map(lambda hour: float(hour * 3600)),
    max_size=30,
)
RUNS = st.lists(st.tuples(st.integers(0, LONGEST + 5), st.integers(0, 80)), max_size=6)
"""When a run is, in hours, and after how many requests it is killed."""


@given(times=TIMES, runs=RUNS, last=st.integers(0, LONGEST + 5))
def test_no_gap_and_no_double_wherever_runs_are_killed(
    times: list[float], runs: list[tuple[int, int]], last: int
) -> None:
    """After any runs that were killed, a run makes the archive complete (G8).

    Each event of an hour that has ended is there once, and the hours have no gap.
    """
    log, store = Events([event(each, n) for n, each in enumerate(sorted(times))]), Store()
    now = START
    for hour, left in [*sorted(runs), (last, -1)]:
        now = max(now, START + timedelta(hours=hour, minutes=30))
        store.left = None if left < 0 else left
        seen = Events([each for each in log.events if at(each) <= now])
        with suppress(Killed):
            archive(seen, store, now)
        hours = sorted(store.objects)
        first = min(map(at, log.events), default=START)
        assert hours == [name(hour_of(first) + n * HOUR) for n in range(len(hours))]
    ended = [each for each in log.events if at(each) < hour_of(now - DELAY)]
    assert archived(store) == ended


@given(times=TIMES.filter(bool), kills=st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_two_runs_at_once_do_no_harm(times: list[float], kills: tuple[int, int]) -> None:
    """A second run that begins while another one is under way leaves no gap (G8)."""
    log, store = Events([event(each, n) for n, each in enumerate(sorted(times))]), Store()
    now = START + timedelta(hours=LONGEST + 3)

    class Inside(Store):
        """Another run happens before the first one's next object."""

        def add(self, name: str, content: bytes) -> bool:
            if len(store.objects) == kills[0]:
                store.left = kills[1]
                with suppress(Killed):
                    archive(log, store, now)
                store.left = None
            return store.add(name, content)

        def has(self, name: str) -> bool:
            return store.has(name)

    archive(log, Inside(), now)
    assert archived(store) == log.events


def test_an_hour_waits_for_late_events() -> None:
    """The hour that ended last is left to a later run, as GitHub shows some events late (G8)."""
    store = Store()
    archive(Events([event(0)]), store, START + HOUR + DELAY - timedelta(seconds=1))
    assert store.objects == {}
    archive(Events([event(0)]), store, START + HOUR + DELAY)
    assert list(store.objects) == ["audit-log/2026/11/29/T20.jsonl.gz"]


def test_an_event_on_two_pages_is_there_once() -> None:
    """GitHub's pages may overlap while events come in (G8)."""
    store = Store()
    archive(Events([event(1, 7), event(1, 7)]), store, START + 3 * HOUR)
    assert archived(store) == [event(1, 7)]


def test_an_archive_that_lags_behind_githubs_log_says_so() -> None:
    """If nothing of what GitHub has is there, the outcome says where the archive begins (G8)."""
    store, now = Store(), START + 5 * HOUR
    first = archive(Events([event(3600)]), store, now)
    assert first is not None
    assert (first.continued, first.start) == (False, START + HOUR)
    later = archive(Events([event(3600)]), store, now + HOUR)
    assert later is not None
    assert (later.continued, later.hours) == (True, 1)


def test_an_object_of_a_later_hour_hides_no_gap() -> None:
    """The hours before an object that somebody else added are not passed over (G8)."""
    log, store = Events([event(3600 * hour, hour) for hour in range(10)]), Store()
    archive(log, store, START + 5 * HOUR)
    store.objects[name(START + 8 * HOUR)] = content([])
    done = archive(log, store, START + 10 * HOUR)
    assert done is not None
    assert (done.gaps, done.hours) == (4, 4)
    assert archived(store) == [each for each in log.events if each["_document_id"] not in "89"]


def test_no_event_no_object() -> None:
    """A log without events begins no archive: where it begins would not be known (G8)."""
    store = Store()
    assert archive(Events([]), store, START) is None
    assert store.objects == {}


def test_the_same_events_are_the_same_bytes() -> None:
    """Nothing in an object depends on when it was made."""
    assert content([{"b": 1, "a": 2}]) == content([{"a": 2, "b": 1}])


@pytest.mark.parametrize("there", range(4))
def test_what_is_missing_follows_the_last_that_is_there(there: int) -> None:
    """Names are looked for from the newest on."""
    names = ["a", "b", "c"]
    store = Store(dict.fromkeys(names[:there], b""))
    assert missing(store, names) == names[there:]
