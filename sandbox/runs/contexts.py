"""The contexts of expressions: what `github`, `needs`, `matrix`, `inputs` and others hold.

Source: https://docs.github.com/actions/reference/workflows-and-actions/contexts#context-availability
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.runs import inputs, visible
from sandbox.runs.expressions import fill
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
        "needs": _needs(world, repository, run, job),
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


def counts_as(job: Record[Job]) -> str | None:
    """Return what a job's end counts as, for the run and for the jobs that need it.

    With `continue-on-error`, a failure counts as success there; the job itself has failed.
    """
    tolerated = job.data["conclusion"] == "failure" and job.data.get("tolerated")
    return "success" if tolerated else job.data["conclusion"]


def _needs(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> dict[str, dict[str, Any]]:
    """Return the `needs` context: by the keys of a file, results and outputs."""
    return {
        need.rpartition("/")[2]: _outcome(world, repository, run, need)
        for need in job.data["needs"]
    }


def _outcome(
    world: World, repository: Record[Repository], run: Record[Run], key: str
) -> dict[str, Any]:
    """Return result and outputs of what a key stands for: of several jobs the worst result."""
    jobs = _named(world, run, [key])
    ends = {counts_as(each) for each in jobs}
    result = next((each for each in _WORST_FIRST if each in ends), "success")
    outputs: dict[str, str] = {}
    for each in jobs:
        if each.data["key"] == key:
            outputs |= each.data.get("outputs") or {}
    inner = [each for each in jobs if each.data["key"] != key]
    return {"result": result, "outputs": _given(world, repository, run, key, inner) or outputs}


def _given(
    world: World,
    repository: Record[Repository],
    run: Record[Run],
    key: str,
    inner: list[Record[Job]],
) -> dict[str, str]:
    """Return the outputs that a called workflow declares, from those of its jobs."""
    callers = (caller for each in inner for caller in each.data.get("callers", ()))
    call = next((each for each in callers if each["key"] == key), None)
    if call is None:
        return {}
    below = {each.data["key"].removeprefix(f"{key}/").partition("/")[0] for each in inner}
    known = {
        **of_run(world, repository, run),
        "inputs": call["inputs"],
        "jobs": {each: _outcome(world, repository, run, f"{key}/{each}") for each in below},
    }
    return {name: fill(text, known) for name, text in call["outputs"].items()}
