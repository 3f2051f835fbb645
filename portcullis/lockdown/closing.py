"""Close what the plan says: as much as GitHub carries out, and say what is left."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portcullis.live.asking import Unread
from portcullis.live.raw import settings
from portcullis.lockdown import doors, plan, roles
from portcullis.lockdown.doors import Door, Kind, base_of
from portcullis.lockdown.record import Stage
from portcullis.lockdown.sending import NotSent
from portcullis.sealed import save

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from portcullis.live.raw.settings import Document
    from portcullis.lockdown.plan import Scope, Targets
    from portcullis.lockdown.record import Entry, Record
    from portcullis.lockdown.sending import Sender


@dataclass
class Outcome:
    """What a run did."""

    done: list[str] = field(default_factory=list)
    already: int = 0
    """Doors that were as they are to be."""
    changed: list[str] = field(default_factory=list)
    """What somebody changed during the lockdown."""
    left: list[str] = field(default_factory=list)
    """What is still to be done, and why."""
    secrets: list[str] = field(default_factory=list)
    """Secrets that come back from their sources."""
    open: list[str] = field(default_factory=list)
    """What only a lockdown of everything closes."""
    requests: int = 0
    """Sent to GitHub, reading included."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return not self.left


@dataclass
class Run:
    """A run that closes or opens the doors of an organization."""

    sender: Sender
    record: Record
    file: Path
    outcome: Outcome = field(default_factory=Outcome)

    def keep(self) -> None:
        """Write the record."""
        save(self.file, self.record)

    def read(self, door: Door, repository: str) -> Document | Unread | None:
        """Return a door as it is now."""
        if door.kind in doors.OUTSIDE:
            return roles.read(door)
        return doors.read(self.sender.asking, self.record.organization, repository, door)

    def lead(
        self, entry: Entry, repository: str, now: Document | None, goal: Document | None
    ) -> bool:
        """Send what leads from ``now`` to ``goal``; say whether all of it was carried out."""
        base = base_of(self.record.organization, repository)
        try:
            if entry.kind in doors.OUTSIDE and goal is not None:
                roles.write(entry.door, goal)
                return True
            for request in doors.requests(base, entry.door, now, goal):
                self.sender.send(request)
        except NotSent as failed:
            self.outcome.left.append(f"{entry.door.words(repository)}: {failed}")
            return False
        return True


def close(run: Run, scope: Scope) -> None:
    """Close the organization, the most dangerous first; what fails is left for the next run."""
    for door in plan.first(scope):
        _close(run, scope, door, "", None)
    listed = settings.repositories(run.sender.asking, scope.organization)
    if isinstance(listed, Unread):
        run.outcome.left.append(f"repositories of {scope.organization}: {listed}")
        if not scope.only and scope.level == "all":
            _close(run, scope, Door(Kind.ACTIONS), "", None)
        _close_roles(run, scope)
        return
    found = plan.targets(scope, listed)
    if not scope.only:
        _close(run, scope, Door(Kind.ACTIONS), "", found)
    run.outcome.left += [
        f"repository {name}: not on GitHub under this name" for name in found.missing
    ]
    for repository in found.stopped:
        for door in plan.of_each(scope, repository):
            _close(run, scope, door, repository["name"], found)
    _close_environments(run, scope, found.stopped)
    _close_roles(run, scope)
    for holder in (*found.stopped, None):
        for door in plan.secrets_of(scope, holder):
            _close(run, scope, door, holder["name"] if holder else "", found)
    if scope.only or scope.level == "release":
        _close_readers(run, scope, found)


def _close_roles(run: Run, scope: Scope) -> None:
    for door in plan.roles_of(scope):
        _close(run, scope, door, "", None)


def _close_readers(run: Run, scope: Scope, targets: Targets) -> None:
    """Take secrets that stopped repositories see, too, from jobs of the others, which run on."""
    asking, stopped = run.sender.asking, {*_ids(targets.stopped)}
    for store in plan.STORES:
        visibility = settings.organization_secrets(asking, scope.organization, store)
        if isinstance(visibility, Unread):
            run.outcome.left.append(f"secrets of the organization ({store}): {visibility}")
            continue
        for name in plan.undeclared(scope, store, visibility):
            door = Door(Kind.READERS, name=name)
            if visibility[name.rpartition(":")[2]] != "selected":
                run.outcome.open.append(door.words(""))
                continue
            now = run.read(door, "")
            entry = run.record.entry(door)
            is_closed = entry is not None and entry.stage is Stage.CLOSED
            if isinstance(now, Unread):
                run.outcome.left.append(f"{door.words('')}: {now}")
            elif now is not None and (is_closed or stopped & {*now["repositories"]}):
                _carry_out(run, scope, door, "", now, targets)


def _close_environments(run: Run, scope: Scope, repositories: Sequence[Document]) -> None:
    """Close the environments of repositories, which are read at the same time."""
    asking = run.sender.asking
    names = [f"{scope.organization}/{each['name']}" for each in repositories]
    answers = asking.each(lambda name: settings.environments(asking, name), names)
    for repository, found in zip(repositories, answers, strict=True):
        if isinstance(found, Unread):
            run.outcome.left.append(f"environments of {repository['name']}: {found}")
            continue
        for name, now in found.items():
            door = Door(Kind.ENVIRONMENT, repository["id"], name)
            _carry_out(run, scope, door, repository["name"], now, None)


def _close(run: Run, scope: Scope, door: Door, repository: str, targets: Targets | None) -> None:
    now = run.read(door, repository)
    if isinstance(now, Unread):
        run.outcome.left.append(f"{door.words(repository)}: {now}")
        return
    if now is None and door.kind in doors.OUTSIDE:
        return  # it is declared, and not there
    if door.kind is Kind.SECRET and now is None and run.record.entry(door) is None:
        return  # it is declared, and was never there
    _carry_out(run, scope, door, repository, now, targets)


def _carry_out(  # noqa: PLR0917 - one door with all that it depends on
    run: Run,
    scope: Scope,
    door: Door,
    repository: str,
    now: Document | None,
    targets: Targets | None,
) -> None:
    entry = run.record.note(door, repository, doors.without_ids(now))
    outside = door.kind in doors.OUTSIDE
    goal = roles.denied(door) if outside else _goal(run.record, scope, entry, targets)
    clean = doors.without_ids(now)
    if entry.stage is Stage.CLOSED and clean == entry.goal == goal:
        run.outcome.already += 1
        return
    if entry.stage is Stage.CLOSED and clean != entry.goal:
        run.outcome.changed.append(f"{door.words(repository)}: closed again")
    entry.goal, entry.stage = goal, Stage.CLOSING
    run.keep()
    if not run.lead(entry, repository, now, goal):
        return
    entry.stage = Stage.CLOSED
    run.keep()
    run.outcome.done.append(door.words(repository))


def _goal(
    record: Record, scope: Scope, entry: Entry, targets: Targets | None
) -> dict[str, object] | None:
    """Return what a door is to be while the lockdown is on."""
    before: Document = dict(entry.before or {})
    match entry.kind:
        case Kind.NOTE:
            return {"value": note_of(record)}
        case Kind.TAGS:
            return doors.closed_tags(organization=entry.repository is None)
        case Kind.ENVIRONMENT:
            return doors.closed_environment(before)
        case Kind.SECRET | Kind.READERS:
            return None if entry.kind is Kind.SECRET else {"repositories": []}
    if entry.repository is not None or scope.level == "all" or targets is None:
        return doors.actions_off(before)
    stopped = _ids(targets.stopped)
    return doors.actions_without(before, targets.all_ids, stopped)


def note_of(record: Record) -> str:
    """Return what the note on GitHub says."""
    return json.dumps(
        {"level": record.level, "since": record.began, "repositories": record.repositories}
    )


def _ids(repositories: Iterable[Document]) -> list[int]:
    return [each["id"] for each in repositories]
