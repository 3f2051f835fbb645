"""Open what a lockdown closed, exactly as it was; what somebody changed meanwhile is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.live.asking import Unread
from portcullis.live.raw import settings
from portcullis.lockdown import doors
from portcullis.lockdown.doors import Kind
from portcullis.lockdown.record import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.live.raw.settings import Document
    from portcullis.lockdown.closing import Run
    from portcullis.lockdown.record import Entry


def lift(run: Run, *, overwrite: bool) -> None:
    """Bring back the state before; the note on GitHub goes last, and only when nothing is left.

    Args:
        run: The run, with the record of the lockdown.
        overwrite: Whether what somebody changed during the lockdown is put back, too.
    """
    listed = settings.repositories(run.sender.asking, run.record.organization)
    if isinstance(listed, Unread):
        run.outcome.left.append(f"repositories of {run.record.organization}: {listed}")
        return
    names = {each["id"]: str(each["name"]) for each in listed}
    for entry in reversed(run.record.entries):
        if entry.kind is not Kind.NOTE and entry.stage is not Stage.OPEN:
            _open(run, entry, names, overwrite=overwrite)
    for entry in run.record.entries:
        if entry.kind is Kind.NOTE and run.outcome.complete:
            _open(run, entry, names, overwrite=True)


def _open(run: Run, entry: Entry, names: Mapping[int, str], *, overwrite: bool) -> None:
    if entry.repository is not None and entry.repository not in names:
        _finish(run, entry, f"{_words(entry)}: its repository is gone")
        return
    repository = "" if entry.repository is None else names[entry.repository]
    words = entry.door.words(repository)
    now = run.read(entry.door, repository)
    if isinstance(now, Unread):
        run.outcome.left.append(f"{words}: {now}")
        return
    before, goal = (_existing(each, names) for each in (entry.before, entry.goal))
    if entry.kind is Kind.SECRET:
        _secret(run, entry, now, words)
        return
    may_be_gone = {Kind.ENVIRONMENT, Kind.READERS, *doors.OUTSIDE}
    if entry.kind in may_be_gone and now is None:
        _finish(run, entry, f"{words}: somebody deleted it during the lockdown")
        return
    same = doors.without_ids(now) in ([before, goal] if goal else [before])
    if entry.stage is Stage.CLOSED and not same and not overwrite:
        run.outcome.changed.append(f"{words}: somebody changed it during the lockdown")
        run.outcome.left.append(f"{words}: look at it, then --lift --overwrite puts it back")
        return
    entry.stage = Stage.OPENING
    run.keep()
    if run.lead(entry, repository, now, before):
        entry.stage = Stage.OPEN
        run.keep()
        run.outcome.done.append(words)


def _secret(run: Run, entry: Entry, now: Document | None, words: str) -> None:
    """Tell that an update writes a secret again: its value is in its source alone."""
    if now is None:
        run.outcome.secrets.append(words)
        _finish(run, entry, "")
    else:
        again = entry.before is None or now["updated_at"] != entry.before["updated_at"]
        _finish(run, entry, f"{words}: somebody set it during the lockdown" if again else "")


def _finish(run: Run, entry: Entry, said: str) -> None:
    """Note that there is nothing to bring back."""
    entry.stage = Stage.OPEN
    run.keep()
    if said:
        run.outcome.changed.append(said)


def _existing(document: dict[str, object] | None, names: Mapping[int, str]) -> Document | None:
    """Return a document without repositories that were deleted: GitHub has forgotten them."""
    if document is None or "repositories" not in document:
        return document
    ids: list[int] = list(document["repositories"])  # type: ignore[call-overload] # ours
    return {**document, "repositories": [each for each in ids if each in names]}


def _words(entry: Entry) -> str:
    return entry.door.words(entry.repository_name)
