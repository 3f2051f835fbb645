"""Which workflows an event starts, and the runs and jobs that come of it.

Source: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.access.actors import Actor
from sandbox.access.permissions import level, permission
from sandbox.git import objects
from sandbox.runs import concurrency, contexts, jobs, progress, settings
from sandbox.runs.expressions import ExpressionError, fill
from sandbox.runs.filters import any_passes, passes
from sandbox.runs.workflow import (
    Workflow,
    WorkflowError,
    paths,
    read,
    texts,
    used_actions,
)
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.actions import JOB, RUN, WORKFLOW, KnownWorkflow, Run
from sandbox.world.kinds.code import COMMIT, PULL, Commit, Pull

if TYPE_CHECKING:
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World

_SKIP = re.compile(r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, and that workflows may be waiting for.

    Attributes:
        name: `push`, `pull_request`, `workflow_dispatch`, ...
        ref: The full ref that the run belongs to.
        sha: The commit that the run belongs to.
        actor: Id of who caused it.
        files: The files in which the workflows are looked for: paths to blob ids.
        head_branch: The branch's or tag's name, as the run shows it.
        head_sha: The commit that checks are reported to.
        type: The activity type, such as `opened`; or nothing.
        changed: The files that were changed, for `paths`.
        base: The branch that `branches` is compared with; None: the ref itself.
        pull: The pull request, or None.
        inputs: A dispatch's inputs.
        payload: Further fields of `github.event`.
        untrusted: Whether it comes from a fork or from Dependabot: no secrets, a token that reads.
    """

    name: str
    ref: str
    sha: str
    actor: int
    files: dict[str, str]
    head_branch: str
    head_sha: str
    type: str = ""
    changed: set[str] = field(default_factory=set)
    base: str | None = None
    pull: Record[Pull] | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)
    untrusted: str = ""


_DEFAULT_TYPES: dict[str, tuple[str, ...]] = {
    "pull_request": ("opened", "synchronize", "reopened"),
    "pull_request_target": ("opened", "synchronize", "reopened"),
}


def fits(workflow: Workflow, event: Event) -> bool:
    """Return whether a workflow waits for an event."""
    if event.name not in workflow.events:
        return False
    filters = workflow.events[event.name]
    types = texts(filters.get("types")) or _DEFAULT_TYPES.get(event.name, ())
    if event.type and types and event.type not in types:
        return False
    if event.name == "workflow_run":
        wanted = texts(filters.get("workflows")) or []
        return event.payload.get("workflow") in wanted and passes(
            event.head_branch, texts(filters.get("branches")), texts(filters.get("branches-ignore"))
        )
    return _ref_fits(filters, event) and _files_fit(filters, event)


def _ref_fits(filters: dict[str, Any], event: Event) -> bool:
    branches = texts(filters.get("branches")), texts(filters.get("branches-ignore"))
    tags = texts(filters.get("tags")), texts(filters.get("tags-ignore"))
    if event.base is not None:
        return passes(event.base, *branches)
    if event.name != "push":
        return True
    by_branch, by_tag = branches != (None, None), tags != (None, None)
    if event.ref.startswith("refs/tags/"):
        # with filters for branches only, tags start nothing; and the other way round
        return passes(event.head_branch, *tags) if by_tag else not by_branch
    return passes(event.head_branch, *branches) if by_branch else not by_tag


def _files_fit(filters: dict[str, Any], event: Event) -> bool:
    wanted, ignored = texts(filters.get("paths")), texts(filters.get("paths-ignore"))
    if (wanted, ignored) == (None, None) or event.ref.startswith("refs/tags/"):
        return True
    return any_passes(event.changed, wanted, ignored)


def start(world: World, repository: Record[Repository], event: Event) -> list[Record[Run]]:
    """Start every workflow that waits for an event; return the runs."""
    if repository.data["archived"] or not settings.enabled(world, repository):
        return []
    commit = world.find(COMMIT, event.sha, repository.id)
    message = "" if commit is None else str(commit.data["message"])
    if event.name in ("push", "pull_request") and _SKIP.search(message):
        return []
    runs = []
    for path in paths(event.files):
        known = known_workflow(world, repository, path)
        if known.data["state"] != "active":
            continue
        try:
            workflow = read(world, repository, event.files, path)
        except WorkflowError as error:
            if event.name == "push":
                # GitHub shows a run that failed to start at every push of a broken file
                runs.append(_fail(world, repository, known, event, str(error)))
            continue
        if fits(workflow, event):
            runs.append(begin(world, repository, workflow, event))
    return runs


def known_workflow(
    world: World, repository: Record[Repository], path: str
) -> Record[KnownWorkflow]:
    """Return a workflow's record, which gives it its id; make it at the first sight."""
    found = world.find(WORKFLOW, path, repository.id)
    if found is None:
        found = world.make(WORKFLOW, repository.id, path, KnownWorkflow(state="active", runs=0))
    return found


def _fail(
    world: World,
    repository: Record[Repository],
    known: Record[KnownWorkflow],
    event: Event,
    reason: str,
) -> Record[Run]:
    run = _add_run(world, repository, known, known.name, event)
    return world.change(run, status="completed", conclusion="startup_failure", reason=reason)


def _add_run(
    world: World,
    repository: Record[Repository],
    known: Record[KnownWorkflow],
    name: str,
    event: Event,
) -> Record[Run]:
    known = world.change(known, runs=known.data["runs"] + 1)
    data = Run(
        workflow=known.id,
        path=known.name,
        workflow_name=name,
        number=known.data["runs"],
        event=event.name,
        type=event.type,
        ref=event.ref,
        sha=event.sha,
        head_branch=event.head_branch,
        head_sha=event.head_sha,
        base=event.base,
        pull=None if event.pull is None else event.pull.id,
        inputs=event.inputs,
        payload=event.payload,
        actor=event.actor,
        triggering_actor=event.actor,
        untrusted=event.untrusted,
        attempt=1,
        status="queued",
        conclusion=None,
        reason=None,
        title=name,
        concurrency=None,
    )
    return world.make(RUN, repository.id, "", data)


def begin(
    world: World, repository: Record[Repository], workflow: Workflow, event: Event
) -> Record[Run]:
    """Start one workflow; return its run, which has gone on as far as nobody has to be asked."""
    known = known_workflow(world, repository, workflow.path)
    for uses in used_actions(workflow):
        reason = settings.refused_action(world, repository, uses)
        if reason is not None:
            return _fail(world, repository, known, event, reason)
    run = _add_run(world, repository, known, workflow.name, event)
    try:
        run = _evaluated(world, repository, run, workflow)
    except ExpressionError as error:
        return world.change(
            run, status="completed", conclusion="startup_failure", reason=str(error)
        )
    caller = jobs.Caller(
        repository,
        event.ref,
        event.sha,
        workflow,
        event.files,
    )
    try:
        jobs.add_jobs(world, repository, run, caller)
    except WorkflowError as error:
        for job in world.all(JOB, run.id):
            world.remove(job)
        return world.change(
            run, status="completed", conclusion="startup_failure", reason=str(error)
        )
    if _waits_for_maintainer(world, repository, event):
        return world.change(run, status="completed", conclusion="action_required")
    return go_on(world, repository, run)


def _evaluated(
    world: World, repository: Record[Repository], run: Record[Run], workflow: Workflow
) -> Record[Run]:
    """Give a run what its workflow file says of the run as a whole: its name, its group.

    Raises:
        ExpressionError: It cannot be evaluated.
    """
    known = contexts.of_run(world, repository, run)
    name = fill(workflow.run_name or "", known)
    return world.change(
        run,
        title=name or run.data["workflow_name"],
        concurrency=concurrency.group(workflow.concurrency, known),
    )


def go_on(world: World, repository: Record[Repository], run: Record[Run]) -> Record[Run]:
    """Let a run go on as far as it can, and those that waited for its group. Return it."""
    if run.data["status"] == "completed":
        return run
    run = _go_on(world, repository, run)
    seen = {run.id}
    while left := concurrency.to_wake(world, repository) - seen:
        ident = min(left)
        seen.add(ident)
        other = world.get(RUN, ident)
        if other is not None:
            _go_on(world, repository, other)
    return world.get(RUN, run.id) or run


def _go_on(world: World, repository: Record[Repository], run: Record[Run]) -> Record[Run]:
    """Let one run go on as far as it can; at its end, start what waits for that. Return it."""
    run = progress.advance(world, run)
    if run.data["status"] == "completed" and run.data["event"] != "workflow_run":
        tip = objects.resolve(world, repository, repository.data["default_branch"])
        if tip is not None:
            start(world, repository, _run_ended(repository, run, tip))
    return run


def _run_ended(repository: Record[Repository], run: Record[Run], tip: Record[Commit]) -> Event:
    """Return the event that a run has ended: its workflows are the default branch's."""
    return Event(
        name="workflow_run",
        ref=f"refs/heads/{repository.data['default_branch']}",
        sha=tip.name,
        actor=run.data["triggering_actor"],
        files=tip.data["files"],
        head_branch=run.data["head_branch"],
        head_sha=tip.name,
        type="completed",
        payload={
            "workflow": run.data["workflow_name"],
            "workflow_run": {
                "id": run.id,
                "conclusion": run.data["conclusion"],
                "event": run.data["event"],
                "head_branch": run.data["head_branch"],
                "head_sha": run.data["head_sha"],
            },
        },
    )


def _waits_for_maintainer(world: World, repository: Record[Repository], event: Event) -> bool:
    """Return whether the run of a fork's pull request waits until a maintainer lets it run."""
    if event.name != "pull_request" or event.untrusted != "fork":
        return False
    user = world.get(USER, event.actor)
    if user is None or level(permission(world, repository, Actor(user=user))) >= level("write"):
        return False
    if settings.fork_policy(world, repository) == "all_external_contributors":
        return True
    merged = [
        pull
        for pull in world.all(PULL, repository.id)
        if pull.data["user"] == event.actor and pull.data["merged_at"] is not None
    ]
    return not merged
