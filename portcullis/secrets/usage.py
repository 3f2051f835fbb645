"""Which job of which workflow uses which secret, read from the workflow files themselves.

Source: https://docs.github.com/actions/reference/workflows-and-actions/contexts#secrets-context
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from portcullis_policy.semantics.workflow_files import expressions
from portcullis_policy.semantics.workflow_files.expressions import OPENING, Mentions, in_braces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WORKFLOWS = ".github/workflows/"
DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
GITHUB_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - a name
"""GitHub's own secret, made for each job: nobody declares it."""
WHOLE_FILE = "*"
"""The name that a file has as a job where it has none, or cannot be read."""
DEEPEST = 100
"""Levels of a file that is read; no workflow needs as many."""
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Twenty times as fast where it is there: a large organization has hundreds of workflows."""


@dataclass(frozen=True)
class Job:
    """A job of a workflow, and the secrets that it uses."""

    workflow: str
    """The file's path."""
    name: str
    """The job's key; `*` is a whole file."""
    environment: str | None
    """As it is written: an expression is any environment."""
    secrets: Mentions

    def may_enter(self, environment: str) -> bool:
        """Return whether the job runs in ``environment``, or could."""
        own = self.environment or ""
        # GitHub does not tell upper from lower case in environments' names
        return OPENING in own or own.lower() == environment.lower()


_ANYTHING = Mentions(everything=True)
"""What a file may use that cannot be read."""


def jobs_of(files: Mapping[str, str | None]) -> list[Job]:
    """Return all jobs of the workflows in ``files``, path to text (None: not readable)."""
    return [
        job
        for path, text in sorted(files.items())
        if path.startswith(WORKFLOWS) and path.endswith((".yml", ".yaml"))
        for job in workflow_jobs(path, text)
    ]


def workflow_jobs(path: str, text: str | None) -> list[Job]:
    """Return the jobs of a workflow; one that may use everything where the file cannot be read."""
    try:
        workflow = _parsed(text)
        jobs = workflow["jobs"].items()
        shared = mentions(_expressions(workflow.get("env")))
        return [_job(path, str(key), job, shared) for key, job in jobs]
    except _UNREADABLE:
        return [Job(path, WHOLE_FILE, None, _ANYTHING)]


def _job(path: str, key: str, job: Mapping[str, Any], shared: Mentions) -> Job:
    found = shared | mentions(_expressions(job))
    if job.get("secrets") == "inherit":
        found |= _ANYTHING
    environment = job.get("environment")
    if isinstance(environment, dict):
        environment = environment.get("name")
    return Job(path, key, str(environment) if environment else None, found)


def dependabot_mentions(files: Mapping[str, str | None]) -> Mentions:
    """Return the secrets that Dependabot's own file names, for private registries."""
    found = Mentions()
    for path in DEPENDABOT:
        if path in files:
            try:
                found |= mentions(_expressions(_parsed(files[path])))
            except _UNREADABLE:
                found |= _ANYTHING
    return found


_UNREADABLE = (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError, RecursionError)


def _parsed(text: str | None) -> Any:  # noqa: ANN401 - any YAML
    """Return the file as plain texts, lists and mappings: `on` is a word, and a date is a text."""
    if text is None:
        raise ValueError("nobody has the text")
    depth = 0
    for event in yaml.parse(text, _LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError("libyaml would end the process")
    return yaml.load(text, _LOADER)  # noqa: S506 - it makes texts, lists and mappings only


def _expressions(node: object) -> Iterator[str]:
    """Yield every expression below ``node``; `if` is one without its braces."""
    seen: set[int] = set()  # aliases can repeat, and contain themselves
    waiting: list[tuple[str, object]] = [("", node)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, str):
            found = list(in_braces(value))
            yield from found
            if key == "if" and not found:
                yield value
        elif isinstance(value, dict | list) and id(value) not in seen:
            seen.add(id(value))
            pairs = value.items() if isinstance(value, dict) else (("", each) for each in value)
            waiting += [(str(name), each) for name, each in pairs]


def mentions(found: Iterable[str]) -> Mentions:
    """Return the secrets that expressions name, apart from GitHub's own."""
    named = expressions.mentions(found)
    return Mentions(named.names - {GITHUB_TOKEN}, named.everything)
