"""Newer commits for pinned actions: a release's own tag, old enough, and never anything else."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from portcullis.pins import tags
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

TABLE = "workflows/pins.yaml"
"""The table of the actions in managed workflow files."""
_ALSO = (".github/**/*.yml", "docs/**/*.md")
"""Files that pin actions for themselves, or show a pin."""
_IN_TABLE = re.compile(
    r"^  (?P<action>[\w.-]+/[\w.-]+): \{version: (?P<version>\S+), sha: (?P<sha>[0-9a-f]{40})\}",
    re.MULTILINE,
)
_IN_WORKFLOW = re.compile(
    r"uses: (?P<action>[\w.-]+/[\w.-]+)(?:/\S+)?@(?P<sha>[0-9a-f]{40}) # (?P<version>\S+)"
)
_MOST_TRIES = 10
"""Releases of an action whose age is asked for, newest first."""


@dataclass(frozen=True)
class Pin:
    """An action at a commit."""

    action: str
    """Its repository on GitHub, such as `actions/checkout`."""
    version: str
    sha: str


@dataclass(frozen=True)
class Refreshed:
    """What the tags of an action's repository say about its pin."""

    old: Pin
    status: Literal["newest", "newer", "refused"]
    new: Pin
    notes: tuple[str, ...] = ()


def pinned(root: Path, actions: Collection[str] | None = None) -> list[Pin]:
    """Return the pins of the table, and those of the project's own workflow files.

    Args:
        root: The project's folder.
        actions: Those that are wanted; None: all.

    Raises:
        UserError: There is no table, nothing in it, or an action that is not pinned.
    """
    table = root / TABLE
    if not table.is_file():
        raise UserError(f"{TABLE}: there is no such file")
    found = [Pin(**each.groupdict()) for each in _IN_TABLE.finditer(table.read_text("utf-8"))]
    if not found:
        raise UserError(
            f"{TABLE}: no pins; allowed: lines such as "
            "`  owner/action: {version: v1.2.3, sha: 40 hexadecimal digits}`"
        )
    for path in sorted(root.glob(_ALSO[0])):
        text = path.read_text("utf-8")
        found += [Pin(**each.groupdict()) for each in _IN_WORKFLOW.finditer(text)]
    names = {each.action for each in found}
    if unknown := sorted(set(actions or ()) - names):
        allowed = ", ".join(sorted(names))
        raise UserError(f"not pinned here: {', '.join(unknown)}; allowed: {allowed}")
    return [each for each in dict.fromkeys(found) if not actions or each.action in actions]


def refresh(pin: Pin, source: str, *, days: int, major: bool) -> Refreshed:
    """Return the newest pin of an action.

    Args:
        pin: The pin as it is.
        source: Where repositories are, such as `https://github.com`.
        days: How old a release has to be.
        major: Whether the first number of the version may change.
    """
    url = f"{source.rstrip('/')}/{pin.action}"
    try:
        found = tags.commits(url)
    except tags.TagsError as error:
        return Refreshed(pin, "refused", pin, (f"its tags cannot be read: {error}",))
    current = tags.number(pin.version)
    if found.get(pin.version) != pin.sha or current is None:
        there = found.get(pin.version, "missing")
        what = (
            f"its tag {pin.version} is {there} there, and the pin is {pin.sha}: if somebody moved "
            "the tag, treat the action as compromised"
        )
        return Refreshed(pin, "refused", pin, (what,))
    newer = sorted(
        (version for version in found if (tags.number(version) or current) > current),
        key=lambda version: tags.number(version) or current,
        reverse=True,
    )
    other = [each for each in newer if (tags.number(each) or current)[0] != current[0]]
    notes = () if major or not other else (f"{other[0]} is there: read its notes, then --major",)
    allowed = [each for each in newer if major or each not in other]
    stays = Refreshed(pin, "newest", pin, notes)
    return _old_enough(stays, url, {each: found[each] for each in allowed}, days)


def _old_enough(stays: Refreshed, url: str, newer: Mapping[str, str], days: int) -> Refreshed:
    """Return the newest of some releases that is as old as it has to be."""
    limit = datetime.now(UTC) - timedelta(days=days)
    notes = stays.notes
    for version, commit in list(newer.items())[:_MOST_TRIES]:
        try:
            made = tags.made(url, version, commit)
        except tags.TagsError as error:
            return replace(stays, status="refused", notes=(*notes, f"{version}: {error}"))
        if made <= limit:
            new = Pin(stays.old.action, version, commit)
            return Refreshed(stays.old, "newer", new, notes)
        notes = (*notes, f"{version} is of {made:%Y-%m-%d}, younger than {days} days")
    return replace(stays, notes=notes)


def rewritten(root: Path, found: Iterable[Refreshed]) -> dict[str, tuple[str, str]]:
    """Return the files that change, by path below the project: each as it is, and as it will be."""
    changes = [(each.old, each.new) for each in found if each.status == "newer"]
    files: dict[str, tuple[str, str]] = {}
    for path in [root / TABLE, *(path for glob in _ALSO for path in sorted(root.glob(glob)))]:
        text = now = path.read_text("utf-8")
        for old, new in changes:
            for form in (
                "{action}: {{version: {version}, sha: {sha}}}",
                "{action}@{sha} # {version}",
            ):
                text = text.replace(_written(form, old), _written(form, new))
            text = re.sub(
                rf"({re.escape(old.action)}/\S+@){old.sha} # {re.escape(old.version)}(?=\s)",
                rf"\g<1>{new.sha} # {new.version}",
                text,
            )
        if text != now:
            files[str(path.relative_to(root))] = (now, text)
    return files


def _written(form: str, pin: Pin) -> str:
    return form.format(action=pin.action, version=pin.version, sha=pin.sha)
