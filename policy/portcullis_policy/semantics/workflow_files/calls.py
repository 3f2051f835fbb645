"""Workflows as GitHub runs them: with the jobs and steps that they call in their own repository.

A call of a local workflow is replaced by its jobs, and a step with a local composite action by its
steps. Inputs, secrets and outputs are followed by their names. Every part of a called file counts
as if it stood on the line that calls it.
Source: https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import yaml

from portcullis_policy.semantics.workflow_files.renamed_values import (
    Values,
    as_text,
    in_text,
    of_condition,
)
from portcullis_policy.semantics.workflow_files.workflows import (
    UnreadableError,
    Workflow,
    compose,
    read,
    workflow_at,
)

_DEEPEST = 6
"""Files that call one another; GitHub allows ten workflows."""
_MOST = 20_000
"""Nodes of called files in one workflow, beyond which calls are left as they are."""
_STR, _MAP, _SEQ = (f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))
_Pair = tuple[yaml.Node, yaml.Node]


class _TooMuchError(ValueError):
    """Called files have more parts than any that people write."""


def called_path(uses: str) -> str | None:
    """Return the path of a local workflow or the folder of a local action; None for another."""
    return posixpath.normpath(uses.strip().lower()) if uses.strip().startswith("./") else None


def called_elsewhere(uses: str, account: str | None) -> bool:
    """Say whether a workflow that is called is surely of another organization than its caller.

    Args:
        uses: what the caller names.
        account: the account of the calling file, as `Resource.provider` says it.
    """
    own, known, _ = (account or "").partition(" ")
    named = uses.strip().lower()
    others = not named.startswith(("./", "$/", "${{")) and named.partition("/")[0] != own
    return bool(known and named) and others


def called_by(content: str) -> frozenset[str]:
    """Return the local paths that a workflow or a composite action names."""
    try:
        top = compose(content)
    except UnreadableError:
        return frozenset()
    used = [job.get("uses") for job in top.get("jobs").items().values()]
    steps = [top.get("runs", "steps"), *(j.get("steps") for j in top.get("jobs").items().values())]
    used += [step.get("uses") for each in steps for step in each.entries()]
    return frozenset(path for each in used if (path := called_path(each.text)) is not None)


@lru_cache(maxsize=2048)
def as_run(content: str, files: frozenset[tuple[str, str]]) -> Workflow | None:
    """Return a workflow with what it calls; None for one that cannot be read.

    Args:
        content: the text of the workflow file.
        files: the texts of what it calls, by the path of a workflow or the folder of an action.
    """
    plain = read(content)
    tops = {path: top for path, text in files if (top := _top(text)) is not None}
    if plain is None or not tops or plain.at.node is None:
        return plain
    try:
        calls = _Calls(tops)
        top = calls.workflow(plain.at.node)
    except (_TooMuchError, RecursionError):
        return plain
    return workflow_at(top, calls.made) or plain


@lru_cache(maxsize=1024)
def action_as_workflow(content: str) -> Workflow | None:
    """Return an action as a workflow with one job; None for one that cannot be read.

    What its inputs hold is decided where it is used, so they count as harmless here.
    """
    top = _top(content)
    runs = _entry(top, "runs")
    if top is None or runs is None:
        return None
    steps = _items(_entry(runs, "steps"))
    image = _entry(runs, "image")
    if _text(image).startswith("docker://") and image is not None:
        steps = [_mapping([(_scalar("uses", image), image)], image)]
    inputs: list[_Pair] = [
        (key, _mapping([(_scalar("type", key), _scalar("boolean", key))], key))
        for key, _ in _pairs(_entry(top, "inputs"))
    ]
    call = _mapping([(_scalar("inputs", top), _mapping(inputs, top))], top)
    job = _mapping([(_scalar("steps", runs), _sequence(steps, runs))], runs)
    made = {
        "on": _mapping([(_scalar("workflow_call", top), call)], top),
        "permissions": _mapping([], top),
        "jobs": _mapping([(_scalar("action", runs), job)], runs),
    }
    return workflow_at(_mapping([(_scalar(key, top), each) for key, each in made.items()], top))


def _top(text: str) -> yaml.Node | None:
    try:
        return compose(text).node
    except UnreadableError:
        return None


class _Calls:
    """Puts called files in the place of their calls.

    Attributes:
        made: what is called, by line; of files that call one another, the last.
    """

    def __init__(self, files: Mapping[str, yaml.Node]) -> None:
        self._files = files
        self._left = _MOST
        self.made: dict[int, str] = {}

    def workflow(self, top: yaml.Node) -> yaml.Node:
        """Return the whole workflow."""
        shared = _pairs(_entry(top, "env"))
        jobs = self._jobs(_pairs(_entry(top, "jobs")), shared, 0)
        rest = [pair for pair in _pairs(top) if pair[0].value not in ("jobs", "env")]
        at = _entry(top, "jobs") or top
        return _mapping([*rest, (_scalar("jobs", at), _mapping(jobs, at))], top)

    def _jobs(self, jobs: Iterable[_Pair], shared: list[_Pair], depth: int) -> list[_Pair]:
        """Return the jobs of a file, with the variables that they share, and those they call."""
        found: list[_Pair] = []
        values: Values = {}
        names: dict[str, list[str]] = {}
        for key, job in jobs:
            uses = _entry(job, "uses")
            path = called_path(_text(uses))
            called = self._files.get(path) if path is not None else None
            if uses is None or path is None or called is None or depth >= _DEEPEST:
                found.append((key, self._own(job, shared)))
                continue
            self._note(uses, path)
            inner = self._called(key.value, job, called, uses, depth)
            names[key.value] = [each.value for each, _ in inner]
            values |= _outputs_of(called, job, key.value, names[key.value])
            found += inner
        if not names:
            return found
        return [(key, self._after(job, names, values)) for key, job in found]

    def _note(self, uses: yaml.Node, path: str) -> None:
        self.made[uses.start_mark.line + 1] = path

    def _after(self, job: yaml.Node, names: Mapping[str, list[str]], values: Values) -> yaml.Node:
        """Return a job that may need called ones."""
        pairs = []
        for key, value in _pairs(self._copied(job, values, None)):
            if key.value != "needs":
                pairs.append((key, value))
                continue
            needs = [new for each in _items(value) for new in names.get(each.value, [each.value])]
            pairs.append((key, _sequence([_scalar(each, value) for each in needs], value)))
        return _mapping(pairs, job)

    def _called(
        self, name: str, call: yaml.Node, called: yaml.Node, uses: yaml.Node, depth: int
    ) -> list[_Pair]:
        """Return the jobs of a called workflow, as its caller starts them."""
        values = _given_to_workflow(call, called)
        own = _pairs(_entry(called, "jobs"))
        new = {key.value: name if len(own) == 1 else f"{name}-{key.value}" for key, _ in own}
        values |= {f"needs.{old.lower()}": ("needs", each) for old, each in new.items()}
        shared = _pairs(self._copied(_entry(called, "env"), values, uses))
        jobs = []
        for key, job in own:
            copied = _pairs(self._copied(job, values, uses))
            pairs = _with_caller(copied, call, called, new, uses)
            jobs.append((_scalar(new[key.value], uses), _mapping(pairs, uses)))
        return self._jobs(jobs, shared, depth + 1)

    def _own(self, job: yaml.Node, shared: list[_Pair]) -> yaml.Node:
        """Return a job with the steps of the actions that it uses."""
        if shared:
            job = _with_env(job, shared)
        steps = _entry(job, "steps")
        if not isinstance(steps, yaml.SequenceNode):
            return job
        values: Values = {}
        found = [each for step in steps.value for each in self._step(step, values, 0)]
        if len(found) == len(steps.value) and all(map(_same, found, steps.value)):
            return job
        pairs = [(key, value) for key, value in _pairs(job) if key.value != "steps"]
        pairs.append((_scalar("steps", steps), _sequence(found, steps)))
        made = _mapping(pairs, job)
        return self._copied(made, values, None) if values else made

    def _step(self, step: yaml.Node, values: Values, depth: int) -> Iterator[yaml.Node]:
        """Yield a step, or the steps of the action that it uses; note that action's outputs."""
        uses = _entry(step, "uses")
        path = called_path(_text(uses))
        action = self._files.get(path) if path is not None else None
        inner = _entry(_entry(action, "runs"), "steps")
        if uses is None or path is None or inner is None or depth >= _DEEPEST:
            yield step
            return
        self._note(uses, path)
        prefix = f"{_text(_entry(step, 'id')) or f'line-{uses.start_mark.line}'}-"
        given = _given_to_action(step, action)
        given["steps"] = ("steps", prefix)
        for each in _items(inner):
            pairs = _pairs(self._copied(each, given, uses))
            yield from self._step(_inside(pairs, step, prefix, uses), values, depth + 1)
        name = _text(_entry(step, "id")).lower()
        for key, output in _pairs(_entry(action, "outputs")):
            text = in_text(_text(_entry(output, "value")), given)
            values[f"steps.{name}.outputs.{key.value.lower()}"] = text

    def _copied(
        self, node: yaml.Node | None, values: Values, at: yaml.Node | None, key: str = ""
    ) -> yaml.Node:
        """Return a copy with values in the place of their names.

        Args:
            node: what is copied.
            values: texts by the name that stands for them.
            at: whose line the copy gets; None: each part keeps its own.
            key: the key that it stands under.
        """
        self._left -= 1
        if self._left < 0:
            raise _TooMuchError
        where = at or node
        if node is None or where is None:
            return yaml.MappingNode(_MAP, [])
        if isinstance(node, yaml.MappingNode):
            pairs = [
                (self._copied(name, {}, at), self._copied(value, values, at, name.value))
                for name, value in node.value
                if isinstance(name, yaml.ScalarNode)
            ]
            return _mapping(pairs, where)
        if isinstance(node, yaml.SequenceNode):
            return _sequence([self._copied(each, values, at) for each in node.value], where)
        text = of_condition(node.value, values) if key == "if" else in_text(node.value, values)
        style = node.style if at is None and isinstance(node, yaml.ScalarNode) else None
        return yaml.ScalarNode(node.tag, text, where.start_mark, where.end_mark, style)


def _same(one: yaml.Node, other: yaml.Node) -> bool:
    return one is other


def _entry(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _pairs(node) if name.value == key), None)


def _pairs(node: yaml.Node | None) -> list[_Pair]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return [pair for pair in node.value if isinstance(pair[0], yaml.ScalarNode)]


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return [node] if isinstance(node, yaml.ScalarNode) and node.value else []


def _text(node: yaml.Node | None) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else ""


def _scalar(text: str, at: yaml.Node) -> yaml.ScalarNode:
    return yaml.ScalarNode(_STR, text, at.start_mark, at.end_mark)


def _mapping(pairs: list[_Pair], at: yaml.Node) -> yaml.MappingNode:
    return yaml.MappingNode(_MAP, pairs, at.start_mark, at.end_mark)


def _sequence(items: list[yaml.Node], at: yaml.Node) -> yaml.SequenceNode:
    return yaml.SequenceNode(_SEQ, items, at.start_mark, at.end_mark)


def _at(node: yaml.Node, place: yaml.Node) -> yaml.Node:
    """Return a mapping of texts, or a text, as if it stood at another place."""
    if isinstance(node, yaml.MappingNode):
        pairs: list[_Pair] = [
            (_scalar(key.value, place), _at(value, place)) for key, value in _pairs(node)
        ]
        return _mapping(pairs, place)
    return _scalar(_text(node), place)


def _with_env(job: yaml.Node, outer: list[_Pair]) -> yaml.MappingNode:
    """Return a job or a step with variables from around it; its own come first."""
    own = _pairs(_entry(job, "env"))
    names = {key.value.lower() for key, _ in own}
    env = [*(pair for pair in outer if pair[0].value.lower() not in names), *own]
    rest = [pair for pair in _pairs(job) if pair[0].value != "env"]
    return _mapping([*rest, (_scalar("env", job), _mapping(env, job))] if env else rest, job)


def _given_to_workflow(call: yaml.Node, called: yaml.Node) -> Values:
    """Return what a called workflow's inputs and secrets stand for."""
    declared = _entry(_entry(_entry(called, "on"), "workflow_call"), "inputs")
    values = _defaults(declared)
    for block, name in (("with", "inputs"), ("secrets", "secrets")):
        for key, value in _pairs(_entry(call, block)):
            values[f"{name}.{key.value.lower()}"] = _text(value)
    return values


def _given_to_action(step: yaml.Node, action: yaml.Node | None) -> Values:
    """Return what a composite action's inputs stand for."""
    values = _defaults(_entry(action, "inputs"))
    for key, value in _pairs(_entry(step, "with")):
        values[f"inputs.{key.value.lower()}"] = _text(value)
    return values


def _defaults(declared: yaml.Node | None) -> Values:
    return {
        f"inputs.{key.value.lower()}": _text(_entry(each, "default"))
        for key, each in _pairs(declared)
    }


def _outputs_of(called: yaml.Node, call: yaml.Node, name: str, new: list[str]) -> Values:
    """Return what the outputs of a called workflow stand for, in its caller."""
    values = _given_to_workflow(call, called)
    own = [key.value for key, _ in _pairs(_entry(called, "jobs"))]
    values |= {
        f"jobs.{old.lower()}": ("needs", name if len(own) == 1 else f"{name}-{old}") for old in own
    }
    declared = _entry(_entry(_entry(called, "on"), "workflow_call"), "outputs")
    found: Values = {
        f"needs.{name.lower()}.outputs.{key.value.lower()}": in_text(
            _text(_entry(each, "value")), values
        )
        for key, each in _pairs(declared)
    }
    if new and new != [name]:
        found[f"needs.{name.lower()}"] = ("needs", new[-1])
    return found


def _with_caller(
    job: list[_Pair],
    call: yaml.Node,
    called: yaml.Node,
    names: Mapping[str, str],
    uses: yaml.Node,
) -> list[_Pair]:
    """Return a called job with what its caller sets: order, condition, permissions, matrix."""
    found = {key.value: value for key, value in job}
    needs = [names.get(each.value, each.value) for each in _items(found.get("needs"))]
    needs += [each.value for each in _items(_entry(call, "needs"))]
    if needs:
        found["needs"] = _sequence([_scalar(each, uses) for each in needs], uses)
    conditions = [_text(_entry(call, "if")), _text(found.get("if"))]
    if any(conditions):
        found["if"] = _scalar(as_text(conditions), uses)
    for key, fallbacks in (("permissions", (called, call)), ("strategy", (call,))):
        for each in fallbacks:
            if key not in found and (value := _entry(each, key)) is not None:
                found[key] = _at(value, uses) if each is called else value
    return [(_scalar(key, uses), value) for key, value in found.items()]


def _inside(pairs: list[_Pair], step: yaml.Node, prefix: str, uses: yaml.Node) -> yaml.MappingNode:
    """Return a step of an action with the variables and the condition of the step that uses it."""
    found = {key.value: value for key, value in pairs}
    if "id" in found:
        found["id"] = _scalar(f"{prefix}{found['id'].value}", uses)
    conditions = [_text(_entry(step, "if")), _text(found.get("if"))]
    if any(conditions):
        found["if"] = _scalar(as_text(conditions), uses)
    made = _mapping([(_scalar(key, uses), value) for key, value in found.items()], uses)
    return _with_env(made, _pairs(_entry(step, "env")))
