"""Rewrites of workflow files: GitHub runs the same as before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WIDE = 1 << 20
_STR = "tag:yaml.org,2002:str"
_NULL = "tag:yaml.org,2002:null"
_EXPRESSION = re.compile(r"\$\{\{([^'}]*)\}\}")
_CONTEXT = re.compile(r"\b(github|secrets|inputs|steps|needs)((?:\.[\w-]+)+)(?![\w.*\[(-])")
WAIVES = re.compile(r"#.*\b(ignore|zizmor|actionlint)\b")
"""A comment that a tool obeys: it would be lost."""
_ACTION = re.compile(r"[\w.-]+/[\w./-]+@\S+")


def _nodes(node: yaml.Node, seen: set[int] | None = None) -> Iterator[yaml.Node]:
    """Yield a node and all below it, keys too, each once."""
    seen = set() if seen is None else seen
    if id(node) in seen:
        return
    seen.add(id(node))
    yield node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _nodes(key, seen)
            yield from _nodes(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _nodes(value, seen)


def _edited(edit: Callable[[yaml.Node], None]) -> Callable[[str], str]:
    """A rewrite that edits the nodes of a file."""

    def rewrite(text: str) -> str:
        if WAIVES.search(text):
            return text
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return text
        edit(node)
        return str(yaml.serialize(node, Dumper=yaml.SafeDumper, width=_WIDE))

    return rewrite


def _in_flow(top: yaml.Node) -> None:
    for node in _nodes(top):
        if isinstance(node, yaml.CollectionNode):
            node.flow_style = True


def _in_blocks(top: yaml.Node) -> None:
    for node in _nodes(top):
        if isinstance(node, yaml.CollectionNode):
            node.flow_style = False


def _quoted(top: yaml.Node) -> None:
    for node in _nodes(top):
        if isinstance(node, yaml.ScalarNode) and node.tag == _STR and node.style is None:
            node.style = '"'


def _keys_reversed(top: yaml.Node) -> None:
    for node in _nodes(top):
        if isinstance(node, yaml.MappingNode):
            node.value.reverse()


def _aliased(top: yaml.Node) -> None:
    """Let equal values be one node, which is written once with an anchor."""
    known: dict[str, yaml.Node] = {}

    def one(node: yaml.Node) -> yaml.Node:
        if isinstance(node, yaml.ScalarNode) and (len(node.value) < len("main") or node.style):
            return node
        return known.setdefault(_shape(node), node)

    for node in _nodes(top):
        if isinstance(node, yaml.MappingNode):
            node.value = [(key, one(value)) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            node.value = [one(value) for value in node.value]


def _shape(node: yaml.Node) -> str:
    return str(yaml.serialize(node, Dumper=yaml.SafeDumper, width=_WIDE))


def _entry(node: yaml.Node, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(_STR, text)


def _from_text(text: str) -> yaml.MappingNode:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    return node


def _events_in_another_form(top: yaml.Node) -> None:
    """`on: [push]` is `on: {push: }`, and `on: push` is `on: [push]`."""
    assert isinstance(top, yaml.MappingNode)
    for at, (key, value) in enumerate(top.value):
        if key.value != "on":
            continue
        if isinstance(value, yaml.SequenceNode):
            pairs = [(each, yaml.ScalarNode(_NULL, "")) for each in value.value]
            top.value[at] = (key, yaml.MappingNode("tag:yaml.org,2002:map", pairs))
        elif isinstance(value, yaml.ScalarNode):
            top.value[at] = (key, yaml.SequenceNode("tag:yaml.org,2002:seq", [value]))


def _jobs(top: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    jobs = _entry(top, "jobs")
    return jobs.value if isinstance(jobs, yaml.MappingNode) else []


def _runner_in_a_list(top: yaml.Node) -> None:
    for _, job in _jobs(top):
        pairs = job.value if isinstance(job, yaml.MappingNode) else []
        for at, (key, value) in enumerate(pairs):
            if key.value == "runs-on" and isinstance(value, yaml.ScalarNode):
                pairs[at] = (key, yaml.SequenceNode("tag:yaml.org,2002:seq", [value]))


def _environment_in_a_mapping(top: yaml.Node) -> None:
    for _, job in _jobs(top):
        pairs = job.value if isinstance(job, yaml.MappingNode) else []
        for at, (key, value) in enumerate(pairs):
            if key.value == "environment" and isinstance(value, yaml.ScalarNode):
                named = yaml.MappingNode("tag:yaml.org,2002:map", [(_scalar("name"), value)])
                pairs[at] = (key, named)


def _one_job_more(top: yaml.Node) -> None:
    """Add a job that prints a word and may do nothing."""
    job = _from_text("{name: x, runs-on: ubuntu-24.04, permissions: {}, steps: [{run: echo x}]}")
    jobs = _entry(top, "jobs")
    if isinstance(jobs, yaml.MappingNode):
        jobs.value.append((_scalar("one-more"), job))


def _one_step_more(top: yaml.Node) -> None:
    """Let each job print a word at its end."""
    for _, job in _jobs(top):
        steps = _entry(job, "steps")
        if isinstance(steps, yaml.SequenceNode):
            steps.value.append(_from_text("{run: echo done}"))


def _one_line_more(top: yaml.Node) -> None:
    """Let each script stop at the first mistake."""
    for _, job in _jobs(top):
        steps = _entry(job, "steps")
        for step in steps.value if isinstance(steps, yaml.SequenceNode) else []:
            run = _entry(step, "run")
            if isinstance(run, yaml.ScalarNode) and _entry(step, "shell") is None:
                run.value = f"set -eu\n{run.value}"


def _one_variable_more(top: yaml.Node) -> None:
    assert isinstance(top, yaml.MappingNode)
    if _entry(top, "env") is None:
        top.value.append((_scalar("env"), _from_text("{FORCE_COLOR: '1'}")))


def _through_variables(top: yaml.Node) -> None:
    """`run: x ${{ E }}` reads `env.V0`, which is `${{ E }}`."""
    for _, job in _jobs(top):
        steps = _entry(job, "steps")
        for step in steps.value if isinstance(steps, yaml.SequenceNode) else []:
            run, given = _entry(step, "run"), _entry(step, "env")
            if not isinstance(run, yaml.ScalarNode) or not _EXPRESSION.search(run.value):
                continue
            found = [each[0] for each in _EXPRESSION.finditer(run.value)]
            texts = dict.fromkeys(
                each for each in found if "env" not in each
            )  # not in `env` itself
            names = {text: f"V{number}" for number, text in enumerate(texts)}
            for text, name in names.items():
                run.value = run.value.replace(text, f"${{{{ env.{name} }}}}")
            more = [(_scalar(name), _scalar(text)) for text, name in names.items()]
            if isinstance(given, yaml.MappingNode):
                given.value.extend(more)
            else:
                step.value.append((_scalar("env"), yaml.MappingNode("tag:yaml.org,2002:map", more)))


def _renamed_jobs(top: yaml.Node) -> None:
    """Give a job that has a name another key: the name is what GitHub shows and checks."""
    new = {}
    for key, job in _jobs(top):
        if _entry(job, "name") is not None and isinstance(key, yaml.ScalarNode):
            new[key.value] = key.value = f"j-{key.value}"
    for node in _nodes(top):
        if isinstance(node, yaml.MappingNode):
            needs = _entry(node, "needs")
            for each in [] if needs is None else [needs, *getattr(needs, "value", [])]:
                if isinstance(each, yaml.ScalarNode):
                    each.value = (
                        f"j-{each.value}" if f"j-{each.value}" in new.values() else each.value
                    )
        elif isinstance(node, yaml.ScalarNode):
            node.value = re.sub(
                r"\bneeds\.([\w-]+)",
                lambda found: (
                    f"needs.j-{found[1]}" if f"j-{found[1]}" in new.values() else found[0]
                ),
                node.value,
            )


def _in_expressions(change: Callable[[str], str]) -> Callable[[yaml.Node], None]:
    def edit(top: yaml.Node) -> None:
        for node in _nodes(top):
            if isinstance(node, yaml.ScalarNode):
                node.value = _EXPRESSION.sub(
                    lambda found: f"${{{{{change(found[1])}}}}}", node.value
                )

    return edit


def _indexed(expression: str) -> str:
    """`a.b.c` is `a['b']['c']`."""
    return _CONTEXT.sub(
        lambda found: found[1] + "".join(f"['{name}']" for name in found[2][1:].split(".")),
        expression,
    )


def _uppercase_context(expression: str) -> str:
    return re.sub(r"\b(github|secrets|inputs)\.", lambda found: found[0].upper(), expression)


def _spaced(expression: str) -> str:
    return f"   {expression.strip()}   "


def _actions_in_other_case(top: yaml.Node) -> None:
    for node in _nodes(top):
        uses = _entry(node, "uses")
        if isinstance(uses, yaml.ScalarNode) and _ACTION.fullmatch(uses.value):
            name, _, version = uses.value.partition("@")
            uses.value = f"{name.title()}@{version}" if "/.github/" not in name else uses.value


def _commented(text: str) -> str:
    return f"# Made by a program.\n{text.rstrip()}\n# The end.\n"


TEXTS: dict[str, Callable[[str], str]] = {
    "flow style": _edited(_in_flow),
    "block style": _edited(_in_blocks),
    "quoted": _edited(_quoted),
    "keys in another order": _edited(_keys_reversed),
    "anchors and aliases": _edited(_aliased),
    "events in another form": _edited(_events_in_another_form),
    "runner in a list": _edited(_runner_in_a_list),
    "environment in a mapping": _edited(_environment_in_a_mapping),
    "one job more": _edited(_one_job_more),
    "one step more": _edited(_one_step_more),
    "one line more": _edited(_one_line_more),
    "one variable more": _edited(_one_variable_more),
    "values through variables": _edited(_through_variables),
    "jobs with other keys": _edited(_renamed_jobs),
    "actions in other case": _edited(_actions_in_other_case),
    "contexts by index": _edited(_in_expressions(_indexed)),
    "contexts in other case": _edited(_in_expressions(_uppercase_context)),
    "expressions with blanks": _edited(_in_expressions(_spaced)),
    "comments": _commented,
}
"""Rewrites of a file that GitHub can read, by what they change."""
