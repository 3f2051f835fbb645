"""How a run goes on: each job waits for the jobs that it needs, for its `if`, for its environment.

Steps are not executed: a job that may run succeeds at once, unless a test has told it otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.runs import gates, visible
from sandbox.runs.expressions import ExpressionError, Status, condition, fill
from sandbox.world.kinds import DEPLOYMENT, ENVIRONMENT, Deployment
from sandbox.world.ref_names import short_name

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World

PLANS = "job-plans"
"""The document of a repository that tells how jobs end: key to `success`, `failure`, `hold`."""


def advance(world: World, run: Record) -> Record:
    """Let a run go on as far as it can; return it."""
    repository = world.get("repository", run.parent)
    if repository is None or run["status"] == "completed":
        return run
    moved = True
    while moved:
        moved = False
        for job in world.all("job", run.id):
            if job["status"] in ("queued", "waiting"):
                after = _step(world, repository, run, job)
                moved = moved or after["status"] != job["status"]
    return _conclude(world, run)


def _conclude(world: World, run: Record) -> Record:
    jobs = world.all("job", run.id)
    states = {job["status"] for job in jobs}
    if states <= {"completed"}:
        ends = {job["conclusion"] for job in jobs}
        end = next((each for each in ("cancelled", "failure") if each in ends), "success")
        if ends == {"skipped"}:
            end = "skipped"
        return world.change(run, status="completed", conclusion=end)
    status = next(each for each in ("in_progress", "waiting", "queued") if each in states)
    return run if run["status"] == status else world.change(run, status=status)


def _step(world: World, repository: Record, run: Record, job: Record) -> Record:
    if job["status"] == "queued":
        before = needed(world, run, job)
        if any(each["status"] != "completed" for each in before):
            return job
        try:
            wanted = _wanted(world, repository, run, job, before)
            name = environment_name(world, repository, run, job) if wanted else None
        except ExpressionError as error:
            return end(world, job, "failure", str(error))
        if not wanted:
            return end(world, job, "skipped")
        if name is not None:
            job = _arrive(world, repository, run, job, name)
    if job["deployment"] is not None and job["status"] != "completed":
        return _wait(world, repository, run, job)
    return job if job["status"] == "completed" else _work(world, repository, job)


def needed(world: World, run: Record, job: Record) -> list[Record]:
    """Return the jobs that a job waits for; a calling job stands for all that it calls."""
    return [
        each
        for each in world.all("job", run.id)
        if any(each["key"] == need or each["key"].startswith(f"{need}/") for need in job["needs"])
    ]


def _results(job: Record, before: list[Record]) -> dict[str, dict[str, str]]:
    """Return the `needs` context: the worst result of the jobs that each key stands for."""
    worst = ("failure", "cancelled", "skipped", "success")
    found = {}
    for need in job["needs"]:
        ends = {e["conclusion"] for e in before if f"{e['key']}/".startswith(f"{need}/")}
        result = next((each for each in worst if each in ends), "success")
        found[need.rpartition("/")[2]] = {"result": result}
    return found


def _wanted(
    world: World, repository: Record, run: Record, job: Record, before: list[Record]
) -> bool:
    ends = {each["conclusion"] for each in before}
    status = Status(success=ends <= {"success"}, failure="failure" in ends)
    text = job["condition"]
    if text is None:
        return status.success
    contexts = {
        **contexts_of(world, repository, run),
        "needs": _results(job, before),
        "matrix": job["matrix"],
    }
    return condition(text, contexts, status)


def contexts_of(world: World, repository: Record, run: Record) -> dict[str, Any]:
    """Return the contexts that a job's `if` and `environment` may name."""
    account = owner(world, repository)
    actor, again = (world.get("user", run[each]) for each in ("actor", "triggering_actor"))
    ref = str(run["ref"])
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    github = {
        "actor": "" if actor is None else actor.name,
        "base_ref": run["base"] or "",
        "event": {"inputs": run["inputs"], "action": run["type"], **run["payload"]},
        "event_name": run["event"],
        "head_ref": run["head_branch"] if run["pull"] else "",
        "ref": ref,
        # a pull request's is `1/merge`
        "ref_name": ref.removeprefix("refs/pull/")
        if ref.startswith("refs/pull/")
        else short_name(ref),
        "ref_type": kind,
        "repository": f"{account.name}/{repository.name}",
        "repository_owner": account.name,
        "run_attempt": str(run["attempt"]),
        "run_id": str(run.id),
        "run_number": str(run["number"]),
        "sha": run["sha"],
        "triggering_actor": "" if again is None else again.name,
        "workflow": run["workflow_name"],
    }
    variables = visible.variables(world, repository, None)
    return {"github": github, "inputs": run["inputs"], "vars": variables}


def environment_name(world: World, repository: Record, run: Record, job: Record) -> str | None:
    """Return the environment that a job names, or None.

    Raises:
        ExpressionError: The name cannot be worked out.
    """
    named = job["environment"]
    if isinstance(named, dict):
        named = named.get("name")
    if named is None:
        return None
    contexts = {**contexts_of(world, repository, run), "matrix": job["matrix"]}
    return fill(str(named), contexts) or None


def _arrive(world: World, repository: Record, run: Record, job: Record, name: str) -> Record:
    """Come to an environment: a deployment begins, if the run's ref may get there."""
    gate = gates.environment(world, repository, name)
    deployment = world.make(
        DEPLOYMENT,
        repository.id,
        "",
        Deployment(
            environment=gate.name,
            ref=run["head_branch"],
            sha=run["head_sha"],
            task="deploy",
            description=None,
            payload={},
            creator=run["actor"],
            run=run.id,
            state="waiting",
            forced=False,
        ),
    )
    job = world.change(job, deployment=deployment.id, environment_id=gate.id)
    reason = gates.refused_ref(world, repository, gate, run["ref"])
    if reason is not None and gates.has_rules(world, repository):
        world.change(deployment, state="failure")
        return end(world, job, "failure", reason)
    return job


def _wait(world: World, repository: Record, run: Record, job: Record) -> Record:
    gate = world.get(ENVIRONMENT, job["environment_id"])
    deployment = world.get(DEPLOYMENT, job["deployment"])
    if gate is None or deployment is None:
        return end(world, job, "failure", "The environment is gone.")
    if gates.has_rules(world, repository):
        if gates.reviewed(world, run, deployment, "rejected"):
            world.change(deployment, state="failure")
            return end(world, job, "failure", f"The deployment to {gate.name} was rejected.")
        reason = gates.waits(world, run, gate, deployment)
        if reason is not None:
            same = job["status"] == "waiting" and job["reason"] == reason
            return job if same else world.change(job, status="waiting", reason=reason)
    world.change(deployment, state="in_progress")
    return _work(world, repository, job)


def _work(world: World, repository: Record, job: Record) -> Record:
    """Run a job: it is done at once, or held for a test to look at."""
    plans = world.document(repository.id, PLANS, {})
    plan = plans.get(job["key"], "success")
    job = world.change(job, status="in_progress", reason=None, ran=True)
    return job if plan == "hold" else end(world, job, plan)


def end(world: World, job: Record, conclusion: str, reason: str | None = None) -> Record:
    """End a job; return it."""
    deployment = None if not job["deployment"] else world.get(DEPLOYMENT, job["deployment"])
    if deployment is not None and deployment["state"] in ("waiting", "in_progress"):
        state = {"success": "success", "cancelled": "error"}.get(conclusion, "failure")
        world.change(deployment, state=state)
    return world.change(job, status="completed", conclusion=conclusion, reason=reason)
