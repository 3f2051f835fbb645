"""The contexts of expressions: what `github`, `needs`, `matrix`, `inputs` and others hold.

Source: https://docs.github.com/actions/reference/workflows-and-actions/contexts#context-availability
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.runs import inputs, visible
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.actions import JOB, Job, Run
from sandbox.world.ref_names import short_name

if TYPE_CHECKING:
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World

_WORST_FIRST = ("failure", "cancelled", "skipped", "success")


def of_run(world: World, repository: Record[Repository], run: Record[Run]) -> dict[str, Any]:
    """Return what every expression of a run may name."""
    account = owner(world, repository)
    actor, again = (world.get(USER, run.data[each]) for each in ("actor", "triggering_actor"))
    ref = str(run.data["ref"])
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    github = {
        "actor": "" if actor is None else actor.name,
        "actor_id": str(run.data["actor"]),
        "base_ref": run.data["base"] or "",
        "event": {
            "inputs": inputs.as_event(run.data["inputs"]),
            "action": run.data["type"],
            **run.data["payload"],
        },
        "event_name": run.data["event"],
        "head_ref": run.data["head_branch"] if run.data["pull"] else "",
        "ref": ref,
        # a pull request's is `1/merge`
        "ref_name": ref.removeprefix("refs/pull/")
        if ref.startswith("refs/pull/")
        else short_name(ref),
        "ref_type": kind,
        "repository": f"{account.name}/{repository.name}",
        "repository_id": str(repository.id),
        "repository_owner": account.name,
        "repository_owner_id": str(account.id),
        "run_attempt": str(run.data["attempt"]),
        "run_id": str(run.id),
        "run_number": str(run.data["number"]),
        "sha": run.data["sha"],
        "triggering_actor": "" if again is None else again.name,
        "workflow": run.data["workflow_name"],
    }
    variables = visible.variables(world, repository, None)
    return {"github": github, "inputs": run.data["inputs"], "vars": variables}


def of_condition(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> dict[str, Any]:
    """Return what a job's `if` and `strategy` may name: no matrix yet."""
    own = job.data.get("inputs")
    found = of_run(world, repository, run)
    return found | {
        "inputs": found["inputs"] if own is None else own,
        "needs": _needs(job, needed(world, run, job)),
    }


def of_job(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> dict[str, Any]:
    """Return what a job's `name`, `environment`, `concurrency` and `with` may name."""
    return {
        **of_condition(world, repository, run, job),
        "matrix": job.data["matrix"] or {},
        "strategy": job.data.get("strategy_context") or {},
    }


def needed(world: World, run: Record[Run], job: Record[Job]) -> list[Record[Job]]:
    """Return the jobs that a job's own `needs` name; a calling job stands for all that it calls."""
    return _named(world, run, job.data["needs"])


def _named(world: World, run: Record[Run], keys: list[str]) -> list[Record[Job]]:
    return [
        each
        for each in world.all(JOB, run.id)
        if any(each.data["key"] == key or each.data["key"].startswith(f"{key}/") for key in keys)
    ]


def awaited(world: World, run: Record[Run], job: Record[Job]) -> list[Record[Job]]:
    """Return the jobs that have to end before a job: its own needs, and those of what calls it."""
    return _named(world, run, [*job.data["needs"], *job.data.get("after", [])])


def ancestors(world: World, run: Record[Run], job: Record[Job]) -> list[Record[Job]]:
    """Return the jobs that a job needs, what those need, and so on.

    `success()` and `failure()` look at all of them: a job is skipped when a need of its need was,
    as https://github.com/actions/runner/issues/2205 describes.
    """
    found: dict[int, Record[Job]] = {}
    left = needed(world, run, job)
    while left:
        each = left.pop()
        if each.id not in found:
            found[each.id] = each
            left += needed(world, run, each)
    return list(found.values())


def _needs(job: Record[Job], before: list[Record[Job]]) -> dict[str, dict[str, Any]]:
    """Return the `needs` context: of the jobs that a key stands for, the worst result counts."""
    found = {}
    for need in job.data["needs"]:
        jobs = [each for each in before if f"{each.data['key']}/".startswith(f"{need}/")]
        ends = {each.data["conclusion"] for each in jobs}
        result = next((each for each in _WORST_FIRST if each in ends), "success")
        outputs: dict[str, str] = {}
        for each in jobs:
            outputs |= each.data.get("outputs") or {}
        found[need.rpartition("/")[2]] = {"result": result, "outputs": outputs}
    return found
