"""The names of the checks that workflow files make, as GitHub shows them and rulesets ask for them.

A check of a workflow has its job's name: `name:`, or else the job's key. A job with a matrix gets
its values in parentheses, unless its name holds an expression. A job that calls a workflow gives
`caller / called`. Source:
https://docs.github.com/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
"""

import contextlib
import posixpath
import re
from collections.abc import Iterator, Mapping

from portcullis_policy.semantics.workflow_files.workflows import At, Workflow

NEVER_OF_A_PULL_REQUEST = frozenset(
    {
        *("schedule", "workflow_call", "workflow_run", "repository_dispatch", "release"),
        *("issues", "issue_comment", "discussion", "discussion_comment", "label", "milestone"),
        *("page_build", "public", "watch", "fork", "gollum", "branch_protection_rule", "delete"),
    }
)
"""Events whose runs report to the default branch or to a tag, and never to a pull request.

Source: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_ANYTHING = ".+"
_WRITES = ("statuses", "checks")


def patterns(files: Mapping[str, Workflow]) -> frozenset[str] | None:
    """Return regular expressions of the checks that workflow files make on pull requests.

    Args:
        files: a repository's workflow files, by path.

    Returns:
        None where a job may report checks under names of its choice.
    """
    if any(_writes_checks(each.at) for each in files.values()):
        return None
    return frozenset(
        pattern
        for workflow in files.values()
        if any(_reaches_pull_requests(*each) for each in workflow.triggers.items())
        for pattern in _of_workflow(workflow, files, frozenset())
    )


def _reaches_pull_requests(event: str, settings: At) -> bool:
    """Say whether a run of this event may report to the head of a pull request."""
    if event == "push" and settings.is_mapping:
        given = settings.items().keys()
        tags_only = bool(given & {"tags", "tags-ignore"})
        return not tags_only or bool(given & {"branches", "branches-ignore"})
    return event not in NEVER_OF_A_PULL_REQUEST


def _writes_checks(workflow: At) -> bool:
    """Say whether a workflow may report checks by the API, under any name."""
    places = [workflow, *workflow.get("jobs").items().values()]
    for permissions in (place.get("permissions") for place in places):
        if permissions.text.strip() == "write-all":
            return True
        if any(permissions.get(name).text.strip() == "write" for name in _WRITES):
            return True
    return False


def _of_workflow(
    workflow: Workflow, files: Mapping[str, Workflow], calling: frozenset[str]
) -> Iterator[str]:
    """Yield a pattern for each job of a workflow; `calling` are the files on the way here."""
    for key, job in workflow.at.get("jobs").items().items():
        name, uses = _name(key, job), job.get("uses")
        yield f"{name} / (?:{_called(uses.text, files, calling)})" if uses.given else name


def _called(uses: str, files: Mapping[str, Workflow], calling: frozenset[str]) -> str:
    """Return a pattern of the checks of a called workflow; one outside the stack makes any."""
    path = posixpath.normpath(uses.strip())
    if not uses.strip().startswith("./") or path not in files or path in calling:
        return _ANYTHING
    return "|".join(_of_workflow(files[path], files, calling | {path}))


def _name(key: str, job: At) -> str:
    """Return a pattern of a job's own name, with any combination of its matrix."""
    name = job.get("name")
    literal = _EXPRESSION.split(name.text if name.given else key)
    pattern = ".*".join(map(re.escape, literal))
    matrix = job.get("strategy", "matrix")
    if len(literal) > 1 or not matrix.given:
        return pattern
    return rf"{pattern} \({_combinations(matrix)}\)"


def _combinations(matrix: At) -> str:
    """Return a pattern of a matrix's values: of anything where they are not plain lists."""
    items = matrix.items()
    lists = [each.entries() for each in items.values()]
    plain = items and not {"include", "exclude"} & items.keys()
    if not plain or not all(entries and all(map(_is_plain, entries)) for entries in lists):
        return _ANYTHING
    return ", ".join(f"(?:{'|'.join(map(_value, entries))})" for entries in lists)


def _is_plain(value: At) -> bool:
    return bool(value.text) and not _EXPRESSION.search(value.text)


def _value(value: At) -> str:
    """Return a pattern of a value as GitHub shows it: 3.10 without quotes is the number 3.1."""
    shown = {value.text}
    with contextlib.suppress(ValueError):
        shown.add(f"{float(value.text):g}")
    return "|".join(map(re.escape, sorted(shown)))
