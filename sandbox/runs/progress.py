"""How a run goes on: each job waits for the jobs that it needs, for its `if`, for its environment.

Steps are not executed: a job that may run succeeds at once, unless a test has set a plan for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.runs import concurrency, contexts, gates, inputs, jobs
from sandbox.runs.expressions import ExpressionError, Status, condition, fill
from sandbox.runs.workflow import WorkflowError
from sandbox.world.kinds import DEPLOYMENT, ENVIRONMENT, Deployment

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
    if not _admitted(world, repository, run):
        return _conclude(world, run)
    moved = True
    while moved:
        moved = False
        for job in world.all("job", run.id):
            if job["status"] in ("queued", "pending", "waiting"):
                moved = _step(world, repository, run, job) or moved
    return _conclude(world, run)


def _admitted(world: World, repository: Record, run: Record) -> bool:
    """Return whether a run's concurrency group lets its jobs begin; end what others superseded."""
    wanted = run.get("concurrency")
    state = "running"
    if wanted is not None:
        state = concurrency.enter(world, repository, run, concurrency.RUN, wanted)
    for scope, reason in concurrency.lost(world, run):
        cancel(world, concurrency.within(world, run, scope), reason)
        if scope == concurrency.RUN:
            world.change(run, reason=reason)
    if state == "pending" and run["status"] != "pending":
        world.change(run, status="pending")
    return state == "running"


def cancel(world: World, chosen: list[Record], reason: str | None = None) -> None:
    """Cancel those of some jobs that have not ended."""
    for job in chosen:
        if job["status"] != "completed":
            end(world, job, "cancelled", reason)


def _conclude(world: World, run: Record) -> Record:
    run = world.get("run", run.id) or run
    found = world.all("job", run.id)
    states = {job["status"] for job in found}
    if states <= {"completed"}:
        ends = {job["conclusion"] for job in found}
        conclusion = next((each for each in ("cancelled", "failure") if each in ends), "success")
        if ends == {"skipped"}:
            conclusion = "skipped"
        return world.change(run, status="completed", conclusion=conclusion)
    if run["status"] == "pending" and states == {"queued"}:
        return run
    ranks = ("in_progress", "waiting", "pending", "queued")
    status = next(each for each in ranks if each in states)
    return run if run["status"] == status else world.change(run, status=status)


def _step(world: World, repository: Record, run: Record, job: Record) -> bool:
    """Let a job go on; return whether it did."""
    before = job["status"]
    try:
        if before == "queued":
            if any(each["status"] != "completed" for each in contexts.awaited(world, run, job)):
                return False
            if not _wanted(world, repository, run, job):
                end(world, job, "skipped")
                return True
            if job.get("matrix", {}) is None:
                # each of what it becomes has its turn next, this one too
                jobs.expand(world, repository, run, job)
                return True
        if before in ("queued", "pending"):
            job = _enter_groups(world, repository, run, job)
            if job["status"] != "queued":
                return bool(job["status"] != before)
            name = environment_name(world, repository, run, job)
            if name is not None:
                job = _arrive(world, repository, run, job, name)
    except (ExpressionError, WorkflowError, inputs.InputError) as error:
        end(world, job, "failure", str(error))
        return True
    if job["status"] != "completed":
        waits = job["deployment"] is not None
        job = _wait(world, repository, run, job) if waits else _work(world, repository, job)
    return bool(job["status"] != before)


def _enter_groups(world: World, repository: Record, run: Record, job: Record) -> Record:
    """Let a job into its concurrency groups, those of what calls it first; or let it wait."""
    scope = f"{job.get('scope', '')}/{job.id}"
    groups = list(job.get("groups") or [])
    if job.get("concurrency") is not None and all(each["scope"] != scope for each in groups):
        known = contexts.of_job(world, repository, run, job)
        own = concurrency.group(job["concurrency"], known) or {}
        groups.append({**own, "scope": scope})
        job = world.change(job, groups=groups)
    for wanted in groups:
        state = concurrency.enter(world, repository, run, wanted["scope"], wanted)
        if state == "cancelled":
            for lost, reason in concurrency.lost(world, run):
                cancel(world, concurrency.within(world, run, lost), reason)
            return world.get("job", job.id) or job
        if state == "pending":
            return world.change(job, status="pending", reason="concurrency")
    return world.change(job, status="queued", reason=None)


def _wanted(world: World, repository: Record, run: Record, job: Record) -> bool:
    ends = {each["conclusion"] for each in contexts.ancestors(world, run, job)}
    status = Status(success=ends <= {"success"}, failure="failure" in ends)
    text = job["condition"]
    if text is None:
        return status.success
    return condition(text, contexts.of_condition(world, repository, run, job), status)


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
    return fill(str(named), contexts.of_job(world, repository, run, job)) or None


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
