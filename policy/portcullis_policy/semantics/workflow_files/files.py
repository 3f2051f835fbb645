"""Workflow files and dependabot.yml, as resources of a stack: which, and of which repository."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Finding, Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.calls import (
    action_as_workflow,
    as_run,
    called_by,
    called_elsewhere,
)
from portcullis_policy.semantics.workflow_files.workflows import Job, Workflow, read

_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml", re.DOTALL)
_DEPENDABOT = re.compile(r"\.github/dependabot\.ya?ml")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """A workflow file that a stack keeps in a repository.

    Attributes:
        resource: the file.
        repository: the repository's name in lower case, or UNKNOWN.
        workflow: its parts; None if it cannot be read.
    """

    resource: Resource
    repository: object
    workflow: Workflow | None


def workflow_path(resource: Resource) -> str | None:
    """Return the path of a workflow file, in one line; None for any other file."""
    return _workflow_path(_path(resource))


@lru_cache(maxsize=4096)
def _workflow_path(path: str) -> str | None:
    return _CONTROL.sub("?", path) if _WORKFLOW.fullmatch(path) else None


def action_path(resource: Resource) -> str | None:
    """Return the path of an action's own file, in one line; None for any other file."""
    path = _path(resource)
    is_action = posixpath.basename(path).lower() in ("action.yml", "action.yaml")
    return _CONTROL.sub("?", path) if is_action else None


def dependabot_path(resource: Resource) -> str | None:
    """Return the path of a Dependabot configuration; None for any other file."""
    path = _path(resource)
    return path if _DEPENDABOT.fullmatch(path) else None


def _path(resource: Resource) -> str:
    """Return a file's path from the repository's root, written in one way; nothing if unknown."""
    path = resource.facts.text("file")
    return _normal(path) if isinstance(path, str) else ""


@lru_cache(maxsize=4096)  # repositories have the same paths, and each rule asks for all of them
def _normal(path: str) -> str:
    return posixpath.normpath(path).lstrip("/")


def workflow_files(stack: Stack) -> tuple[WorkflowFile, ...]:
    """Return the workflow files of a stack."""
    return stack.only(gh.REPOSITORY_FILE).once(_read_files)


def workflow_files_of(stack: Stack, repository: object) -> Sequence[WorkflowFile]:
    """Return the workflow files of one repository, named in lower case."""
    return stack.only(gh.REPOSITORY_FILE).once(_files_by_repository).get(repository, ())


def action_folder(resource: Resource) -> str | None:
    """Return the folder of an action that a repository keeps, in lower case; None: no action."""
    if action_path(resource) is None:
        return None
    return posixpath.dirname(_path(resource).lower()) or "."


def runs(stack: Stack) -> tuple[WorkflowFile, ...]:
    """Return the workflows of a stack as GitHub runs them, with the local files that they call.

    A file that only others call is left out if a workflow of its repository calls it.
    """
    return stack.only(gh.REPOSITORY_FILE).once(_read_runs)[0]


def runs_of(stack: Stack, repository: object) -> Sequence[WorkflowFile]:
    """Return the workflows of one repository, named in lower case, as GitHub runs them."""
    return stack.only(gh.REPOSITORY_FILE).once(_runs_by_repository).get(repository, ())


def uncalled_actions(stack: Stack) -> Iterator[WorkflowFile]:
    """Yield the actions of a stack that no workflow of their repository uses, as workflows."""
    seen = stack.only(gh.REPOSITORY_FILE).once(_read_runs)[1]
    for item in stack.of(gh.REPOSITORY_FILE):
        folder, content = action_folder(item), item.facts.text("content")
        known = folder is None or (repository_of(item), folder) in seen
        if not known and isinstance(content, str):
            yield WorkflowFile(item, repository_of(item), action_as_workflow(content))


def calls_elsewhere(stack: Stack) -> Iterator[tuple[WorkflowFile, str, Job]]:
    """Yield the jobs that call a workflow of another organization, with their file and its path."""
    for item in runs(stack):
        path = workflow_path(item.resource)
        for job in item.workflow.jobs if item.workflow is not None else ():
            if path is not None and called_elsewhere(job.uses.text, item.resource.provider):
                yield (item, path, job)


def _read_runs(stack: Stack) -> tuple[tuple[WorkflowFile, ...], set[tuple[object, str]]]:
    """Return the workflows, and the files that they call by repository and path."""
    callable_ = stack.once(_callable)
    found: list[WorkflowFile] = []
    seen: set[tuple[object, str]] = set()
    alone = {"workflow_call"}
    files = workflow_files(stack)
    for only_called in (False, True):
        for file in files:
            workflow, path = file.workflow, _path(file.resource).lower()
            if (workflow is not None and set(workflow.triggers) == alone) != only_called:
                continue
            if (file.repository, path) in seen:
                continue
            known = callable_.get(file.repository, {})
            content = file.resource.facts.text("content")
            needed = _needed(content, known) if known and isinstance(content, str) else None
            if workflow is None or not needed:
                found.append(file)
                continue
            run = as_run(content, frozenset((each, known[each]) for each in needed))
            if run is not workflow:
                seen |= {(file.repository, each) for each in needed}
            found.append(WorkflowFile(file.resource, file.repository, run))
    return tuple(found), seen


def _callable(stack: Stack) -> dict[object, dict[str, str]]:
    """Return the files that workflows may call, by repository: workflows, folders of actions."""
    found: dict[object, dict[str, str]] = {}
    for item in stack.of(gh.REPOSITORY_FILE):
        path, content = workflow_path(item), item.facts.text("content")
        if not isinstance(content, str):
            continue
        name = action_folder(item)
        if path is not None and (workflow := read(content)) is not None:
            name = _path(item).lower() if "workflow_call" in workflow.triggers else None
        if name is not None:
            found.setdefault(repository_of(item), {})[name] = content
    return found


def _needed(content: str, known: Mapping[str, str]) -> frozenset[str]:
    """Return the files that a workflow calls, and those that they call."""
    found: set[str] = set()
    waiting = [content]
    while waiting:
        new = {each for each in _calls(waiting.pop()) if each in known} - found
        found |= new
        waiting += [known[each] for each in new]
    return frozenset(found)


@lru_cache(maxsize=4096)
def _calls(content: str) -> frozenset[str]:
    return called_by(content) if "./" in content else frozenset()


def _files_by_repository(stack: Stack) -> dict[object, list[WorkflowFile]]:
    return _by_repository(workflow_files(stack))


def _runs_by_repository(stack: Stack) -> dict[object, list[WorkflowFile]]:
    return _by_repository(runs(stack))


def _by_repository(files: Iterable[WorkflowFile]) -> dict[object, list[WorkflowFile]]:
    found: dict[object, list[WorkflowFile]] = {}
    for each in files:
        found.setdefault(each.repository, []).append(each)
    return found


def repository_of(resource: Resource) -> object:
    """Return the name of the repository that a resource belongs to, in lower case, or UNKNOWN."""
    name = resource.facts.text("repository")
    return name.lower() if isinstance(name, str) else name


def _read_files(stack: Stack) -> tuple[WorkflowFile, ...]:
    found = []
    for item in stack.of(gh.REPOSITORY_FILE):
        content = item.facts.text("content")
        if workflow_path(item) is not None:
            workflow = read(content) if isinstance(content, str) else None
            found.append(WorkflowFile(item, repository_of(item), workflow))
    return tuple(found)


def at_lines(
    resource: Resource, path: str, found: Iterable[tuple[int, str]], urn: str | None = None
) -> Iterator[Finding]:
    """Yield one finding for each kind of thing found in a file, with all its lines.

    Args:
        resource: the file.
        path: its path in the repository.
        found: lines, counted from 1, and what is wrong there: never the file's text.
        urn: the file's URN, in a rule on stacks.
    """
    lines: dict[str, list[int]] = {}
    for line, what in found:
        lines.setdefault(what, []).append(line)
    for what, numbers in lines.items():
        listed = sorted(set(numbers))
        more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
        shown = ", ".join(map(str, listed[:_SHOWN]))
        word = "line" if len(listed) == 1 else "lines"
        yield Finding(
            f"{what}: {path}, {word} {shown}{more}",
            ("files", path),
            unknown=resource.facts.text("content") is UNKNOWN,
            urn=urn,
        )


def named(found: Iterable[tuple[int, str]], workflow: Workflow) -> Iterator[tuple[int, str]]:
    """Yield what is wrong on which lines; what is in a called file names that file."""
    for line, what in found:
        called = workflow.calls.get(line)
        yield (line, what if called is None else f"{what}, in {called}")


def in_action(workflow: Workflow, line: int) -> bool:
    """Say whether a line stands for a local action that is used there."""
    called = workflow.calls.get(line)
    return called is not None and not called.endswith((".yml", ".yaml"))
