"""How a run goes on: each job waits for the jobs that it needs, for its `if`, for its environment.

Steps are not executed: a job that may run succeeds at once, unless a test has set a plan for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.runs import concurrency, contexts, gates, inputs, jobs
from sandbox.runs.expressions import ExpressionError, Status, condition, fill
from sandbox.runs.workflow import WorkflowError
from sandbox.world.kinds.actions import JOB, RUN, Job, Run
from sandbox.world.kinds.protection import DEPLOYMENT, ENVIRONMENT, Deployment
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World

PLANS = "job-plans"
"""The document of a repository that tells how jobs end: key to `success`, `failure`, `hold`."""
_USUAL_MINUTES = 360
"""For how long a job may run that does not say."""


def advance(world: World, run: Record[Run]) -> Record[Run]:
    """Let a run go on as far as it can; return it."""
    repository = world.get(REPOSITORY, run.parent)
    if repository is None or run.data["status"] == "completed":
        return run
    if not _admitted(world, repository, run):
        return _conclude(world, run)
    _time_out(world, run)
    moved = True
    while moved:
        moved = False
        for each in world.all(JOB, run.id):
            # what another one's failure has cancelled meanwhile is over
            job = world.get(JOB, each.id) or each
            if job.data["status"] in ("queued", "pending", "waiting"):
                moved = _step(world, repository, run, job) or moved
    return _conclude(world, run)


def _admitted(world: World, repository: Record[Repository], run: Record[Run]) -> bool:
    """Return whether a run's concurrency group lets its jobs begin; end what others superseded."""
    wanted = run.data.get("concurrency")
    state = "running"
    if wanted is not None:
        state = concurrency.enter(world, repository, run, concurrency.WHOLE_RUN, wanted)
    for scope, reason in concurrency.lost(world, run):
        cancel(world, concurrency.within(world, run, scope), reason)
        if scope == concurrency.WHOLE_RUN:
            world.change(run, reason=reason)
    if state == "pending" and run.data["status"] != "pending":
        world.change(run, status="pending")
    return state == "running"


def cancel_run(world: World, repository: Record[Repository], run: Record[Run]) -> None:
    """Cancel a run: all of its jobs but those whose `if` holds for a cancelled run.

    Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation
    """
    never_began = run.data["status"] == "pending"
    run = world.change(run, cancelled=True)
    left = [job for job in world.all(JOB, run.id) if job.data["status"] != "completed"]
    # what waits for other jobs is asked when those have ended
    begun = [
        job
        for job in left
        if all(each.data["status"] == "completed" for each in contexts.awaited(world, run, job))
    ]
    ended = [job for job in begun if not _goes_on(world, repository, run, job)]
    cancel(world, left if never_began else ended)


def _goes_on(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> bool:
    """Return whether a job's `if` holds, though its run is cancelled."""
    try:
        return _wanted(world, repository, run, job)
    except ExpressionError:
        return False


def cancel(world: World, chosen: list[Record[Job]], reason: str | None = None) -> None:
    """Cancel those of some jobs that have not ended."""
    for job in chosen:
        if job.data["status"] != "completed":
            end(world, job, "cancelled", reason)


def _conclude(world: World, run: Record[Run]) -> Record[Run]:
    run = world.get(RUN, run.id) or run
    found = world.all(JOB, run.id)
    states = {job.data["status"] for job in found}
    if states <= {"completed"}:
        ends = {contexts.counts_as(job) for job in found}
        # a failure in a matrix cancels the jobs beside it, and the run has failed all the same
        worst = ("cancelled", "failure") if run.data.get("cancelled") else ("failure", "cancelled")
        conclusion = next((each for each in worst if each in ends), "success")
        if ends == {"skipped"}:
            conclusion = "skipped"
        return world.change(run, status="completed", conclusion=conclusion)
    if run.data["status"] == "pending" and states == {"queued"}:
        return run
    ranks = ("in_progress", "waiting", "pending", "queued")
    status = next(each for each in ranks if each in states)
    return run if run.data["status"] == status else world.change(run, status=status)


def _step(world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]) -> bool:
    """Let a job go on; return whether it did."""
    before = job.data["status"]
    try:
        if before == "queued":
            if any(
                each.data["status"] != "completed" for each in contexts.awaited(world, run, job)
            ):
                return False
            if not _wanted(world, repository, run, job):
                end(world, job, "cancelled" if run.data.get("cancelled") else "skipped")
                return True
            if job.data.get("matrix", {}) is None:
                # each of what it becomes has its turn next, this one too
                jobs.expand(world, repository, run, job)
                return True
        if before in ("queued", "pending"):
            job = _enter_groups(world, repository, run, job)
            if job.data["status"] != "queued":
                return bool(job.data["status"] != before)
            name = environment_name(world, repository, run, job)
            if name is not None:
                job = _arrive(world, repository, run, job, name)
    except (ExpressionError, WorkflowError, inputs.InputError) as error:
        end(world, job, "failure", str(error))
        return True
    if job.data["status"] != "completed":
        waits = job.data["deployment"] is not None
        job = _wait(world, repository, run, job) if waits else _work(world, repository, job)
    return bool(job.data["status"] != before)


def _enter_groups(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> Record[Job]:
    """Let a job into its concurrency groups, those of what calls it first; or let it wait."""
    scope = f"{job.data.get('scope', '')}/{job.id}"
    groups = list(job.data.get("groups") or [])
    if job.data.get("concurrency") is not None and all(each["scope"] != scope for each in groups):
        known = contexts.of_job(world, repository, run, job)
        own = concurrency.group(job.data["concurrency"], known) or {}
        groups.append({**own, "scope": scope})
        job = world.change(job, groups=groups)
    for wanted in groups:
        state = concurrency.enter(world, repository, run, wanted["scope"], wanted)
        if state == "cancelled":
            for lost, reason in concurrency.lost(world, run):
                cancel(world, concurrency.within(world, run, lost), reason)
            return world.get(JOB, job.id) or job
        if state == "pending":
            return _stand(world, job, "pending", "concurrency")
    return _stand(world, job, "queued", None)


def _stand(world: World, job: Record[Job], status: str, reason: str | None) -> Record[Job]:
    """Return a job with this status and reason; one that has both already is not written again."""
    if (job.data["status"], job.data["reason"]) == (status, reason):
        return job
    return world.change(job, status=status, reason=reason)


def _wanted(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> bool:
    ends = {contexts.counts_as(each) for each in contexts.ancestors(world, run, job)}
    cancelled = bool(run.data.get("cancelled"))
    status = Status(
        success=ends <= {"success"} and not cancelled,
        failure="failure" in ends,
        cancelled=cancelled,
    )
    text = job.data["condition"]
    if text is None:
        return status.success
    return condition(text, contexts.of_condition(world, repository, run, job), status)


def environment_name(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> str | None:
    """Return the environment that a job names, or None.

    Raises:
        ExpressionError: The name cannot be worked out.
    """
    named = job.data["environment"]
    if isinstance(named, dict):
        named = named.get("name")
    if named is None:
        return None
    return fill(str(named), contexts.of_job(world, repository, run, job)) or None


def _arrive(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job], name: str
) -> Record[Job]:
    """Come to an environment: a deployment begins, if the run's ref may get there."""
    gate = gates.environment(world, repository, name)
    deployment = world.make(
        DEPLOYMENT,
        repository.id,
        "",
        Deployment(
            environment=gate.name,
            ref=run.data["head_branch"],
            sha=run.data["head_sha"],
            task="deploy",
            description=None,
            payload={},
            creator=run.data["actor"],
            run=run.id,
            state="waiting",
            forced=False,
        ),
    )
    job = world.change(job, deployment=deployment.id, environment_id=gate.id)
    reason = gates.refused_ref(world, repository, gate, run.data["ref"])
    if reason is not None and gates.has_rules(world, repository):
        world.change(deployment, state="failure")
        return end(world, job, "failure", reason)
    return job


def _wait(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> Record[Job]:
    gate = world.get(ENVIRONMENT, job.data["environment_id"])
    deployment = world.get(DEPLOYMENT, job.data["deployment"] or 0)
    if gate is None or deployment is None:
        return end(world, job, "failure", "The environment is gone.")
    if gates.has_rules(world, repository):
        if gates.reviewed(world, run, deployment, "rejected"):
            world.change(deployment, state="failure")
            return end(world, job, "failure", f"The deployment to {gate.name} was rejected.")
        reason = gates.waits(world, run, gate, deployment)
        if reason is not None:
            return _stand(world, job, "waiting", reason)
    world.change(deployment, state="in_progress")
    return _work(world, repository, job)


def _work(world: World, repository: Record[Repository], job: Record[Job]) -> Record[Job]:
    """Run a job: it is done at once, or held for a test to look at."""
    plans = world.document(repository.id, PLANS, {})
    plan = plans.get(job.data["key"], "success")
    minutes = job.data.get("timeout") or _USUAL_MINUTES
    ends_by = world.clock.seconds() + 60 * float(minutes)
    job = world.change(job, status="in_progress", reason=None, ran=True, ends_by=ends_by)
    return job if plan == "hold" else end(world, job, plan)


def _time_out(world: World, run: Record[Run]) -> None:
    """Cancel the jobs that have run for longer than they may, by the world's clock."""
    now = world.clock.seconds()
    for job in world.all(JOB, run.id):
        ends_by = job.data.get("ends_by")
        if job.data["status"] == "in_progress" and ends_by is not None and ends_by <= now:
            minutes = job.data.get("timeout") or _USUAL_MINUTES
            reason = f"The job has exceeded the maximum execution time of {minutes:g} minutes."
            end(world, job, "cancelled", reason)


def end(world: World, job: Record[Job], conclusion: str, reason: str | None = None) -> Record[Job]:
    """End a job; return it."""
    deployment = (
        None if not job.data["deployment"] else world.get(DEPLOYMENT, job.data["deployment"])
    )
    if deployment is not None and deployment.data["state"] in ("waiting", "in_progress"):
        state = {"success": "success", "cancelled": "error"}.get(conclusion, "failure")
        world.change(deployment, state=state)
    job = world.change(job, status="completed", conclusion=conclusion, reason=reason)
    _fail_fast(world, job)
    return job


def _fail_fast(world: World, job: Record[Job]) -> None:
    """Cancel what else is in the matrices of a job, if its combination has failed.

    One that calls a workflow has failed when all jobs of the workflow have ended, and one badly.
    """
    of_run = world.all(JOB, job.parent)
    for matrix in job.data.get("matrices", []):
        inside = [each for each in of_run if _index_in(each, matrix["id"]) is not None]
        mine = [each for each in inside if _index_in(each, matrix["id"]) == matrix["index"]]
        ends = {contexts.counts_as(each) for each in mine}
        if matrix["fail_fast"] and "failure" in ends and None not in ends:
            others = [e for e in inside if _index_in(e, matrix["id"]) != matrix["index"]]
            cancel(world, others, "Canceled because another job of the matrix failed.")


def _index_in(job: Record[Job], matrix: int) -> int | None:
    """Return which combination of a matrix a job belongs to; None for one outside of it."""
    return next((e["index"] for e in job.data.get("matrices", []) if e["id"] == matrix), None)
