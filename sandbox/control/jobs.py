"""The control interface's view of jobs: what a runner would be given, and how jobs end.

- `GET .../{world}/jobs` lists jobs; `GET .../{world}/jobs/{id}` says what one sees: secrets in
  plaintext, variables, its token, and where it gets OIDC tokens; nothing before it got through.
- `PUT .../{world}/job-plans {"repository", "job", "plan"}` says how jobs of that key end from now
  on: `success` (at once, the default), `failure`, or `hold` for a test to look at.
- `POST .../{world}/jobs/{id} {"conclusion", "outputs"?}` ends a held job; jobs that need it see the
  outputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name
from sandbox.api.lookups import find_repository
from sandbox.runs import contexts, oidc, progress, tokens, triggers, visible
from sandbox.world.kinds.actions import JOB, RUN, Job, Run
from sandbox.world.kinds.protection import ENVIRONMENT
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.control.order import Order
    from sandbox.world.records import Record
    from sandbox.world.world import World


def _place(world: World, job: Record[Job]) -> tuple[Record[Repository], Record[Run]]:
    run = world.get(RUN, job.parent)
    repository = None if run is None else world.get(REPOSITORY, run.parent)
    if run is None or repository is None:
        raise ValueError(f"job {job.id} has no run any more")
    return repository, run


def _summary(world: World, job: Record[Job]) -> dict[str, Any]:
    repository, run = _place(world, job)
    gate = world.get(ENVIRONMENT, job.data.get("environment_id") or 0)
    return {
        "id": job.id,
        "key": job.data["key"],
        "name": job.data["title"],
        "run": run.id,
        "workflow": run.data["path"],
        "repository": full_name(world, repository),
        "event": run.data["event"],
        "ref": run.data["ref"],
        "environment": None if gate is None else gate.name,
        "status": job.data["status"],
        "conclusion": job.data["conclusion"],
        "reason": job.data["reason"],
    }


def _all(world: World) -> list[Record[Job]]:
    runs = [
        (repository, run)
        for repository in world.repositories()
        for run in world.all(RUN, repository.id)
    ]
    for repository, run in runs:
        triggers.go_on(world, repository, run)
    return [job for _, run in runs for job in world.all(JOB, run.id)]


def _find(world: World, order: Order) -> Record[Job]:
    found = next((job for job in _all(world) if str(job.id) == order.item), None)
    if found is None:
        raise ValueError(f"there is no such job in world {world.name}; see GET jobs")
    return found


def read(world: World, order: Order) -> Any:  # noqa: ANN401 - any JSON
    """List jobs, or say what one sees."""
    if not order.item:
        return [_summary(world, job) for job in _all(world)]
    job = _find(world, order)
    repository, run = _place(world, job)
    gate = world.get(ENVIRONMENT, job.data.get("environment_id") or 0)
    got_through = bool(job.data.get("ran"))
    found = {
        **_summary(world, job),
        "permissions": job.data["permissions"],
        "secrets": visible.secrets(world, repository, run, job),
        "variables": visible.variables(world, repository, gate) if got_through else {},
        "contexts": contexts.of_job(world, repository, run, job),
        "github_token": None,
        "oidc": None,
    }
    if job.data["status"] == "in_progress":
        found["github_token"] = tokens.github_token(world, repository, job)
        if job.data["permissions"].get("id-token") == "write":
            found["oidc"] = {
                "url": f"{order.host}/{world.name}/{oidc.PATH}/token/{job.id}?{oidc.QUERY}",
                "token": tokens.request_token(world, job),
            }
    return found


def end(world: World, order: Order) -> dict[str, Any]:
    """End a held job."""
    job = _find(world, order)
    conclusion = order.body.get("conclusion", "success")
    if job.data["status"] != "in_progress":
        raise ValueError(f"job {job.id} is {job.data['status']}, not in_progress")
    repository, run = _place(world, job)
    job = world.change(job, outputs=order.body.get("outputs", {}))
    progress.end(world, job, conclusion)
    triggers.go_on(world, repository, run)
    return _summary(world, world.get(JOB, job.id) or job)


def plan(world: World, order: Order) -> dict[str, Any]:
    """Say how jobs of a key end from now on."""
    owner, _, name = order.body["repository"].partition("/")
    repository = find_repository(world, owner, name)
    if repository is None:
        raise ValueError(f"repository: there is no such one in world {world.name}")
    world.set_document(repository.id, progress.PLANS, **{order.body["job"]: order.body["plan"]})
    return world.document(repository.id, progress.PLANS, {})
