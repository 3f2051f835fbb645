"""Which of the values of a `.env` file goes where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from portcullis.esc.files import STAGES, load
from portcullis.project import UserError
from portcullis.secrets.import_env import Entry, Place, refuse
from portcullis.secrets.writers.destinations import DESTINATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ALLOWED = "esc:<project>, vault:<mount>/<path>, aws:<name>, ssm:/<path>, or config"


class Target(NamedTuple):
    """What `--to`, `--group` and `--stage` say."""

    destination: str
    path: str
    group: str
    stage: str


def target(to: str, group: str, stage: str) -> Target:
    """Read the options.

    Raises:
        UserError: they name no destination.
    """
    destination, _, path = to.partition(":")
    if destination not in DESTINATIONS or bool(path) != (destination != "config"):
        raise UserError(f"--to: is no destination; allowed: {_ALLOWED}")
    if destination == "ssm" and not path.startswith("/"):
        raise UserError("--to: a parameter's path begins with a slash: ssm:/<path>")
    if destination == "esc" and stage not in STAGES:
        raise UserError(f"--stage: is no stage; allowed: {', '.join(STAGES)}")
    return Target(destination, path, group, stage)


def choose(chosen: Target, entries: Sequence[Entry], file: Path, root: Path) -> dict[str, Place]:
    """Return the place of each name; without `--group`, the files in `esc/` have the group.

    Raises:
        UserError: with every name that has no group.
    """
    if chosen.destination != "esc":
        path = "/".join(part for part in (chosen.path.rstrip("/"), chosen.group) if part)
        return {entry.name: Place(path, entry.name) for entry in entries}
    if "/" in chosen.path:  # an environment by its whole name
        return {entry.name: Place(chosen.path, entry.name) for entry in entries}
    groups = {entry.name: chosen.group for entry in entries}
    if not chosen.group:
        by_key = load(root).groups_by_key(chosen.path)
        groups = {entry.name: by_key.get(entry.name, "") for entry in entries}
        refuse(
            file,
            [
                (each.line, f"{each.name}: no file in esc/{chosen.path}/ lists it; say --group")
                for each in entries
                if not groups[each.name]
            ],
        )
    return {
        name: Place(f"{chosen.path}/{group}-{chosen.stage}", name) for name, group in groups.items()
    }
