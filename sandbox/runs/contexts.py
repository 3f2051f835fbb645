"""The contexts of expressions: what `github`, `needs`, `matrix`, `inputs` and others hold.

Source: https://docs.github.com/actions/reference/workflows-and-actions/contexts#context-availability
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.runs import inputs, visible
from sandbox.world.ref_names import short_name

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World

_WORST_FIRST = ("failure", "cancelled", "skipped", "success")


def of_run(world: World, repository: Record, run: Record) -> dict[str, Any]:
    """Return what every expression of a run may name."""
    account = owner(world, repository)
    actor, again = (world.get("user", run[each]) for each in ("actor", "triggering_actor"))
    ref = str(run["ref"])
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    github = {
        "actor": "" if actor is None else actor.name,
        "actor_id": str(run["actor"]),
        "base_ref": run["base"] or "",
        "event": {
            "inputs": inputs.as_event(run["inputs"]),
            "action": run["type"],
            **run["payload"],
        },
        "event_name": run["event"],
        "head_ref": run["head_branch"] if run["pull"] else "",
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
        "run_attempt": str(run["attempt"]),
        "run_id": str(run.id),
        "run_number": str(run["number"]),
        "sha": run["sha"],
        "triggering_actor": "" if again is None else again.name,
        "workflow": run["workflow_name"],
    }
    variables = visible.variables(world, repository, None)
    return {"github": github, "inputs": run["inputs"], "vars": variables}


def of_condition(world: World, repository: Record, run: Record, job: Record) -> dict[str, Any]:
    """Return what a job's `if` and `strategy` may name: no matrix yet."""
    own = job.get("inputs")
    found = of_run(world, repository, run)
    return found | {
        "inputs": found["inputs"] if own is None else own,
        "needs": _needs(job, needed(world, run, job)),
    }


def of_job(world: World, repository: Record, run: Record, job: Record) -> dict[str, Any]:
    """Return what a job's `name`, `environment`, `concurrency` and `with` may name."""
    return {
        **of_condition(world, repository, run, job),
        "matrix": job["matrix"] or {},
        "strategy": job.get("strategy_context") or {},
    }


def needed(world: World, run: Record, job: Record) -> list[Record]:
    """Return the jobs that a job's own `needs` name; a calling job stands for all that it calls."""
    return _named(world, run, job["needs"])


def _named(world: World, run: Record, keys: list[str]) -> list[Record]:
    return [
        each
        for each in world.all("job", run.id)
        if any(each["key"] == key or each["key"].startswith(f"{key}/") for key in keys)
    ]


def awaited(world: World, run: Record, job: Record) -> list[Record]:
    """Return the jobs that have to end before a job: its own needs, and those of what calls it."""
    return _named(world, run, [*job["needs"], *job.get("after", [])])


def ancestors(world: World, run: Record, job: Record) -> list[Record]:
    """Return the jobs that a job needs, what those need, and so on.

    `success()` and `failure()` look at all of them: a job is skipped when a need of its need was,
    as https://github.com/actions/runner/issues/2205 describes.
    """
    found: dict[int, Record] = {}
    left = needed(world, run, job)
    while left:
        each = left.pop()
        if each.id not in found:
            found[each.id] = each
            left += needed(world, run, each)
    return list(found.values())


def _needs(job: Record, before: list[Record]) -> dict[str, dict[str, Any]]:
    """Return the `needs` context: of the jobs that a key stands for, the worst result counts."""
    found = {}
    for need in job["needs"]:
        jobs = [each for each in before if f"{each['key']}/".startswith(f"{need}/")]
        ends = {each["conclusion"] for each in jobs}
        result = next((each for each in _WORST_FIRST if each in ends), "success")
        outputs: dict[str, str] = {}
        for each in jobs:
            outputs |= each.get("outputs") or {}
        found[need.rpartition("/")[2]] = {"result": result, "outputs": outputs}
    return found
