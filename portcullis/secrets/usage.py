"""Which job of which workflow uses which secret, read from the workflow files themselves.

Source: https://docs.github.com/actions/reference/workflows-and-actions/contexts#secrets-context
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WORKFLOWS = ".github/workflows/"
DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
WHOLE_FILE = "*"
"""The name that a file has as a job where it has none, or cannot be read."""
GITHUB_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - a name
"""GitHub's own, made for each job: nobody declares it."""

DEEPEST = 100
"""Levels of a file that is read; no workflow needs as many."""
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Twenty times as fast where it is there: a large organization has hundreds of workflows."""
_OPENING = "${{"
_EXPRESSION = re.compile(r"((?:'(?:[^']|'')*+'|[^'}]|\}(?!\}))*+)\}\}")
"""The rest of an expression: it ends at the first `}}` outside of its texts."""
_TOKEN = re.compile(r"'((?:[^']|'')*+)'|([A-Za-z_][A-Za-z0-9_-]*)|(\S)")


@dataclass(frozen=True)
class Mentions:
    """The secrets that a text names."""

    names: frozenset[str] = frozenset()
    """In upper case, as GitHub compares them."""
    everything: bool = False
    """It may use others too: `secrets: inherit`, `toJSON(secrets)`, `secrets[...]`."""

    def __or__(self, other: Mentions) -> Mentions:
        """Return both together."""
        return Mentions(self.names | other.names, self.everything or other.everything)

    def may_use(self, name: str) -> bool:
        """Return whether the secret ``name`` may be read."""
        return self.everything or name.upper() in self.names


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
        return _OPENING in own or own.lower() == environment.lower()


_ANYTHING = Mentions(everything=True)
"""Nobody can say what a file that cannot be read uses."""


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
            found = list(_in_braces(value))
            yield from found
            if key == "if" and not found:
                yield value
        elif isinstance(value, dict | list) and id(value) not in seen:
            seen.add(id(value))
            pairs = value.items() if isinstance(value, dict) else (("", each) for each in value)
            waiting += [(str(name), each) for name, each in pairs]


def _in_braces(text: str) -> Iterator[str]:
    """Yield the expressions in a text; GitHub takes no workflow in which one does not end."""
    start = text.find(_OPENING)
    while start >= 0 and (found := _EXPRESSION.match(text, start + len(_OPENING))):
        yield found[1]
        start = text.find(_OPENING, found.end())


def mentions(expressions: Iterable[str]) -> Mentions:
    """Return the secrets that ``expressions``, without their braces, name."""
    found = Mentions()
    for expression in expressions:
        found |= _of_expression(expression)
    return found


def _of_expression(expression: str) -> Mentions:
    """Return what follows each `secrets` that is the context, and no property of another one."""
    tokens = list(_TOKEN.finditer(expression))
    names: set[str] = set()
    everything = False
    for i, token in enumerate(tokens):
        if (token[2] or "").lower() != "secrets" or (i and tokens[i - 1][0] == "."):
            continue
        after = [*(each[0] for each in tokens[i + 1 : i + 4]), "", "", ""]
        if after[0] == "." and after[1] != "*":
            names.add(after[1].upper())
        elif after[0] == "[" and after[1].startswith("'") and after[2] == "]":
            names.add(after[1].strip("'").upper())
        else:
            everything = True
    return Mentions(frozenset(names - {GITHUB_TOKEN, ""}), everything)
