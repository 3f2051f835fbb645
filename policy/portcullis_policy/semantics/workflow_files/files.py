"""Workflow files and dependabot.yml, as resources of a stack: which, and of which repository."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Finding, Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.workflows import Workflow, read

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
    path = _path(resource)
    return _CONTROL.sub("?", path) if _WORKFLOW.fullmatch(path) else None


def dependabot_path(resource: Resource) -> str | None:
    """Return the path of a Dependabot configuration; None for any other file."""
    path = _path(resource)
    return path if _DEPENDABOT.fullmatch(path) else None


def _path(resource: Resource) -> str:
    """Return a file's path from the repository's root, written in one way; nothing if unknown."""
    path = resource.facts.text("file")
    return posixpath.normpath(path).lstrip("/") if isinstance(path, str) else ""


def workflow_files(stack: Stack) -> tuple[WorkflowFile, ...]:
    """Return the workflow files of a stack."""
    return stack.once(_read_files)


def workflow_files_of(stack: Stack, repository: object) -> Sequence[WorkflowFile]:
    """Return the workflow files of one repository, named in lower case."""
    return stack.once(_files_by_repository).get(repository, ())


def _files_by_repository(stack: Stack) -> dict[object, list[WorkflowFile]]:
    found: dict[object, list[WorkflowFile]] = {}
    for each in workflow_files(stack):
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
