"""What one step changes: the old and the new value of each field, as far as they are no secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portcullis.pulumi_runs.events import Step

SECRET_MARK = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the key that marks a secret
"""The key by which Pulumi marks a value as special, a secret among others.

Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
"""

SECRET: Mapping[str, str] = {SECRET_MARK: "1b47061264138c4ac30d75fd1eb44270"}
"""What a secret in a state has beside its value."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for a value that only the update can tell.

Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
"""

Path = tuple[str, ...]

_OPEN_IN_SECRETS = frozenset(
    {"secretName", "visibility", "selectedRepositoryIds", "repository", "environment"}
)
"""All that is shown of a secret: whatever else it has could be its value in some form."""

_FOLLOWING = frozenset(
    {"fullName", "htmlUrl", "gitCloneUrl", "httpCloneUrl", "sshCloneUrl", "svnUrl", "slug", "etag"}
)
"""Fields that only follow from others, such as from a new name."""

_LABELS = ("username", "context", "actorId", "name", "propertyName", "toolName")
"""Fields by which an entry of a list is known."""


class Hidden:
    """A value that is not shown."""


HIDDEN = Hidden()


@dataclass(frozen=True)
class Difference:
    """One field that changes; None is a field that is not there."""

    path: Path
    old: Any
    new: Any


@dataclass(frozen=True)
class ListDifference:
    """A list from which entries go, or to which entries come."""

    path: Path
    removed: Sequence[Any]
    added: Sequence[Any]


Change = Difference | ListDifference


def changed_fields(step: Step) -> list[str]:
    """Return the fields that a step changes, sorted, without those that only follow from others."""
    return sorted({re.split(r"[.\[]", path, maxsplit=1)[0] for path in step.changed} - _FOLLOWING)


def differences(kind: str, step: Step) -> list[Change]:
    """Return what a step changes, in the order of the fields' names.

    Args:
        kind: the resource's kind, such as `RepositoryEnvironment`.
        step: with its states before and after.
    """
    found: list[Change] = []
    for name in changed_fields(step):
        old, new = step.old_inputs.get(name), step.new_inputs.get(name)
        if old is None or old == new:  # GitHub has something else than what was declared
            old = step.old_outputs.get(name)
        if kind.endswith("Secret") and name not in _OPEN_IN_SECRETS:
            found.append(Difference((name,), HIDDEN, HIDDEN))
        elif not (is_unset(old) and is_unset(new)):
            found += _between((name,), old, new)
            if old == new:  # the provider knows better: the change is shown all the same
                found.append(Difference((name,), _open(new), _open(new)))
    return found


def _between(path: Path, old: Any, new: Any) -> Iterator[Change]:  # noqa: ANN401 - any JSON
    """Yield the differences between two values."""
    if is_unset(old) and is_unset(new):
        return
    if _is_secret(old) or _is_secret(new):
        yield Difference(path, HIDDEN, HIDDEN)
    elif isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            if not name.startswith("__") and old.get(name) != new.get(name):
                yield from _between((*path, name), old.get(name), new.get(name))
    elif isinstance(old or [], list) and isinstance(new or [], list) and (old or new):
        yield from _between_lists(path, old or [], new or [])
    elif _comparable(old) != _comparable(new):
        yield Difference(path, _open(old), _open(new))


def is_unset(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Return whether a value is none at all, or an empty one: the provider takes both for one."""
    if isinstance(value, dict):
        return all(is_unset(each) for name, each in value.items() if not name.startswith("__"))
    if isinstance(value, list):
        return all(isinstance(each, dict) and is_unset(each) for each in value)
    return value in {None, "", False}  # 0 equals False


def _comparable(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value in one form: Pulumi writes an id as a number, or as a text."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value


def _between_lists(path: Path, old: list[Any], new: list[Any]) -> Iterator[Change]:
    """Yield the differences between two lists, whose order means nothing to GitHub."""
    if _is_block(old) and _is_block(new):
        yield from _between(path, *(each[0] if each else {} for each in (old, new)))
        return
    before = {_label(each, index): _open(each) for index, each in enumerate(old)}
    after = {_label(each, index): _open(each) for index, each in enumerate(new)}
    removed = [each for label, each in before.items() if label not in after]
    added = [each for label, each in after.items() if label not in before]
    if removed or added:
        yield ListDifference(path, removed, added)
    for label, entry in before.items():
        if label in after and isinstance(entry, dict) and entry != after[label]:
            now = after[label]
            # the label of a login is in small letters
            name = str(now.get("username", label) if isinstance(now, dict) else label)
            same = {"username": name} if "username" in entry else {}
            yield from _between((*path, name), {**entry, **same}, now)


def _is_block(entries: list[Any]) -> bool:
    """Say whether a list is how the provider writes a single block, which may be missing."""
    return all(isinstance(each, dict) and not {*_LABELS} & {*each} for each in entries[:1]) and (
        len(entries) <= 1
    )


def _label(entry: Any, index: int) -> object:  # noqa: ANN401 - any JSON
    """Return what an entry of a list is known by."""
    if _is_secret(entry):
        return (SECRET_MARK, index)
    if isinstance(entry, dict):
        named = next((entry[name] for name in _LABELS if name in entry), None)
        if "username" in entry and isinstance(named, str):
            return named.lower()  # GitHub compares logins without regard to case
        entry = repr(sorted(_open(entry).items(), key=str)) if named is None else named
    if entry == UNKNOWN:
        return (UNKNOWN, index)  # each could be another
    entry = _comparable(entry)
    return entry if isinstance(entry, str | int | float) else repr(_open(entry))


def _open(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value without what is secret in it, and without Pulumi's own fields."""
    if _is_secret(value):
        return HIDDEN
    if isinstance(value, dict):
        return {name: _open(each) for name, each in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [_open(each) for each in value]
    return value


def _is_secret(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, dict) and SECRET_MARK in value


def people_in(kind: str, step: Step) -> set[int]:
    """Return the numeric ids of reviewers whom a step brings or takes away."""
    if step.operation == "create":
        blocks = as_created(step).get("reviewers") or []
        entries = [
            each
            for block in blocks
            if isinstance(block, dict) and isinstance(block.get("users"), list)
            for each in block["users"]
        ]
    else:
        entries = [
            each
            for change in differences(kind, step)
            if isinstance(change, ListDifference) and change.path[-1] == "users"
            for each in (*change.removed, *change.added)
        ]
    return {int(each) for each in entries if isinstance(each, int | float)}


def as_created(step: Step) -> Mapping[str, Any]:
    """Return the fields of a resource that comes or goes."""
    state: Mapping[str, Any] = _open(dict(step.new_inputs or step.old_inputs))
    return state
