"""Workflow files, read from their text: every part knows the line that it stands on.

Read by YAML nodes, not values: in YAML 1.1 the key `on:` is the boolean true, and a value has no
line. Anchors are resolved; a file that GitHub would refuse (not YAML, keys given twice or merged,
no jobs) is None. Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from weakref import WeakKeyDictionary

import yaml

from portcullis_policy import yaml_nodes

LONGEST = 512 * 1024
"""Characters; GitHub refuses longer workflow files."""

_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"


class UnreadableError(ValueError):
    """A file that GitHub would refuse, too; without the file's text."""


class At:
    """A place in a file: a node with its line. A place that is not there answers with nothing."""

    __slots__ = ("_breaks", "_entries", "_items", "_lines", "_node", "line")

    def __init__(self, node: yaml.Node | None, line: int | None = None) -> None:
        """Wrap a node.

        Args:
            node: None: nothing is there.
            line: where its key stands, counted from 1; by default where it begins itself.
        """
        self._node = node
        self._items: dict[str, At] | None = None  # many rules ask for the same places
        self._entries: list[At] | None = None
        self._breaks: list[int] | None = None
        self._lines: tuple[tuple[int, str], ...] | None = None
        self.line = line or (node.start_mark.line + 1 if node is not None else 1)

    @property
    def node(self) -> yaml.Node | None:
        """Return the node itself."""
        return self._node

    @property
    def given(self) -> bool:
        """Say whether something is there that is not null."""
        return self._node is not None and self._node.tag != _NULL

    @property
    def text(self) -> str:
        """Return a scalar as written; empty for anything else."""
        return self._node.value if isinstance(self._node, yaml.ScalarNode) and self.given else ""

    @property
    def is_mapping(self) -> bool:
        """Say whether it has keys."""
        return isinstance(self._node, yaml.MappingNode)

    def items(self) -> dict[str, "At"]:
        """Return the entries of a mapping by key; empty for anything else."""
        if self._items is None:
            self._items = self._read_items()
        return self._items

    def _read_items(self) -> dict[str, "At"]:
        found: dict[str, At] = {}
        if not isinstance(self._node, yaml.MappingNode):
            return found
        for key, value in self._node.value:
            if isinstance(key, yaml.ScalarNode):
                found[key.value] = At(value, key.start_mark.line + 1)
        return found

    def get(self, *path: str) -> "At":
        """Return what stands under a path of keys."""
        here = self
        for key in path:
            here = here.items().get(key, _NOTHING)
        return here

    def entries(self) -> "list[At]":
        """Return the entries of a list; a scalar is a list of one."""
        if self._entries is None:
            listed = self._node.value if isinstance(self._node, yaml.SequenceNode) else []
            self._entries = [At(node) for node in listed]
        if isinstance(self._node, yaml.ScalarNode) and self.given:
            return [self]
        return self._entries

    def lines(self) -> tuple[tuple[int, str], ...]:
        """Return the logical lines of a script with their lines in the file, without comments.

        Lines that end with a backslash are joined with the next.
        """
        if self._lines is None:
            self._lines = tuple(self._read_lines())
        return self._lines

    def line_of(self, offset: int) -> int:
        """Return the line in the file of a place in the text of a script."""
        if not self._is_block:  # a quoted text says nothing of its lines
            return self._first_line()
        if self._breaks is None:
            self._breaks = [each.start() for each in re.finditer("\n", self.text)]
        return self._first_line() + bisect_left(self._breaks, offset)

    def _first_line(self) -> int:
        return self._node.start_mark.line + 1 + self._is_block if self._node is not None else 1

    @property
    def _is_block(self) -> bool:
        return isinstance(self._node, yaml.ScalarNode) and self._node.style in ("|", ">")

    def _read_lines(self) -> Iterator[tuple[int, str]]:
        first = self._first_line()
        joined, begun = "", first
        for offset, line in enumerate(self.text.split("\n")):
            number = (
                first + offset if self._is_block else first
            )  # a quoted text says nothing of its lines
            begun = begun if joined else number
            joined += line
            if joined.endswith("\\"):
                joined = joined[:-1] + " "
                continue
            if not joined.lstrip().startswith("#"):
                yield (begun, joined)
            joined = ""
        if joined:
            yield (begun, joined)


_NOTHING = At(None)
_NO_CALLS: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job.

    Attributes:
        at: where it stands.
        uses: the action as written, in lower case; empty if it runs a script.
    """

    at: At
    uses: str

    @property
    def action(self) -> str:
        """Return the action without its version."""
        return self.uses.partition("@")[0]

    @property
    def run(self) -> At:
        """Return its script: what a shell runs, or what `actions/github-script` does."""
        if self.action == "actions/github-script":
            return self.at.get("with", "script")
        return self.at.get("run")

    def with_(self, name: str) -> str:
        """Return an input of the action; names of inputs have no case."""
        for key, value in self.at.get("with").items().items():
            if key.lower() == name:
                return value.text
        return ""

    def values(self) -> Iterator[At]:
        """Yield what is handed to it: environment variables and inputs."""
        for block in ("env", "with"):
            yield from self.at.get(block).items().values()


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a workflow.

    Attributes:
        at: where it stands.
        steps: its steps; none for a job that calls another workflow.
    """

    at: At
    steps: tuple[Step, ...]

    @property
    def environment(self) -> At:
        """Return the name of its environment, in both forms."""
        environment = self.at.get("environment")
        return environment.get("name") if environment.is_mapping else environment

    @property
    def uses(self) -> At:
        """Return the workflow that it calls."""
        return self.at.get("uses")

    @property
    def runs_on(self) -> tuple[At, ...]:
        """Return its runner's labels, in all forms."""
        runner = self.at.get("runs-on")
        if runner.is_mapping:
            return (*runner.get("labels").entries(), *runner.get("group").entries())
        return tuple(runner.entries())


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Workflow:
    """A workflow file.

    Attributes:
        at: the whole file.
        triggers: what starts it, by event; the events' settings.
        jobs: its jobs.
        calls: the paths of the files whose parts count as standing on a line, by that line.
    """

    at: At
    triggers: Mapping[str, At]
    jobs: tuple[Job, ...]
    calls: Mapping[int, str] = field(default_factory=dict)

    def needed_by(self, job: Job) -> tuple[Job, ...]:
        """Return the jobs that have to be done before a job, also those that they need."""
        known = _known(self)
        found: dict[str, Job] = {}
        waiting = [each.text for each in job.at.get("needs").entries()]
        while waiting and len(found) < _MOST_NEEDED:
            name = waiting.pop()
            if name in known and name not in found:
                found[name], needs = known[name]
                waiting += needs
        return tuple(found.values())

    def steps(self) -> Iterator[tuple[Job, Step]]:
        """Yield every step with its job."""
        for job in self.jobs:
            for step in job.steps:
                yield (job, step)


_KNOWN: WeakKeyDictionary[Workflow, dict[str, tuple[Job, list[str]]]] = WeakKeyDictionary()
_MOST_NEEDED = 200
"""Jobs before another one that are followed; no workflow that people wrote has as many."""


def _known(workflow: Workflow) -> dict[str, tuple[Job, list[str]]]:
    """Return the jobs of a workflow by name, each with what it needs."""
    if workflow not in _KNOWN:
        _KNOWN[workflow] = {
            name: (job, [each.text for each in job.at.get("needs").entries()])
            for name, job in zip(workflow.at.get("jobs").items(), workflow.jobs, strict=True)
        }
    return _KNOWN[workflow]


@lru_cache(maxsize=4096)
def read(text: str) -> Workflow | None:
    """Return a workflow file's parts; None for one that cannot be read."""
    try:
        return workflow_at(compose(text).node)
    except UnreadableError:
        return None


def workflow_at(node: yaml.Node | None, calls: Mapping[int, str] = _NO_CALLS) -> Workflow | None:
    """Return the parts of a workflow; None for what is none.

    Args:
        node: the top of the file.
        calls: the called files whose parts are in it, by line.
    """
    top = At(node)
    jobs = top.get("jobs")
    if not jobs.is_mapping:
        return None
    on = top.get("on")
    triggers = on.items() if on.is_mapping else {each.text: _NOTHING for each in on.entries()}
    if not triggers:
        return None
    return Workflow(top, triggers, tuple(_job(job) for job in jobs.items().values()), calls)


def compose(text: str) -> At:
    """Return a YAML file's top.

    Raises:
        UnreadableError: it is not YAML, too long, nested too deeply, or has a key twice or merged.
    """
    top = _composed(text)
    if isinstance(top, str):
        raise UnreadableError(top)
    return top


@lru_cache(maxsize=1024)
def _composed(text: str) -> At | str:
    """Return a YAML file's top, or why it cannot be read; several rules ask for the same file."""
    if len(text) > LONGEST:
        return "too long"
    try:
        node = yaml_nodes.compose(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return type(error).__name__
    return "keys twice, or merged" if _has_odd_keys(node) else At(node)


def _job(at: At) -> Job:
    steps = tuple(
        Step(step, step.get("uses").text.strip().lower()) for step in at.get("steps").entries()
    )
    return Job(at, steps)


def _has_odd_keys(top: yaml.Node | None) -> bool:
    """Say whether a mapping has a key twice, or merges another: GitHub reads neither."""
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if len(keys) != len(set(keys)) or any(key.tag == _MERGE for key, _ in node.value):
                return True
            waiting += [value for _, value in node.value]
    return False
