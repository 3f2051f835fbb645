"""Concurrency groups: one run or job of a group at a time, and one that is pending.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#concurrency

A group belongs to the repository, whichever workflow names it, and its case does not matter. What
waits for an approval holds its group; so does a workflow for as long as one of its jobs has to run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.runs.expressions import ExpressionError, as_text, filled, truthy
from sandbox.world.kinds.actions import GROUP_MEMBER, JOB, RUN, GroupMember, Job, Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World

WHOLE_RUN = "run"
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


def enter(
    world: World,
    repository: Record[Repository],
    run: Record[Run],
    scope: str,
    wanted: dict[str, Any],
) -> str:
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
    name = wanted["group"].casefold()
    others = [each for each in _members(world, repository) if each.data["group"].casefold() == name]
    mine = next((each for each in others if _is(each, run, scope)), None)
    others = [each for each in others if mine is None or each.id != mine.id]
    running = [each for each in others if each.data["state"] == "running"]
    if mine is None:
        return str(_join(world, repository, run, scope, wanted, others).data["state"])
    if mine.data["state"] == "pending" and not running:
        first = min(
            (each.id for each in others if each.data["state"] == "pending"), default=mine.id
        )
        if mine.id <= first:
            mine = world.change(mine, state="running")
    return str(mine.data["state"])


def _join(  # noqa: PLR0917 - what joins, and what it finds
    world: World,
    repository: Record[Repository],
    run: Record[Run],
    scope: str,
    wanted: dict[str, Any],
    others: list[Record[GroupMember]],
) -> Record[GroupMember]:
    state, reason = "running", None
    live = [each for each in others if each.data["state"] in ("running", "pending")]
    if any(
        each.data["run"] == run.id and each.data["state"] == "running" and _above(each, scope)
        for each in live
    ):
        state = "cancelled"
        reason = (
            f"Canceling since a deadlock for concurrency group '{wanted['group']}' was detected "
            "between 'top level workflow' and this job"
        )
    elif wanted["cancel"]:
        _supersede(world, live, wanted["group"])
    elif any(each.data["state"] == "running" for each in live):
        state = "pending"
        waiting = [each for each in live if each.data["state"] == "pending"]
        if wanted["queue"] != "max":
            _supersede(world, waiting, wanted["group"])
        elif len(waiting) >= _QUEUE_LIMIT:
            state, reason = (
                "cancelled",
                f"The queue of concurrency group '{wanted['group']}' is full",
            )
    data = GroupMember(
        group=wanted["group"],
        run=run.id,
        attempt=run.data["attempt"],
        scope=scope,
        state=state,
        reason=reason,
    )
    return world.make(GROUP_MEMBER, repository.id, "", data)


def _above(holder: Record[GroupMember], scope: str) -> bool:
    """Return whether a holder of the same run contains a scope: the two would wait for ever."""
    return bool(holder.data["scope"] == WHOLE_RUN) or scope.startswith(f"{holder.data['scope']}/")


def _supersede(world: World, members: list[Record[GroupMember]], name: str) -> None:
    reason = f"Canceling since a higher priority waiting request for '{name}' exists"
    for each in members:
        world.change(each, state="cancelled", reason=reason)


def _is(member: Record[GroupMember], run: Record[Run], scope: str) -> bool:
    return bool(
        member.data["run"] == run.id
        and member.data["scope"] == scope
        and member.data["attempt"] == run.data["attempt"]
    )


def _members(world: World, repository: Record[Repository]) -> list[Record[GroupMember]]:
    """Return who is in the groups of a repository; those whose run or jobs have ended leave."""
    found = []
    for each in world.all(GROUP_MEMBER, repository.id):
        if _ended(world, each):
            world.remove(each)
        else:
            found.append(each)
    return found


def _ended(world: World, member: Record[GroupMember]) -> bool:
    run = world.get(RUN, member.data["run"])
    if (
        run is None
        or run.data["status"] == "completed"
        or run.data["attempt"] != member.data["attempt"]
    ):
        return True
    jobs = within(world, run, member.data["scope"])
    return all(job.data["status"] == "completed" for job in jobs)


def within(world: World, run: Record[Run], scope: str) -> list[Record[Job]]:
    """Return the jobs of a scope."""
    return [
        job
        for job in world.all(JOB, run.id)
        if scope == WHOLE_RUN
        or any(each["scope"] == scope for each in job.data.get("groups") or ())
    ]


def lost(world: World, run: Record[Run]) -> list[tuple[str, str]]:
    """Return the scopes of a run that another one's request has cancelled, with the reason."""
    return [
        (each.data["scope"], each.data["reason"] or "")
        for each in world.all(GROUP_MEMBER, run.parent)
        if each.data["run"] == run.id
        and each.data["attempt"] == run.data["attempt"]
        and each.data["state"] == "cancelled"
    ]


def to_wake(world: World, repository: Record[Repository]) -> set[int]:
    """Return the runs that can go on since a group changed: freed ones and cancelled ones."""
    members = _members(world, repository)
    held = {each.data["group"].casefold() for each in members if each.data["state"] == "running"}
    return {
        each.data["run"]
        for each in members
        if each.data["state"] == "cancelled"
        or (each.data["state"] == "pending" and each.data["group"].casefold() not in held)
    }
