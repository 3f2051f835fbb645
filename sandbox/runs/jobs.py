"""The jobs of a run: of a workflow file, and of the reusable ones that it calls.

Source: https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import owner
from sandbox.git import objects
from sandbox.runs import settings
from sandbox.runs.workflow import Workflow, WorkflowError, combinations, needs_of, read

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World

_NESTED_LIMIT = 10
"""Reusable workflows that may call each other."""
_SECRET = re.compile(r"\$\{\{\s*secrets\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Caller:
    """A workflow file whose jobs are added to a run.

    Attributes:
        repository: The repository that it lies in.
        ref: The ref that it was read from.
        sha: The commit that it was read from.
        workflow: The file.
        files: The files beside it, for reusable workflows that it calls by path.
        prefix: What its jobs' keys begin with: the calling jobs' keys.
        needs: Keys that all of its jobs wait for, beside their own.
        permissions: What a calling job allows at most; None: no limit.
        secrets: Names of secrets that it sees, to their names at the caller; None: all.
        depth: How many files call each other above it.
    """

    repository: Record
    ref: str
    sha: str
    workflow: Workflow
    files: dict[str, str]
    prefix: str = ""
    needs: tuple[str, ...] = ()
    permissions: dict[str, str] | None = None
    secrets: dict[str, str] | None = None
    depth: int = 1


def full_name(world: World, repository: Record) -> str:
    """Return `owner/name`."""
    return f"{owner(world, repository).name}/{repository.name}"


def add_jobs(world: World, repository: Record, run: Record, caller: Caller) -> None:
    """Add a workflow file's jobs to a run, and those of the files that it calls.

    Raises:
        WorkflowError: A called file is not there, cannot be called, or calls go too deep.
    """
    for key, job in caller.workflow.jobs.items():
        allowed = settings.permissions(
            world,
            repository,
            caller.workflow.permissions,
            job.get("permissions"),
            read_only=bool(run["untrusted"]),
        )
        if caller.permissions is not None:
            says = caller.workflow.permissions is not None or "permissions" in job
            # a called workflow that does not say has what its caller has
            allowed = _held_down(allowed, caller.permissions) if says else caller.permissions
        needs = (*caller.needs, *(f"{caller.prefix}{each}" for each in needs_of(job)))
        if "uses" in job:
            called = _called(world, repository, caller, key)
            add_jobs(world, repository, run, replace(called, needs=needs, permissions=allowed))
            continue
        for matrix in combinations(job):
            world.add(
                "job",
                run.id,
                key=f"{caller.prefix}{key}",
                title=_title(f"{caller.prefix}{job.get('name') or key}", matrix),
                needs=list(needs),
                condition=_condition(job.get("if")),
                environment=job.get("environment"),
                permissions=allowed,
                secrets=caller.secrets,
                matrix=matrix,
                # as `job_workflow_ref` claims it
                workflow_ref=(
                    f"{full_name(world, caller.repository)}/{caller.workflow.path}@{caller.ref}"
                ),
                workflow_sha=caller.sha,
                status="queued",
                conclusion=None,
                reason=None,
                deployment=None,
                attempt=run["attempt"],
            )


def _condition(value: object) -> str | None:
    """Return a job's `if` as an expression; YAML reads a bare `false` as no text."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _title(name: str, matrix: dict[str, Any]) -> str:
    name = name.replace("/", " / ")
    return f"{name} ({', '.join(map(str, matrix.values()))})" if matrix else name


def _held_down(wanted: dict[str, str], limit: dict[str, str]) -> dict[str, str]:
    rank = {"none": 0, "read": 1, "write": 2}
    found = {
        key: min(value, limit.get(key, "none"), key=lambda each: rank.get(each, 0))
        for key, value in wanted.items()
    }
    return {key: value for key, value in found.items() if value != "none"}


def _called(world: World, repository: Record, caller: Caller, key: str) -> Caller:
    """Return the reusable workflow that a job calls.

    Raises:
        WorkflowError: It is not there, cannot be called, or calls go too deep.
    """
    job = caller.workflow.jobs[key]
    uses = str(job["uses"])
    if caller.depth >= _NESTED_LIMIT:
        raise WorkflowError(f"{uses}: more than {_NESTED_LIMIT} workflows call each other")
    if uses.startswith("./"):
        # beside the calling file: in its repository, at its commit
        place, source, files = uses[2:], caller.repository, caller.files
        ref, sha = caller.ref, caller.sha
    else:
        source, place, ref, sha = _elsewhere(world, repository, uses)
        commit = world.find("commit", sha, source.id)
        files = {} if commit is None else commit["files"]
    workflow = read(world, source, files, place)
    if "workflow_call" not in workflow.events:
        raise WorkflowError(f"{uses}: does not have the trigger workflow_call")
    given = job.get("secrets")
    secrets = caller.secrets
    if given != "inherit":
        secrets = {
            str(name): match.group(1)
            for name, value in (given if isinstance(given, dict) else {}).items()
            if (match := _SECRET.fullmatch(str(value).strip()))
        }
        if caller.secrets is not None:
            own = {name.upper(): source for name, source in caller.secrets.items()}
            secrets = {n: own[v.upper()] for n, v in secrets.items() if v.upper() in own}
    return Caller(
        source,
        ref,
        sha,
        workflow,
        files,
        prefix=f"{caller.prefix}{key}/",
        secrets=secrets,
        depth=caller.depth + 1,
    )


def _elsewhere(world: World, repository: Record, uses: str) -> tuple[Record, str, str, str]:
    """Return repository, path, ref and commit of a workflow in another repository."""
    where, _, ref = uses.partition("@")
    parts = where.split("/", 2)
    account = world.account(parts[0])
    source = (
        None
        if account is None or len(parts) < 3 or not ref  # noqa: PLR2004 - owner, name, path
        else world.find("repository", parts[1], account.id)
    )
    if source is None or not _may_call(world, source, repository):
        raise WorkflowError(f"{uses}: workflow was not found")
    # a commit, else a tag, else a branch; never with a prefix (docs.github.com, "Reuse workflows")
    commit = world.find("commit", ref, source.id)
    for name in (f"refs/tags/{ref}", f"refs/heads/{ref}"):
        if commit is None and objects.find_ref(world, source, name) is not None:
            commit, ref = objects.resolve(world, source, name), name
    if commit is None:
        raise WorkflowError(f"{uses}: there is no {ref}")
    return source, parts[2], ref, commit.name


def _may_call(world: World, source: Record, repository: Record) -> bool:
    if source["visibility"] == "public" or source.id == repository.id:
        return True
    access = world.document(source.id, "access", {"access_level": "none"})["access_level"]
    return access in ("organization", "enterprise") and source.parent == repository.parent
