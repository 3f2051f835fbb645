"""What a run looks like to a person: a few lines, then the tree, then what is left to do."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from rich.text import Text
from rich.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from portcullis.events import Finding, Run

_COMPONENT = "portcullis:index:"


def headline(step: str, run: Run) -> str:
    """``preview    141 created     policies: ...`` in one line."""
    changes = ", ".join(f"{count} {what}" for what, count in sorted(run.changes().items()))
    unchanged = sum(operation == "same" for operation in run.resources.values())
    if unchanged:
        changes = f"{changes}, {unchanged} unchanged" if changes else f"{unchanged} unchanged"
    return f"{step:<10} {changes or 'nothing to do'} in {run.seconds:.0f} s"


def policies(run: Run) -> str:
    """How many packs ran, and how many findings there are by level."""
    packs = ", ".join(sorted(run.policy_packs)) or "none"
    levels: defaultdict[str, int] = defaultdict(int)
    for finding in run.findings:
        levels[finding.level] += 1
    counts = ", ".join(f"{count} {level}" for level, count in sorted(levels.items()))
    return f"{'policies':<10} {packs}: {counts or 'no'} findings"


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """Each finding: rule, level, resource; then the pack's own words."""
    for finding in sorted(findings, key=lambda f: (f.level != "mandatory", f.rule, f.urn)):
        console.print()
        console.print(Text(f"{finding.level}  {finding.rule}  {resource_name(finding.urn)}"))
        for line in finding.message.splitlines():
            console.print(Text(f"    {line}"))


def show_errors(console: Console, run: Run, output: str) -> None:
    """Each error once, without what only the engine's authors need."""
    shown: set[str] = set()
    for urn, text in run.errors:
        if text in shown or _noise(text):
            continue
        shown.add(text)
        where = f"{resource_name(urn)}: " if urn and "pulumi:Stack" not in urn else ""
        console.print(Text(f"{where}{text}"))
    if not shown and not run.findings:
        console.print(Text(output))


def _noise(text: str) -> bool:
    return (
        text in {"preview failed", "update failed"}
        or "context canceled" in text
        or "unhandled error occurred: the program exited" in text
    )


def resource_name(urn: str) -> str:
    """``RepositoryEnvironment escai/pypi-release`` out of a URN."""
    if "::" not in urn:
        return urn
    *_, kind, name = urn.split("::", 3)
    return f"{kind.rsplit('$', 1)[-1].rsplit(':', 1)[-1]} {name}"


def resource_tree(organization: str, states: Iterable[Mapping[str, Any]]) -> Tree:
    """The components as a tree; below each, its resources by kind in one line a kind.

    Args:
        organization: its login, the root's label.
        states: the resources of a stack's exported state.
    """
    root = Tree(organization)
    nodes: dict[str, Tree] = {}
    leaves: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for state in states:
        kind, urn, parent = state["type"], state["urn"], state.get("parent", "")
        name = urn.rsplit("::", 1)[-1]
        if kind == f"{_COMPONENT}Organization":
            nodes[urn] = root
        elif kind.startswith(_COMPONENT):
            label = f"{kind.removeprefix(_COMPONENT).lower()} {name}"
            nodes[urn] = nodes[parent].add(Text(label))
        elif parent in nodes:
            leaves[parent][kind.rsplit(":", 1)[-1]].append(name)
    for parent, kinds in leaves.items():
        owner = parent.rsplit("::", 1)[-1]
        for kind, names in kinds.items():
            short = (name.removeprefix(f"{owner}/") for name in names)
            nodes[parent].add(Text(f"{kind}: {', '.join(short)}", style="dim"))
    return root


def show_outputs(console: Console, outputs: Mapping[str, Any]) -> None:
    """The release paths, and what is to be done by hand."""
    paths: Mapping[str, Sequence[str]] = outputs.get("release_paths", {})
    for repository, environments in paths.items():
        console.print(Text(f"{'':<10} {repository}: release tag -> {' -> '.join(environments)}"))
    publishers: Sequence[Mapping[str, str]] = outputs.get("register_by_hand", [])
    if publishers:
        console.print("\nto do by hand (GitHub cannot be told by API)")
    for entry in publishers:
        console.print(
            Text(
                f"{entry['registry']:>10} {entry['package']}: owner {entry['owner']}, "
                f"repository {entry['repository']}, workflow {entry['workflow']}, "
                f"environment {entry['environment']}"
            )
        )
