"""Check suites: the checks of one App, or of one workflow run, for a commit.

They are not kept: a suite is the check runs of one App for one commit, or a workflow's run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.runs import tokens

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World

_WORST = ("failure", "timed_out", "cancelled", "action_required", "stale", "success", "neutral")
"""Conclusions, the one that counts for all first."""


@dataclass(frozen=True, slots=True)
class Suite:
    """The checks of one App, or of one workflow's run, for a commit.

    Attributes:
        id: The run's id, or that of the App's first check run.
        app: Who reports.
        commit: What is checked.
        checks: The check runs, or the run's jobs.
        run: The workflow's run; None for other Apps.
    """

    id: int
    app: Record
    commit: Record
    checks: list[Record]
    run: Record | None = None

    @property
    def status(self) -> str:
        """The suite's status."""
        if self.run is not None:
            return str(self.run["status"])
        states = {each["status"] for each in self.checks}
        if states == {"completed"}:
            return "completed"
        return "queued" if states == {"queued"} else "in_progress"

    @property
    def conclusion(self) -> str | None:
        """The suite's conclusion; None until it is completed."""
        if self.run is not None:
            return None if self.run["conclusion"] is None else str(self.run["conclusion"])
        if self.status != "completed":
            return None
        found = {each["state"] for each in self.checks}
        return next((each for each in _WORST if each in found), "skipped")


def of_commit(world: World, repository: Record, commit: Record) -> list[Suite]:
    """Return the suites of a commit, oldest first."""
    by_app: dict[int, list[Record]] = {}
    for each in world.all("check_run", commit.id):
        by_app.setdefault(each["app"], []).append(each)
    found = [
        Suite(checks[0].id, app, commit, checks)
        for ident, checks in by_app.items()
        if (app := world.get("app", ident))
    ]
    found += [
        Suite(run.id, tokens.app(world), commit, world.all("job", run.id), run)
        for run in world.all("run", repository.id)
        if run["head_sha"] == commit.name
    ]
    return sorted(found, key=lambda suite: suite.id)


def find(world: World, repository: Record, ident: int) -> Suite | None:
    """Return a suite by its id, or None."""
    run = world.get("run", ident)
    check = world.get("check_run", ident)
    commit = None
    if run is not None:
        commit = world.find("commit", run["head_sha"], repository.id)
    elif check is not None:
        commit = world.get("commit", check.parent)
    if commit is None or commit.parent != repository.id:
        return None
    suites = of_commit(world, repository, commit)
    return next((suite for suite in suites if suite.id == ident), None)
