"""Concurrency groups: one run or job of a group at a time, and one that is pending.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#concurrency

A group belongs to the repository, whichever workflow names it, and its case does not matter. What
waits for an approval holds its group; so does a workflow for as long as one of its jobs has to run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.runs.expressions import ExpressionError, as_text, filled, truthy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.world.records import Record
    from sandbox.world.world import World

KIND = "concurrency"
"""The kind of a record that holds, or waits for, a group of its repository."""
RUN = "run"
"""The scope of a whole run; that of a job or of a called workflow is a text of its own."""
_QUEUE_LIMIT = 100


def mistake(given: object) -> str | None:
    """Return what is wrong with a `concurrency`, or None."""
    if given is None or isinstance(given, str):
        return None
    if not isinstance(given, dict) or not isinstance(given.get("group"), str | int | float):
        return "concurrency: neither a group nor a map with a group"
    unknown = sorted(str(key) for key in given.keys() - {"group", "cancel-in-progress", "queue"})
    if unknown:
        return f"concurrency: unexpected value: {', '.join(unknown)}"
    if given.get("queue", "single") not in ("single", "max"):
        return "concurrency: queue: allowed: single, max"
    if given.get("queue") == "max" and given.get("cancel-in-progress", False) is not False:
        return "concurrency: queue: max does not go together with cancel-in-progress"
    return None


def group(given: object, contexts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a `concurrency` evaluated, or None where there is none.

    Raises:
        ExpressionError: It cannot be evaluated, or its group is empty.
    """
    if given is None:
        return None
    about = given if isinstance(given, dict) else {"group": given}
    name = as_text(filled(about["group"], contexts))
    if not name:
        raise ExpressionError("concurrency: the group is empty")
    cancel = filled(about.get("cancel-in-progress", False), contexts)
    return {"group": name, "cancel": truthy(cancel), "queue": about.get("queue", "single")}


def enter(world: World, repository: Record, run: Record, scope: str, wanted: dict[str, Any]) -> str:
    """Let a scope of a run into a group, or let it wait; return where it stands.

    Args:
        world: The world.
        repository: The repository.
        run: The run.
        scope: The whole run, one of its calls or one of its jobs.
        wanted: The group, evaluated.

    Returns:
        `running`, `pending` or `cancelled`; `lost` has the reason.
    """
    others = _members(world, repository, wanted["group"])
    mine = next((each for each in others if _is(each, run, scope)), None)
    others = [each for each in others if mine is None or each.id != mine.id]
    running = [each for each in others if each["state"] == "running"]
    if mine is None:
        return str(_join(world, repository, run, scope, wanted, others)["state"])
    if mine["state"] == "pending" and not running:
        first = min((each.id for each in others if each["state"] == "pending"), default=mine.id)
        if mine.id <= first:
            mine = world.change(mine, state="running")
    return str(mine["state"])


def _join(  # noqa: PLR0917 - what joins, and what it finds
    world: World,
    repository: Record,
    run: Record,
    scope: str,
    wanted: dict[str, Any],
    others: list[Record],
) -> Record:
    state, reason = "running", None
    live = [each for each in others if each["state"] in ("running", "pending")]
    if any(
        each["run"] == run.id and each["state"] == "running" and _above(each, scope)
        for each in live
    ):
        state = "cancelled"
        reason = (
            f"Canceling since a deadlock for concurrency group '{wanted['group']}' was detected "
            "between 'top level workflow' and this job"
        )
    elif wanted["cancel"]:
        _supersede(world, live, wanted["group"])
    elif any(each["state"] == "running" for each in live):
        state = "pending"
        waiting = [each for each in live if each["state"] == "pending"]
        if wanted["queue"] != "max":
            _supersede(world, waiting, wanted["group"])
        elif len(waiting) >= _QUEUE_LIMIT:
            state, reason = (
                "cancelled",
                f"The queue of concurrency group '{wanted['group']}' is full",
            )
    return world.add(
        KIND,
        repository.id,
        group=wanted["group"],
        run=run.id,
        attempt=run["attempt"],
        scope=scope,
        state=state,
        reason=reason,
    )


def _above(holder: Record, scope: str) -> bool:
    """Return whether a holder of the same run contains a scope: the two would wait for ever."""
    return bool(holder["scope"] == RUN) or scope.startswith(f"{holder['scope']}/")


def _supersede(world: World, members: list[Record], name: str) -> None:
    reason = f"Canceling since a higher priority waiting request for '{name}' exists"
    for each in members:
        world.change(each, state="cancelled", reason=reason)


def _is(member: Record, run: Record, scope: str) -> bool:
    return bool(
        member["run"] == run.id and member["scope"] == scope and member["attempt"] == run["attempt"]
    )


def _members(world: World, repository: Record, name: str) -> list[Record]:
    """Return who is in a group; those whose run or jobs have ended leave it."""
    found = []
    for each in world.all(KIND, repository.id):
        if each["group"].casefold() != name.casefold():
            continue
        if _ended(world, each):
            world.remove(each)
        else:
            found.append(each)
    return found


def _ended(world: World, member: Record) -> bool:
    run = world.get("run", member["run"])
    if run is None or run["status"] == "completed" or run["attempt"] != member["attempt"]:
        return True
    jobs = within(world, run, member["scope"])
    return all(job["status"] == "completed" for job in jobs)


def within(world: World, run: Record, scope: str) -> list[Record]:
    """Return the jobs of a scope."""
    return [
        job
        for job in world.all("job", run.id)
        if scope == RUN or any(each["scope"] == scope for each in job.get("groups") or ())
    ]


def lost(world: World, run: Record) -> list[tuple[str, str]]:
    """Return the scopes of a run that another one's request has cancelled, with the reason."""
    return [
        (each["scope"], each["reason"])
        for each in world.all(KIND, run.parent)
        if each["run"] == run.id
        and each["attempt"] == run["attempt"]
        and each["state"] == "cancelled"
    ]


def to_wake(world: World, repository: Record) -> set[int]:
    """Return the runs that can go on since a group changed: freed ones and cancelled ones."""
    members = [each for each in world.all(KIND, repository.id) if not _ended(world, each)]
    held = {each["group"].casefold() for each in members if each["state"] == "running"}
    return {
        each["run"]
        for each in members
        if each["state"] == "cancelled"
        or (each["state"] == "pending" and each["group"].casefold() not in held)
    }
