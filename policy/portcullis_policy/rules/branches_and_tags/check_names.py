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
from dataclasses import dataclass
from functools import lru_cache

from portcullis_policy.semantics.languages.automata import (
    ANY,
    ANYTHING,
    Automaton,
    Either,
    Expression,
    TooComplexError,
    automaton,
    literal,
    sequence,
)
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
_SOMETHING = sequence(ANY, ANYTHING)
_WRITES = ("statuses", "checks")
_MOST_JOBS = 2000
"""Jobs of called workflows that are followed: each may call several others."""


def patterns(files: Mapping[str, Workflow]) -> frozenset[Expression] | None:
    """Return patterns of the checks that workflow files make on pull requests.

    Args:
        files: a repository's workflow files, by path.

    Returns:
        None where a job may report checks under names of its choice, or there are too many jobs.
    """
    if any(_writes_checks(each.at) for each in files.values()):
        return None
    calls = _Calls(files)
    try:
        return frozenset(
            pattern
            for workflow in files.values()
            if any(_reaches_pull_requests(*each) for each in workflow.triggers.items())
            for pattern in calls.checks_of(workflow, frozenset())
        )
    except TooComplexError:
        return None


def is_made(check: str, made: frozenset[Expression]) -> bool:
    """Say whether one of some patterns has a check; a pattern that is too long may have it."""
    try:
        return any(_automaton(each).accepts(check) for each in made)
    except TooComplexError:
        return True


@lru_cache(maxsize=4096)
def _automaton(expression: Expression) -> Automaton:
    return automaton(expression)


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


@dataclass
class _Calls:
    """The workflow files of a repository, which may call each other."""

    files: Mapping[str, Workflow]
    jobs: int = 0

    def checks_of(self, workflow: Workflow, calling: frozenset[str]) -> Iterator[Expression]:
        """Yield a pattern for each job of a workflow; `calling` are the files on the way here.

        Raises:
            TooComplexError: the calls lead to too many jobs.
        """
        for key, job in workflow.at.get("jobs").items().items():
            self.jobs += 1
            if self.jobs > _MOST_JOBS:
                raise TooComplexError
            name, uses = _name(key, job), job.get("uses")
            called = (literal(" / "), self._called(uses.text, calling)) if uses.given else ()
            yield sequence(name, *called)

    def _called(self, uses: str, calling: frozenset[str]) -> Expression:
        """Return a pattern of the checks of a called workflow; one outside the stack makes any."""
        path = posixpath.normpath(uses.strip())
        if not uses.strip().startswith("./") or path not in self.files or path in calling:
            return _SOMETHING
        return Either(tuple(self.checks_of(self.files[path], calling | {path})))


def _name(key: str, job: At) -> Expression:
    """Return a pattern of a job's own name, with any combination of its matrix."""
    name = job.get("name")
    first, *others = _EXPRESSION.split(name.text if name.given else key)
    parts = [each for text in others for each in (ANYTHING, literal(text))]
    matrix = job.get("strategy", "matrix")
    if others or not matrix.given:
        return sequence(literal(first), *parts)
    return sequence(literal(f"{first} ("), _combinations(matrix), literal(")"))


def _combinations(matrix: At) -> Expression:
    """Return a pattern of a matrix's values: of anything where they are not plain lists."""
    items = matrix.items()
    lists = [each.entries() for each in items.values()]
    plain = items and not {"include", "exclude"} & items.keys()
    if not plain or not all(entries and all(map(_is_plain, entries)) for entries in lists):
        return _SOMETHING
    values = [
        Either(tuple(each for entry in entries for each in _value(entry))) for entries in lists
    ]
    return sequence(*[each for value in values for each in (literal(", "), value)][1:])


def _is_plain(value: At) -> bool:
    return bool(value.text) and not _EXPRESSION.search(value.text)


def _value(value: At) -> Iterator[Expression]:
    """Yield a value as GitHub may show it: 3.10 without quotes is the number 3.1."""
    yield literal(value.text)
    with contextlib.suppress(ValueError):
        yield literal(f"{float(value.text):g}")
