"""Workflow files: read from a repository at a commit, as data.

Only what decides about who may do what is read: triggers, jobs with `needs`, `if`, `environment`,
`permissions`, `concurrency`, `strategy`, `continue-on-error`, `timeout-minutes`, `uses`, `with` and
`secrets`; of steps, the actions that they use.
Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import copy
import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from sandbox.git import objects
from sandbox.runs import concurrency, inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World

FOLDER = ".github/workflows/"
_COMBINATIONS_LIMIT = 256
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LONGEST_IDENTIFIER = 100
PERMISSIONS = (
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "security-events",
    "statuses",
)
"""What `write-all` gives to a workflow's token; `id-token` has to be asked for by name."""


class WorkflowError(ValueError):
    """A workflow file that GitHub would not run; the message says why."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow file.

    Attributes:
        path: Where it lies in the repository.
        name: Its `name`, or its path.
        events: Its triggers: event to filters.
        permissions: Its `permissions`, or None.
        jobs: Its jobs by key, as they stand in the file.
        concurrency: Its `concurrency`, not evaluated yet; or None.
        run_name: Its `run-name`, not evaluated yet; or None.
    """

    path: str
    name: str
    events: dict[str, dict[str, Any]]
    permissions: Any
    jobs: dict[str, dict[str, Any]]
    concurrency: Any = None
    run_name: str | None = None


def paths(files: Mapping[str, str]) -> list[str]:
    """Return where a commit's files hold workflows."""
    return [
        path
        for path in sorted(files)
        if path.startswith(FOLDER)
        and "/" not in path.removeprefix(FOLDER)
        and path.endswith((".yml", ".yaml"))
    ]


def read(
    world: World, repository: Record[Repository], files: Mapping[str, str], path: str
) -> Workflow:
    """Read a workflow file.

    Args:
        world: The world.
        repository: The repository.
        files: A commit's files: paths to blob ids.
        path: The workflow's path.

    Raises:
        WorkflowError: It is not there, is no YAML, or lacks what GitHub asks for.
    """
    content = objects.read_blob(world, repository, files[path]) if path in files else None
    if content is None:
        raise WorkflowError(f"{path}: there is no such file")
    try:
        data = copy.deepcopy(_data(content))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        raise WorkflowError(f"{path}: not YAML") from None
    return parse(data, path)


@lru_cache(maxsize=128)
def _data(content: bytes) -> Any:  # noqa: ANN401 - any YAML
    """Return what a file says; every event of a repository reads the same few files again."""
    return yaml.safe_load(content.decode())


def parse(data: Any, path: str) -> Workflow:  # noqa: ANN401 - any YAML
    """Check what a workflow file says.

    Raises:
        WorkflowError: It lacks what GitHub asks for.
    """
    if not isinstance(data, dict):
        raise WorkflowError(f"{path}: not a workflow")
    # YAML 1.1 reads the key `on` as true
    events = _events(data.get("on", data.get(True)), path)
    jobs = data.get("jobs")
    if not isinstance(jobs, dict) or not jobs:
        raise WorkflowError(f"{path}: no jobs")
    for key, job in jobs.items():
        if not _IDENTIFIER.fullmatch(str(key)) or len(str(key)) >= _LONGEST_IDENTIFIER:
            raise WorkflowError(
                f"{path}: The identifier '{key}' is invalid. IDs may only contain alphanumeric "
                "characters, '_', and '-'. IDs must start with a letter or '_' and must be less "
                f"than {_LONGEST_IDENTIFIER} characters."
            )
        if not isinstance(job, dict) or ("runs-on" in job) == ("uses" in job):
            raise WorkflowError(f"{path}: job {key}: needs either runs-on or uses")
        unknown = set(needs_of(job)) - {str(each) for each in jobs}
        if unknown:
            names = ", ".join(sorted(unknown))
            raise WorkflowError(f"{path}: job {key}: needs unknown job {names}")
        _check_permissions(job.get("permissions"), f"{path}: job {key}")
        _check_concurrency(job.get("concurrency"), f"{path}: job {key}")
    _check_permissions(data.get("permissions"), path)
    _check_concurrency(data.get("concurrency"), path)
    for event, filters in events.items():
        for mistake in inputs.mistakes(event, filters):
            raise WorkflowError(f"{path}: {event}: {mistake}")
    _check_order(jobs, path)
    run_name = data.get("run-name")
    return Workflow(
        path,
        str(data.get("name") or path),
        events,
        data.get("permissions"),
        {str(key): job for key, job in jobs.items()},
        data.get("concurrency"),
        None if run_name is None else str(run_name),
    )


def _check_concurrency(given: Any, where: str) -> None:  # noqa: ANN401 - any YAML
    mistake = concurrency.mistake(given)
    if mistake is not None:
        raise WorkflowError(f"{where}: {mistake}")


def _check_permissions(given: Any, where: str) -> None:  # noqa: ANN401 - any YAML
    """Refuse what no workflow's token can be given, such as `administration`."""
    if given is None or given in ("read-all", "write-all"):
        return
    if not isinstance(given, dict):
        raise WorkflowError(f"{where}: permissions: neither a map nor read-all or write-all")
    known = {*PERMISSIONS, "id-token"}
    wrong = sorted(
        str(key)
        for key, value in given.items()
        if key not in known or value not in ("read", "write", "none")
    )
    if wrong:
        raise WorkflowError(f"{where}: permissions: unexpected value: {', '.join(wrong)}")


def _events(on: Any, path: str) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - any YAML
    if isinstance(on, str):
        return {on: {}}
    if isinstance(on, list) and all(isinstance(each, str) for each in on):
        return {each: {} for each in on}
    if isinstance(on, dict):
        return {
            str(event): dict(filters) if isinstance(filters, dict) else {}
            for event, filters in on.items()
        }
    raise WorkflowError(f"{path}: no triggers: `on` is missing")


def _check_order(jobs: Mapping[Any, dict[str, Any]], path: str) -> None:
    left = {str(key): set(needs_of(job)) for key, job in jobs.items()}
    while left:
        ready = [key for key, needs in left.items() if not needs & left.keys()]
        if not ready:
            raise WorkflowError(f"{path}: jobs need each other: {', '.join(sorted(left))}")
        for key in ready:
            del left[key]


def needs_of(job: Mapping[str, Any]) -> list[str]:
    """Return the keys of the jobs that a job waits for."""
    needs = job.get("needs") or []
    return [str(each) for each in (needs if isinstance(needs, list) else [needs])]


def texts(value: object) -> list[str] | None:
    """Return a filter's patterns; None when there is no such filter."""
    if value is None:
        return None
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def combinations(job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the combinations of a job's matrix; one empty combination without a matrix.

    Args:
        job: The job, its `strategy` evaluated.

    Raises:
        WorkflowError: There are more than GitHub's 256, or a list of values is empty.
    """
    strategy = job.get("strategy")
    matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
    if not isinstance(matrix, dict):
        return [{}]
    axes = {
        str(key): values
        for key, values in matrix.items()
        if key not in ("include", "exclude") and isinstance(values, list)
    }
    for key, values in axes.items():
        if not values:
            raise WorkflowError(f"Matrix vector '{key}' does not contain any values")
    found = [dict(zip(axes, each, strict=True)) for each in itertools.product(*axes.values())]
    for gone in _listed(matrix, "exclude"):
        found = [each for each in found if not _within(gone, each)]
    found = found if axes else []
    # what is included extends combinations of the axes, and no other inclusion
    original = list(found)
    for more in _listed(matrix, "include"):
        own = {key: value for key, value in more.items() if key in axes}
        fitting = [each for each in original if _within(own, each)]
        for each in fitting:
            each.update(more)
        if not fitting:
            found.append(dict(more))
    if len(found) > _COMBINATIONS_LIMIT:
        raise WorkflowError(f"the matrix has more than {_COMBINATIONS_LIMIT} combinations")
    return found or [{}]


def _listed(matrix: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = matrix.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise WorkflowError(f"matrix: {name}: not a list of combinations")
    return found


def _within(part: Mapping[str, Any], whole: Mapping[str, Any]) -> bool:
    """Return whether a combination has all values of another; `1` and `true` are different ones."""
    return all(key in whole and _same(value, whole[key]) for key, value in part.items())


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def used_actions(workflow: Workflow) -> list[str]:
    """Return what the jobs and their steps use: actions and reusable workflows."""
    steps = [
        each
        for job in workflow.jobs.values()
        for each in [job, *(job["steps"] if isinstance(job.get("steps"), list) else [])]
    ]
    return [
        each["uses"]
        for each in steps
        if isinstance(each, dict) and isinstance(each.get("uses"), str)
    ]
