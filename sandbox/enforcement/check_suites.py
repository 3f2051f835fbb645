"""Check suites: the checks of one App, or of one workflow run, for a commit.

They are not kept: a suite is the check runs of one App for one commit, or a workflow's run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sandbox.runs import tokens
from sandbox.world.kinds.accounts import APP, App
from sandbox.world.kinds.actions import JOB, RUN, Job, Run
from sandbox.world.kinds.code import CHECK_RUN, COMMIT, CheckRun, Commit
from sandbox.world.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.world import World

_WORST = ("failure", "timed_out", "cancelled", "action_required", "stale", "success", "neutral")
"""Conclusions, the one that counts for all first."""


Check: TypeAlias = Record[CheckRun] | Record[Job]
"""An App's check run, or a job of a workflow."""


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
    app: Record[App]
    commit: Record[Commit]
    checks: Sequence[Check]
    run: Record[Run] | None = None

    @property
    def status(self) -> str:
        """The suite's status."""
        if self.run is not None:
            return str(self.run.data["status"])
        states = {each.data["status"] for each in self.checks}
        if states == {"completed"}:
            return "completed"
        return "queued" if states == {"queued"} else "in_progress"

    @property
    def conclusion(self) -> str | None:
        """The suite's conclusion; None until it is completed."""
        if self.run is not None:
            return None if self.run.data["conclusion"] is None else str(self.run.data["conclusion"])
        if self.status != "completed":
            return None
        found = {check_state(each) for each in self.checks}
        return next((each for each in _WORST if each in found), "skipped")


def check_name(check: Check) -> str:
    """Return the name of a check: an App's check run, or a workflow's job."""
    return check.data["title"] if "title" in check.data else check.data["context"]


def check_state(check: Check) -> str | None:
    """Return the conclusion of a check; None or `pending` until it is completed."""
    return check.data["conclusion"] if "conclusion" in check.data else check.data["state"]


def of_commit(world: World, repository: Record[Repository], commit: Record[Commit]) -> list[Suite]:
    """Return the suites of a commit, oldest first."""
    by_app: dict[int, list[Record[CheckRun]]] = {}
    for each in world.all(CHECK_RUN, commit.id):
        by_app.setdefault(each.data["app"], []).append(each)
    found = [
        Suite(checks[0].id, app, commit, checks)
        for ident, checks in by_app.items()
        if (app := world.get(APP, ident))
    ]
    found += [
        Suite(run.id, tokens.app(world), commit, world.all(JOB, run.id), run)
        for run in world.all(RUN, repository.id)
        if run.data["head_sha"] == commit.name
    ]
    return sorted(found, key=lambda suite: suite.id)


def find(world: World, repository: Record[Repository], ident: int) -> Suite | None:
    """Return a suite by its id, or None."""
    run = world.get(RUN, ident)
    check = world.get(CHECK_RUN, ident)
    commit = None
    if run is not None:
        commit = world.find(COMMIT, run.data["head_sha"], repository.id)
    elif check is not None:
        commit = world.get(COMMIT, check.parent)
    if commit is None or commit.parent != repository.id:
        return None
    suites = of_commit(world, repository, commit)
    return next((suite for suite in suites if suite.id == ident), None)
