"""Each change of a preview in words, one line each."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Any

from portcullis.preview import file_diff
from portcullis.preview.differences import (
    HIDDEN,
    UNKNOWN,
    Change,
    Difference,
    ListDifference,
    as_created,
    differences,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portcullis.preview.names import Names
    from portcullis.pulumi_runs.events import Step

LONGEST = 160
"""Characters of a value that are shown in one line."""

MOST_LINES = 20
"""Changed lines of a file that are shown."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DELETED, _CREATED = frozenset({"delete"}), frozenset({"create"})
_REVIEWERS = {"users": "user", "teams": "team"}
_IDS = {
    **_REVIEWERS,
    "teamId": "team",
    "parentTeamId": "team",
    "selectedRepositoryIds": "repository",
    "repositoryIds": "repository",
}
"""Fields that hold ids, and of what."""
_SPECIAL = ((HIDDEN, "(secret)"), (None, "not set"))
_FRAMES = frozenset({"rules", "reviewers"})
"""Fields that only hold others: their name helps nobody."""


def lines(kind: str, name: str, step: Step, names: Names) -> list[str]:
    """Return what a step changes, for people.

    Args:
        kind: the resource's kind, such as `TeamMembers`.
        name: the resource's name.
        step: with its states before and after.
        names: of teams, repositories and people.
    """
    if step.overwritten is not None:
        return list(_overwritten(name, step, step.overwritten))
    if step.operation in _DELETED | _CREATED:
        return list(_whole(kind, name, step, names))
    return changed(kind, name, differences(kind, step), names) or ["no value changes"]


def changed(kind: str, name: str, changes: Sequence[Change], names: Names) -> list[str]:
    """Return changed fields in words.

    Args:
        kind: the resource's kind.
        name: the resource's name.
        changes: of its fields.
        names: of teams, repositories and people.
    """
    reviewers = [
        each
        for each in changes
        if kind == "RepositoryEnvironment"
        and isinstance(each, ListDifference)
        and each.path[-1] in _REVIEWERS
    ]
    found = list(_reviewers(reviewers, names)) if reviewers else []
    for change in changes:
        if change in reviewers:
            continue
        if kind == "TeamMembers" and change.path[0] == "members":
            found += _members(name, change)
        else:
            found += _change(change, names)
    return found


def spaced(kind: str) -> str:
    """Return a kind's name in words, such as ``repository environment``."""
    return _CAMEL.sub(" ", kind).lower()


def _overwritten(name: str, step: Step, live: str) -> Iterator[str]:
    """Yield what people wrote on GitHub into a file, and what it becomes."""
    new = None if step.operation in _DELETED else step.new_inputs.get("content")
    if new == live:
        yield "is on GitHub already, with the declared content"
        return
    adopted = "sha" in step.old_outputs and not step.old_outputs.get("commitSha")
    created = adopted or step.operation in _CREATED
    yield "is on GitHub already, and is overwritten:" if created else "people changed it on GitHub:"
    shown = new if isinstance(new, str) or new is None else UNKNOWN
    yield from (f"  {_short(line)}" for line in file_diff.unified(live, shown, name))


def _whole(kind: str, name: str, step: Step, names: Names) -> Iterator[str]:
    """Yield who gets or loses what by a resource that comes or goes."""
    state = as_created(step)
    gone = step.operation in _DELETED
    if kind == "TeamMembers":
        entries = _list(state.get("members"))
        change = ListDifference(("members",), entries if gone else [], [] if gone else entries)
        yield from _members(name, change)
    elif kind == "TeamRepository":
        permission = _shown(state.get("permission"))
        yield f"permission: {permission} -> none" if gone else f"permission: {permission}"
    elif kind == "RepositoryEnvironment":
        for block in _list(state.get("reviewers")):
            if isinstance(block, dict) and not gone:
                changes = [
                    ListDifference((field,), [], _list(block.get(field))) for field in _REVIEWERS
                ]
                yield from _reviewers(changes, names)


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return a list, or none of its entries where only the update can tell them."""
    return value if isinstance(value, list) else []


def _members(team: str, change: Change) -> Iterator[str]:
    """Yield who joins a team, leaves it, or gets another role in it."""
    if isinstance(change, Difference):
        who = change.path[1] if len(change.path) > 1 else "somebody"
        yield f"{who}: {_shown(change.old)} -> {_shown(change.new)} of {team}"
        return
    for each in change.removed:
        yield f"{_login(each)} leaves {team}"
    for each in change.added:
        role = each.get("role") if isinstance(each, dict) else None
        yield f"{_login(each)} joins {team}{' as maintainer' if role == 'maintainer' else ''}"


def _login(entry: Any) -> str:  # noqa: ANN401 - any JSON
    return _shown(entry.get("username") if isinstance(entry, dict) else entry)


def _reviewers(changes: Sequence[ListDifference], names: Names) -> Iterator[str]:
    """Yield who has to approve from now on, and who has not any more."""
    removed, added = (
        [
            names.name(_REVIEWERS[change.path[-1]], each)
            for change in changes
            for each in getattr(change, side)
        ]
        for side in ("removed", "added")
    )
    if len(removed) == len(added) == 1:
        yield f"reviewer {removed[0]} replaced by {added[0]}"
        return
    yield from (f"reviewer {each} removed" for each in removed)
    yield from (f"reviewer {each} added" for each in added)


def _change(change: Change, names: Names) -> Iterator[str]:
    """Yield a change of any other field."""
    field = _field(change.path, names)
    if isinstance(change, ListDifference):
        for what, entries in (("removed", change.removed), ("added", change.added)):
            yield from (f"{field}: {_entry(change.path, each, names)} {what}" for each in entries)
    elif change.new is HIDDEN:
        yield f"{field}: new value (secret, not shown)"
    elif change.old == change.new:
        yield f"{field}: {_entry(change.path, change.new, names)} is set again"
    elif isinstance(change.old, str) and isinstance(change.new, str) and _long(change):
        yield f"{field}:"
        yield from _changed_lines(change)
    else:
        old, new = (_entry(change.path, each, names) for each in (change.old, change.new))
        yield f"{field}: {old} -> {new}"


def _long(change: Difference) -> bool:
    return any("\n" in text for text in (change.old, change.new)) and change.new != UNKNOWN


def _changed_lines(change: Difference) -> Iterator[str]:
    """Yield the lines of a text that change."""
    old, new = file_diff.masked(change.old), file_diff.masked(change.new)
    changed = [
        line
        for line in difflib.unified_diff(old, new, n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    if not changed:
        yield f"  {file_diff.ONLY_SECRETS}"
    yield from (f"  {_short(line)}" for line in changed[:MOST_LINES])
    if len(changed) > MOST_LINES:
        yield f"  and {len(changed) - MOST_LINES} more lines"


def _field(path: Sequence[str], names: Names) -> str:
    """Return a field in words, such as `pull request: required approving review count`."""
    shown = [step for step in path if step not in _FRAMES]
    if path[0] == "bypassActors" and len(path) > 1:
        shown[1] = names.name("team", path[1]) if names.knows("team", path[1]) else path[1]
    return ": ".join(
        _CAMEL.sub(" ", step).lower() if step.isidentifier() else step for step in shown
    )


def _entry(path: Sequence[str], value: Any, names: Names) -> str:  # noqa: ANN401 - any JSON
    """Return a value; an id by its name."""
    kind = _IDS.get(path[-1])
    if path[-1] == "content" and isinstance(value, str) and value != UNKNOWN:
        return _shown("\n".join(file_diff.masked(value)))
    if isinstance(value, list) and value:
        return ", ".join(_entry(path, each, names) for each in value)
    if kind and value not in (None, "", []):
        return names.name(kind, value)
    return _named(value, names) if isinstance(value, dict) else _shown(value)


def _named(value: Mapping[str, Any], names: Names) -> str:
    """Return an entry of a list by what people call it."""
    if "actorType" in value:
        mode = value.get("bypassMode")
        who = names.actor(str(value["actorType"]), value.get("actorId"))
        return f"{who} ({mode})" if mode else who
    for name in ("context", "name", "username"):
        if isinstance(value.get(name), str):
            return _shown(value[name])
    return _short(json.dumps(value, sort_keys=True, default=lambda _: "(secret)"))


def _shown(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a plain value."""
    for special, words in _SPECIAL:
        if value is special:
            return words
    if isinstance(value, str):
        return {"": '""', UNKNOWN: "(known after the update)"}.get(value, _short(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _short(json.dumps(value, sort_keys=True, default=lambda _: "(secret)"))


def _short(text: str) -> str:
    """Return a text in one line that fits."""
    line = " ".join(text.split("\n"))
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
