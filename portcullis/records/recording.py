"""Record a run: begun before anything changes, finished whatever comes of it."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import uuid
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from rich.text import Text

from portcullis.plan.made import commit, plan
from portcullis.project import UserError
from portcullis.records.keys import private_key
from portcullis.records.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from rich.console import Console

    from portcullis.plan.made import Found
    from portcullis.project import StackSettings

VERSION = 1
"""Of the entries."""

_WHO = {
    "actor": "GITHUB_ACTOR",
    "started_by": "GITHUB_TRIGGERING_ACTOR",
    "repository": "GITHUB_REPOSITORY",
    "workflow_run": "GITHUB_RUN_ID",
}
"""What the environment says on who runs this; none of it is secret."""

_COMMANDS = {False: "preview", True: "up"}


@contextmanager
def recorded(
    settings: StackSettings, found: Found, console: Console, *, change: bool
) -> Iterator[None]:
    """Record a run, and close the records of runs that were killed.

    Args:
        settings: The stack.
        found: What the run finds, filled while it goes on.
        console: Where the entry is named by which the records can be verified.
        change: Whether it is an update.

    Raises:
        UserError: The record cannot be written, or the key is none.
    """
    store, run = Store.of(settings), uuid.uuid4().hex
    with ExitStack() as held:
        try:
            key = private_key(os.environ)
            _close_killed(store, settings, key)
            held.enter_context(store.running(run))
            begun = {
                "command": _COMMANDS[change],
                "who": _who(settings, os.environ),
                "commit": commit(settings.root, os.environ),
            }
            store.append(_entry("begun", run, settings, begun), key)
        except UserError as error:
            raise UserError(f"nothing was changed: {error}") from None
        result, failure = "interrupted", ""
        try:
            yield
            result = "done" if change else "passes"
        except Exception as error:
            result = _failed(found)
            failure = f"{error}\n" if isinstance(error, UserError) else ""
            raise
        finally:
            said = {"result": result, **_what(found, settings)}
            try:
                last = store.append(_entry("finished", run, settings, said), key)
            except UserError as error:
                # what stopped the run is not lost because its record is
                raise UserError(f"{failure}{error}") from None
            if change:
                console.print(Text(f"{'record':<10} {last['number']}:{last['hash']}"))


def _entry(kind: str, run: str, settings: StackSettings, said: Mapping[str, Any]) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    place = {"version": VERSION, "kind": kind, "run": run, "stack": settings.name, "at": now}
    return {**place, "organization": settings.organization, **said}


def _who(settings: StackSettings, environ: Mapping[str, str]) -> dict[str, str]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may have no name for its user
        user = str(os.getuid())
    app = settings.config.get("portcullis:githubApp")
    number = app.get("id") if isinstance(app, dict) else None
    return {
        "user": user,
        **({"app": str(number)} if number else {}),
        **{name: environ[each] for name, each in _WHO.items() if environ.get(each)},
    }


def _close_killed(store: Store, settings: StackSettings, key: Ed25519PrivateKey | None) -> None:
    """Write for each run that began and can never finish that it was interrupted."""
    for run in unfinished(store):
        if not store.is_running(run):
            store.append(_entry("finished", run, settings, {"result": "interrupted"}), key)


def unfinished(store: Store) -> list[str]:
    """Return the runs that have begun and not finished; lines that are no entries are left out."""
    begun: dict[str, None] = {}
    for line in store.content().splitlines():
        try:
            entry = json.loads(line)
            kind, run = entry["kind"], str(entry["run"])
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if kind == "begun":
            begun[run] = None
        else:
            begun.pop(run, None)
    return list(begun)


def _failed(found: Found) -> str:
    if found.run and any(each.level == "mandatory" for each in found.run.findings):
        return "refused"
    return "stopped by a guard" if found.judgement and found.judgement.stops else "failed"


def _what(found: Found, settings: StackSettings) -> dict[str, Any]:
    """Return what a run found and did: that of its plan, and the unlocks that it used."""
    made = plan(found, settings).model_dump(mode="json")
    kept = ("organization", "live", "changes", "unprotected", "files", "reach", "exemptions")
    unlocked = found.judgement.unlocked if found.judgement else ()
    return {
        **{name: made[name] for name in (*kept, "drift", "guards")},
        "plan": made["digest"] if found.files else None,
        "findings": [
            {**each, "message": each["message"].partition("\n")[0]} for each in made["findings"]
        ],
        "unlocks": [{"unlock": unlock, "what": stop.what} for stop, unlock in unlocked],
    }
