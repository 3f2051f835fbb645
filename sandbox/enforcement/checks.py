"""Requirements for commits: checked, up to date, signed, without merges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.enforcement.check_suites import check_name, check_state, of_commit
from sandbox.git import objects
from sandbox.shapes.apps import app_number
from sandbox.world.kinds.accounts import APP
from sandbox.world.kinds.code import COMMIT, STATUS, Commit

if TYPE_CHECKING:
    from sandbox.enforcement.attempt import Attempt
    from sandbox.world.records import Record
    from sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class Wanted:
    """A required status check: its name, and the number of the App that has to report it."""

    context: str
    app: int | None = None


def tested(attempt: Attempt) -> str:
    """Return the commit whose checks count: a pull request's head, or what is pushed."""
    pull = attempt.update.pull
    return str(attempt.update.after if pull is None else pull.data["head_sha"])


def violations(attempt: Attempt, wanted: list[Wanted], *, strict: bool) -> list[str]:
    """Return which required checks have not succeeded, and whether the head is out of date.

    Args:
        attempt: The attempt.
        wanted: The required checks.
        strict: Whether a pull request's head has to hold all of its base.
    """
    commit = attempt.world.find(COMMIT, tested(attempt), attempt.repository.id)
    missing = [
        f'Required status check "{each.context}" is expected.'
        for each in wanted
        if commit is None or not _succeeded(attempt, commit, each)
    ]
    if strict and attempt.update.pull is not None and commit is not None:
        history = objects.history(attempt.world, attempt.repository, commit)
        if attempt.update.before not in {each.name for each in history}:
            missing.append("Head branch is out of date. Review and try the merge again.")
    return missing


def _succeeded(attempt: Attempt, commit: Record[Commit], wanted: Wanted) -> bool:
    """Return whether the newest report of a check is a success; skipped and neutral count as one.

    A status reports it, an App's check run, or a job of a workflow, which is a check run of GitHub
    Actions by the job's name.
    """
    world = attempt.world
    found: list[tuple[int, str | None]] = [
        (each.id, each.data["state"])
        for each in world.all(STATUS, commit.id)
        if each.data["context"] == wanted.context
        and wanted.app in (None, _number(world, each.data["app"]))
    ]
    for suite in of_commit(world, attempt.repository, commit):
        if wanted.app in (None, app_number(suite.app)):
            found += [
                (each.id, check_state(each))
                for each in suite.checks
                if check_name(each) == wanted.context
            ]
    return max(found, default=(0, None))[1] in ("success", "skipped", "neutral")


def _number(world: World, app: int | None) -> int | None:
    reporter = world.get(APP, app) if app else None
    return None if reporter is None else app_number(reporter)


def unsigned(attempt: Attempt) -> list[str]:
    """Return whether a new commit has no verified signature."""
    if all((commit.data.get("verification") or {}).get("verified") for commit in attempt.commits):
        return []
    return ["Commits must have verified signatures."]


def merges(attempt: Attempt) -> list[str]:
    """Return whether a new commit has more than one parent."""
    if any(len(commit.data["parents"]) > 1 for commit in attempt.commits):
        return ["This branch must not contain merge commits."]
    return []
