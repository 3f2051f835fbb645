"""What a run looks like to a person: a few lines, then the tree, then what is left to do."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from rich.text import Text
from rich.tree import Tree

from portcullis.preview import words
from portcullis.preview.names import Names
from portcullis.project import UserError
from portcullis.pulumi_runs.events import DONE, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from portcullis.pulumi_runs.events import Finding, Run

_COMPONENT = "portcullis:index:"
STACK = "pulumi:pulumi:Stack"
"""The type of the stack itself, which is nothing on GitHub."""

PACK = "portcullis"
"""The name of the project's policy pack."""

WEAKENED = "PK003"
"""The rule that lists what the policy configuration weakens: shown whole at every run."""

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where a word begins in `TagRuleset`."""


def headline(step: str, run: Run) -> str:
    """Return ``preview    141 created     policies: ...`` in one line."""
    changes = ", ".join(f"{count} {what}" for what, count in sorted(run.changes().items()))
    unchanged = sum(operation == "same" for operation in run.resources.values())
    if unchanged:
        changes = f"{changes}, {unchanged} unchanged" if changes else f"{unchanged} unchanged"
    return f"{step:<10} {changes or 'nothing to do'} in {run.seconds:.0f} s"


DELETING = ("delete", "archive", "replace")
"""Operations that take something away: listed first."""

FEW = 20
"""Creations up to this number are listed one by one."""


def show_changes(console: Console, run: Run, names: Names | None = None) -> None:
    """Show what a preview would do: deletions, changes with their values, then what is new.

    Args:
        console: where.
        run: the preview.
        names: of people, teams and repositories; None: those that the run has.
    """
    known = names or Names(run.names, run.new_names)
    by_operation: defaultdict[str, list[str]] = defaultdict(list)
    for urn, operation in run.resources.items():
        if operation in DONE and (
            is_on_github(urn) or (operation == "update" and is_provider(urn))
        ):
            step = "replace" if DONE[operation] == "replaced" else operation
            by_operation[step].append(urn)
    creations = by_operation.pop("create", [])
    overwriting = [urn for urn in creations if run.steps[urn].overwritten is not None]
    for operation in sorted(by_operation, key=lambda each: (each not in DELETING, each)):
        for urn in by_operation[operation]:
            _show_change(console, operation, urn, run, known)
    for urn in overwriting:
        _show_change(console, "create", urn, run, known)
    creations = [urn for urn in creations if urn not in overwriting]
    if len(creations) <= FEW:
        for urn in creations:
            _show_change(console, "create", urn, run, known)
    else:
        kinds = Counter(resource_name(urn).split(" ")[0] for urn in creations)
        for kind, count in sorted(kinds.items()):
            console.print(Text(f"  create   {count} {kind}"))
    _show_protection(console, run)


def _show_change(console: Console, operation: str, urn: str, run: Run, names: Names) -> None:
    """Show one resource, and below it what changes about it."""
    kind, _, name = resource_name(urn).partition(" ")
    console.print(Text(f"  {operation:<8} {kind} {name}"))
    for line in words.lines(kind, name, run.steps[urn], names):
        console.print(Text(f"             {line}"))


def _show_protection(console: Console, run: Run) -> None:
    """Show which resources become protected from deletion, or are not any more."""
    for protect, verb, meaning in (
        (False, "unprotect", "may be deleted from now on"),
        (True, "protect", "cannot be deleted from now on"),
    ):
        urns = [urn for urn, new in run.protection.items() if new is protect]
        if not urns:
            continue
        count = f"{len(urns)} resource{'s' if len(urns) > 1 else ''}"
        console.print(Text(f"  {verb:<9} {count} {meaning}:"))
        kinds: defaultdict[str, list[str]] = defaultdict(list)
        for urn in urns:
            kind, _, name = resource_name(urn).partition(" ")
            kinds[kind].append(name)
        for kind, listed in sorted(kinds.items()):
            console.print(Text(f"             {kind}: {', '.join(sorted(listed))}"))


def is_provider(urn: str) -> bool:
    """Say whether the resource is a provider: what Pulumi reaches GitHub by."""
    return urn.split("::")[2].rsplit("$", 1)[-1].startswith("pulumi:providers:")


def is_on_github(urn: str) -> bool:
    """Say whether the resource is a thing on GitHub, and no component, provider or stack."""
    return urn.split("::")[2].rsplit("$", 1)[-1].startswith("github:")


def policies(run: Run) -> str:
    """Return which packs ran, and how many findings there are by level."""
    packs = ", ".join(sorted(name.split("|")[0] for name in run.policy_packs)) or "none"
    levels: defaultdict[str, int] = defaultdict(int)
    for finding in run.findings:
        levels[finding.level] += 1
    counts = ", ".join(f"{count} {level}" for level, count in sorted(levels.items()))
    return f"{'policies':<10} {packs}: {counts or 'no'} findings"


def require_pack(run: Run) -> None:
    """Refuse to go on after a preview in which the policy pack did not run.

    Raises:
        UserError: it did not, whatever switched it off.
    """
    if not any(name.split("|")[0] == PACK for name in run.policy_packs):
        raise UserError(
            "nothing was changed: the preview ran without Portcullis's policy pack; look for "
            "variables PULUMI_OPTION_* that switch it off"
        )


def show_findings(console: Console, findings: Sequence[Finding], *, briefly: bool = False) -> None:
    """Show each finding: rule, level, resource; then the pack's own words.

    Args:
        console: where.
        findings: in any order.
        briefly: whether advice takes one line a rule: it stays the same from run to run.
    """
    advice = [each for each in findings if briefly and each.level == "advisory"]
    advice = [each for each in advice if each.rule != WEAKENED]
    shown = [each for each in findings if each not in advice]
    for finding in sorted(shown, key=lambda f: (f.level != "mandatory", f.rule, f.urn)):
        console.print()
        console.print(Text(f"{finding.level}  {finding.rule}  {resource_name(finding.urn)}"))
        for line in finding.message.splitlines():
            console.print(Text(f"    {line}"))
    if advice:
        _show_advice(console, advice)


def _show_advice(console: Console, advice: Sequence[Finding]) -> None:
    """Show advice in a line a rule: how often, and its title."""
    counts = Counter(each.rule for each in advice)
    titles = {each.rule: each.message.split("\n", 1)[0] for each in advice}
    console.print()
    for rule, count in sorted(counts.items()):
        console.print(Text(f"advisory   {rule} x{count}  {titles[rule]}"))
    console.print("           make check shows where, and the fix")


_PROTECTED = "because it is protected"
"""How Pulumi refuses to delete a resource."""

_GONE_FROM_YAML = """
What is protected is deleted only on purpose. It is not in the YAML any more:
  renamed?            write renamed_from: OLD-NAME below the new name; see docs/renames.md
  removed by mistake? put it back
  to be deleted?      see docs/destroy.md"""


def show_errors(console: Console, run: Run, output: str) -> None:
    """Show each error once, without what only the engine's authors need.

    Where neither an error nor a mandatory finding says why, Pulumi's own ``output`` has to.
    """
    shown: set[str] = set()
    for urn, text in run.errors:
        if text in shown or _noise(text):
            continue
        shown.add(text)
        where = f"{resource_name(urn)}: " if urn and "pulumi:Stack" not in urn else ""
        console.print(Text(f"{where}{text}"))
    if any(_PROTECTED in text for text in shown):
        console.print(Text(_GONE_FROM_YAML))
    if not shown and not any(finding.level == "mandatory" for finding in run.findings):
        console.print(Text(output))


def _noise(text: str) -> bool:
    return (
        text in {"preview failed", "update failed"}
        or "context canceled" in text
        or "unhandled error occurred: the program exited" in text
    )


def resource_name(urn: str) -> str:
    """Return ``RepositoryEnvironment escai/pypi-release`` out of a URN."""
    if "::" not in urn:
        return urn
    *_, kind, name = urn.split("::", 3)
    return f"{kind.rsplit('$', 1)[-1].rsplit(':', 1)[-1]} {name}"


def resource_tree(organization: str, states: Iterable[Mapping[str, Any]]) -> Tree:
    """Return the components as a tree; below each, its resources by kind in one line a kind.

    Args:
        organization: its login, the root's label.
        states: the resources of a stack's exported state.
    """
    below: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    root = ""
    for state in states:
        below[state.get("parent", "")].append(state)
        if state["type"] == f"{_COMPONENT}Organization":
            root = state["urn"]
    tree = Tree(organization)
    _grow(tree, root, below)
    return tree


def _grow(tree: Tree, urn: str, below: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Hang what is below ``urn`` on ``tree``: resources first, then components, each sorted."""
    owner = name_of(urn)
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    components: list[tuple[str, str, str]] = []
    for state in below.get(urn, ()):
        kind, name = state["type"], name_of(state["urn"])
        if kind.startswith(_COMPONENT):
            words = _WORD.sub(" ", kind.removeprefix(_COMPONENT)).lower()
            components.append((words, name, state["urn"]))
        else:
            kinds[kind.rsplit(":", 1)[-1]].append(name.removeprefix(f"{owner}/"))
    for kind, names in sorted(kinds.items()):
        listed = f": {', '.join(sorted(names))}" if names != [owner] else ""
        tree.add(Text(f"{kind}{listed}", style="dim"))
    for words, name, component in sorted(components):
        _grow(tree.add(Text(f"{words} {name.removeprefix(f'{owner}/')}")), component, below)


def roots(state: Mapping[str, Any]) -> list[str]:
    """Return the URNs of the organization's component: facts on secrets are inputs of it."""
    resources = (state.get("deployment") or {}).get("resources") or []
    return [each["urn"] for each in resources if each["type"] == f"{_COMPONENT}Organization"]


def outputs(resources: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the stack's outputs, of a state's ``resources``."""
    return next((r.get("outputs", {}) for r in resources if r["type"] == STACK), {})


def show_outputs(console: Console, outputs: Mapping[str, Any]) -> None:
    """Show the release paths, and what is left to do by hand."""
    paths: Mapping[str, Sequence[str]] = outputs.get("release_paths", {})
    for repository, environments in paths.items():
        console.print(Text(f"{'':<10} {repository}: release tag -> {' -> '.join(environments)}"))
    publishers: Sequence[Mapping[str, str]] = outputs.get("register_by_hand", [])
    if publishers:
        console.print("\nto do by hand: register these trusted publishers at the registries")
    for entry in publishers:
        console.print(
            Text(
                f"{entry['registry']:>10} {entry['package']}: owner {entry['owner']}, "
                f"repository {entry['repository']}, workflow {entry['workflow']}, "
                f"environment {entry['environment']}"
            )
        )
    _show_remarks(console, publishers)


def _show_remarks(console: Console, publishers: Sequence[Mapping[str, str]]) -> None:
    """Show what is special about each registry, once for all packages that it applies to."""
    remarks: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entry in publishers:
        if before := entry.get("before_first_release"):
            remark = f"before the first release: {before}"
            remarks[remark][entry["registry"]].append(entry["package"])
        if also := entry.get("also"):
            remarks[also][entry["registry"]].append(entry["package"])
    count = Counter(entry["registry"] for entry in publishers)
    for remark, packages in remarks.items():
        names = [
            registry if len(named) == count[registry] else f"{registry} ({', '.join(named)})"
            for registry, named in packages.items()
        ]
        console.print(Text(f"{'':>10} {', '.join(names)}: {remark}"))
