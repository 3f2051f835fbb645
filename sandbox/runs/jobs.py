"""The jobs of a run: of a workflow file, and of the reusable ones that it calls.

Source: https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name
from sandbox.git import objects
from sandbox.runs import concurrency, contexts, inputs, settings
from sandbox.runs.expressions import as_text, fill, filled, truthy
from sandbox.runs.workflow import Workflow, WorkflowError, combinations, needs_of, read
from sandbox.world.kinds.actions import JOB, CalledWorkflow, Job, Run
from sandbox.world.kinds.code import COMMIT
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        permissions: What a calling job allows at most; None: no limit.
        secrets: Names of secrets that it sees, to their names at the caller; None: all.
        depth: How many files call each other above it.
    """

    repository: Record[Repository]
    ref: str
    sha: str
    workflow: Workflow
    files: dict[str, str]
    permissions: dict[str, str] | None = None
    secrets: dict[str, str] | None = None
    depth: int = 1


def add_jobs(
    world: World, repository: Record[Repository], run: Record[Run], caller: Caller
) -> None:
    """Add a workflow file's jobs to a run; calls and matrices become jobs when their turn comes.

    Raises:
        WorkflowError: A called file is not there, cannot be called, or calls go too deep.
    """
    for planned in _plan(world, repository, run, caller):
        world.make(JOB, run.id, "", planned)


def _plan(
    world: World, repository: Record[Repository], run: Record[Run], caller: Caller
) -> list[Job]:
    """Return the jobs of a file as records, with those of the files that they call inside them."""
    found = []
    for key, job in caller.workflow.jobs.items():
        allowed = settings.permissions(
            world,
            repository,
            caller.workflow.permissions,
            job.get("permissions"),
            read_only=bool(run.data["untrusted"]),
        )
        if caller.permissions is not None:
            says = caller.workflow.permissions is not None or "permissions" in job
            # a called workflow that does not say has what its caller has
            allowed = _held_down(allowed, caller.permissions) if says else caller.permissions
        strategy = job.get("strategy")
        if "${{" not in json.dumps(strategy, default=str):
            combinations(job)
        name = job.get("name")
        planned: Job = {
            "key": key,
            "name": None if name is None else str(name),
            "title": str(name or key),
            "needs": needs_of(job),
            "after": [],
            "condition": _condition(job.get("if")),
            "environment": job.get("environment"),
            "concurrency": job.get("concurrency"),
            "strategy": strategy if isinstance(strategy, dict) else None,
            "permissions": allowed,
            "secrets": caller.secrets,
            "inputs": None,
            "matrix": None,
            "strategy_context": {},
            "prefix": "",
            "callers": [],
            "call": None,
            "groups": [],
            "scope": "",
            # as `job_workflow_ref` claims it
            "workflow_ref": (
                f"{full_name(world, caller.repository)}/{caller.workflow.path}@{caller.ref}"
            ),
            "workflow_sha": caller.sha,
            "status": "queued",
            "conclusion": None,
            "reason": None,
            "deployment": None,
            "outputs": {},
            "timeout": job.get("timeout-minutes"),
            "continues": job.get("continue-on-error"),
            "matrices": [],
            "attempt": run.data["attempt"],
        }
        if "uses" in job:
            called = replace(_called(world, repository, caller, key), permissions=allowed)
            given = job.get("with")
            planned["call"] = {
                "with": given if isinstance(given, dict) else {},
                "inputs": inputs.declared(called.workflow.events["workflow_call"]),
                "concurrency": called.workflow.concurrency,
                "outputs": _outputs(called.workflow),
                "jobs": _plan(world, repository, run, called),
            }
        found.append(planned)
    return found


def expand(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> None:
    """Replace a job that may begin by one for each combination of its matrix and of what it calls.

    The first one keeps the id.

    Raises:
        WorkflowError: The matrix is too large, or has nothing in it.
        ExpressionError: An expression in it cannot be evaluated.
        InputError: The called workflow does not take what it is given.
    """
    strategy = filled(job.data["strategy"], contexts.of_condition(world, repository, run, job))
    matrices = combinations({"strategy": strategy})
    found: list[Job] = []
    fail_fast = truthy((strategy or {}).get("fail-fast", True))
    for index, matrix in enumerate(matrices):
        planned: Job = {
            **job.data,
            "matrix": matrix,
            "matrices": [
                *job.data.get("matrices", []),
                {"id": job.id, "index": index, "fail_fast": fail_fast},
            ],
            "strategy_context": {
                "fail-fast": fail_fast,
                "job-index": index,
                "job-total": len(matrices),
                "max-parallel": (strategy or {}).get("max-parallel", len(matrices)),
            },
        }
        one = replace(job, data=planned)
        known = contexts.of_job(world, repository, run, one)
        planned["title"] = _prefix(job) + _title(job, matrix, known)
        planned["tolerated"] = truthy(filled(job.data.get("continues") or False, known))
        planned["timeout"] = _minutes(filled(job.data.get("timeout"), known))
        call = job.data["call"]
        found += [planned] if call is None else _calls(one, planned, call, index, known)
    world.change(job, **found[0])
    for more in found[1:]:
        world.make(JOB, run.id, "", more)


def _minutes(given: object) -> float | None:
    """Return for how many minutes a job may run; None: as long as usual."""
    if given is None:
        return None
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number or float(str(given)) <= 0:
        raise WorkflowError(f"timeout-minutes: {given!r} is not a positive number")
    return float(str(given))


def _calls(
    one: Record[Job], caller: Job, call: CalledWorkflow, index: int, known: dict[str, Any]
) -> list[Job]:
    """Return the jobs of the workflow that one combination of a job calls."""
    key = caller["key"]
    given = inputs.called(call["inputs"], filled(call["with"], known))
    scope = f"{caller['scope']}/{one.id}.{index}"
    own = (
        concurrency.group(caller["concurrency"], known),
        concurrency.group(call["concurrency"], {**known, "inputs": given}),
    )
    groups = [*caller["groups"], *({**each, "scope": scope} for each in own if each is not None)]
    own_call = {"key": key, "inputs": given, "outputs": call["outputs"]}
    return [
        {
            **planned,
            "key": f"{key}/{planned['key']}",
            "prefix": f"{caller['title']} / ",
            "callers": [*caller["callers"], own_call],
            "title": f"{caller['title']} / {planned['title']}",
            "needs": [f"{key}/{each}" for each in planned["needs"]],
            "after": [*caller["needs"], *caller["after"]],
            "inputs": given,
            "groups": groups,
            "scope": scope,
            "matrices": caller["matrices"],
            "attempt": caller["attempt"],
        }
        for planned in call["jobs"]
    ]


def _outputs(workflow: Workflow) -> dict[str, str]:
    """Return the expressions of the outputs that a workflow gives to its caller."""
    declared = workflow.events["workflow_call"].get("outputs")
    return {
        str(name): str(about.get("value", ""))
        for name, about in (declared if isinstance(declared, dict) else {}).items()
        if isinstance(about, dict)
    }


def _prefix(job: Record[Job]) -> str:
    return str(job.data.get("prefix") or "")


def _title(job: Record[Job], matrix: dict[str, Any], known: dict[str, Any]) -> str:
    """Return a job's name, as checks show it.

    A name without an expression gets the matrix's values behind it, as a job without a name does.
    """
    name = job.data["name"]
    if name is not None and "${{" in name:
        return fill(name, known) or str(job.data["key"].rpartition("/")[2])
    name = name or job.data["key"].rpartition("/")[2]
    values = ", ".join(as_text(each) for each in _leaves(matrix))
    return f"{name} ({values})" if matrix else str(name)


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
    else:
        yield value


def _condition(value: object) -> str | None:
    """Return a job's `if` as an expression; YAML reads a bare `false` as no text."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _held_down(wanted: dict[str, str], limit: dict[str, str]) -> dict[str, str]:
    rank = {"none": 0, "read": 1, "write": 2}
    found = {
        key: min(value, limit.get(key, "none"), key=lambda each: rank.get(each, 0))
        for key, value in wanted.items()
    }
    return {key: value for key, value in found.items() if value != "none"}


def _called(world: World, repository: Record[Repository], caller: Caller, key: str) -> Caller:
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
        commit = world.find(COMMIT, sha, source.id)
        files = {} if commit is None else commit.data["files"]
    workflow = read(world, source, files, place)
    if "workflow_call" not in workflow.events:
        raise WorkflowError(f"{uses}: does not have the trigger workflow_call")
    filters = workflow.events["workflow_call"]
    given = job.get("with")
    try:
        inputs.check_call(inputs.declared(filters), given if isinstance(given, dict) else {})
    except inputs.InputError as error:
        raise WorkflowError(f"{uses}: {error}") from None
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
        secrets=secrets,
        depth=caller.depth + 1,
    )


def _elsewhere(
    world: World, repository: Record[Repository], uses: str
) -> tuple[Record[Repository], str, str, str]:
    """Return repository, path, ref and commit of a workflow in another repository."""
    where, _, ref = uses.partition("@")
    parts = where.split("/", 2)
    account = world.account(parts[0])
    source = (
        None
        if account is None or len(parts) < 3 or not ref  # noqa: PLR2004 - owner, name, path
        else world.find(REPOSITORY, parts[1], account.id)
    )
    if source is None or not _may_call(world, source, repository):
        raise WorkflowError(f"{uses}: workflow was not found")
    # a commit, else a tag, else a branch; never with a prefix (docs.github.com, "Reuse workflows")
    commit = world.find(COMMIT, ref, source.id)
    for name in (f"refs/tags/{ref}", f"refs/heads/{ref}"):
        if commit is None and objects.find_ref(world, source, name) is not None:
            commit, ref = objects.resolve(world, source, name), name
    if commit is None:
        raise WorkflowError(f"{uses}: there is no {ref}")
    return source, parts[2], ref, commit.name


def _may_call(world: World, source: Record[Repository], repository: Record[Repository]) -> bool:
    if source.data["visibility"] == "public" or source.id == repository.id:
        return True
    access = world.document(source.id, "access", {"access_level": "none"})["access_level"]
    return access in ("organization", "enterprise") and source.parent == repository.parent
