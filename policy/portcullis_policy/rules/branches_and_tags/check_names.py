"""The names of the checks that workflow files make, as GitHub shows them and rulesets ask for them.

A check of a workflow has its job's name: `name:`, or else the job's key. A job with a matrix gets
its values in parentheses, unless its name holds an expression. A job that calls a workflow gives
`caller / called`. Source:
https://docs.github.com/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
"""

import contextlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from portcullis_policy.semantics.workflows import At, Workflow

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

MOST_COMBINATIONS = 256
"""Of a matrix: GitHub runs no more jobs."""

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
    """Yield the patterns of a workflow's checks; `calling` are the files on the way here."""
    for key, job in workflow.at.get("jobs").items().items():
        names = list(_names(key, job))
        uses = job.get("uses")
        if not uses.given:
            yield from names
            continue
        for name, called in product(names, list(_called(uses.text, files, calling))):
            yield f"{name} / {called}"


def _called(uses: str, files: Mapping[str, Workflow], calling: frozenset[str]) -> Iterable[str]:
    """Return the patterns of the checks of a called workflow; one outside the stack makes any."""
    path = posixpath.normpath(uses.strip())
    if not uses.strip().startswith("./") or path not in files or path in calling:
        return (_ANYTHING,)
    return _of_workflow(files[path], files, calling | {path})


def _names(key: str, job: At) -> Iterator[str]:
    """Yield the patterns of a job's own name, one for each combination of its matrix."""
    name = job.get("name")
    written = name.text if name.given else key
    literal = _EXPRESSION.split(written)
    pattern = ".*".join(map(re.escape, literal))
    matrix = job.get("strategy", "matrix")
    if len(literal) > 1 or not matrix.given:
        yield pattern
        return
    for values in _combinations(matrix):
        yield rf"{pattern} \({values}\)"


def _combinations(matrix: At) -> Iterable[str]:
    """Return patterns of a matrix's values; one for all where they are not plain lists."""
    items = matrix.items()
    lists = [each.entries() for each in items.values()]
    plain = items and not {"include", "exclude"} & items.keys()
    if not plain or any(not _is_plain(each) for entries in lists for each in entries):
        return (_ANYTHING,)
    count = 1
    for entries in lists:
        count *= len(entries)
    if not 0 < count <= MOST_COMBINATIONS:
        return (_ANYTHING,)
    return [", ".join(map(_value, values)) for values in product(*lists)]


def _is_plain(value: At) -> bool:
    return bool(value.text) and not _EXPRESSION.search(value.text)


def _value(value: At) -> str:
    """Return a pattern of a value as GitHub shows it: 3.10 without quotes is the number 3.1."""
    shown = {value.text}
    with contextlib.suppress(ValueError):
        shown.add(f"{float(value.text):g}")
    return f"(?:{'|'.join(map(re.escape, sorted(shown)))})"
