"""Check before a run that each name is still the same thing, and carry renames out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rich.text import Text

from components.declaration import DeclarationError
from components.names.default_branch import difference
from components.names.renames import NOTED
from portcullis.adopt import existing
from portcullis.project import UserError
from portcullis.renames.moves import (
    BranchRename,
    Comparison,
    Declared,
    Move,
    Problem,
    Renames,
    compare,
)
from portcullis.renames.state import moved, on_branches, without
from portcullis.renames.things import ask, holders, path_of, things

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pulumi import automation
    from rich.console import Console

    from components.declaration import Declaration
    from components.names.renames import Kind


_GONE = (
    "not on GitHub, or hidden from this token; if it was deleted, `make adopt` takes it out of the "
    "state, and make up creates what is declared"
)
_BRANCH_DEFAULT = "github:index/branchDefault:BranchDefault"


def follow(
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    console: Console,
    *,
    change: bool,
    adopting: bool = False,
) -> Renames:
    """Write into the state what GitHub calls each thing now, and return the renames to come.

    Args:
        stack: The stack.
        environment: The environment of the run.
        declaration: The stack's organization.
        console: Where renames are reported.
        change: Whether to write into the state.
        adopting: Whether a default branch that is not the declared one is no matter yet.

    Raises:
        UserError: A name is not what the state takes it for; nothing was changed.
    """
    state = existing.exported(stack, environment)
    found = _compared(stack, environment, declaration, state)
    if not adopting:
        found.problems.extend(_wrong_branches(declaration, state, found))
    if found.problems:
        raise UserError(str(_mistakes(declaration, found)))
    for thing in found.gone:
        where = f"{thing.section} {thing.key}, id {thing.number}"
        console.print(Text(f"gone       {where}: {_GONE}"))
    if not (found.moves or found.repositories):
        return Renames([], [])
    _note(stack, found.moves)
    for move in found.moves:
        if move.thing.key != move.key or move.thing.name != move.live:
            console.print(Text(f"renamed    {_words(move)}"))
    current = on_branches(moved(state, found.moves), _live_branches(found))
    if change and current != state:
        existing.replace(stack, environment, current)
    branches = list(_branch_renames(declaration, found))
    for branch in branches:
        words = f"{branch.name}: branch {branch.old} becomes {branch.new}"
        console.print(Text(f"renamed    repositories: {words}"))
    return Renames([move for move in found.moves if move.is_pending], branches)


def forget_strangers(
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    console: Console,
) -> None:
    """Take those things out of the state that are gone, or whose names are of other things now.

    Raises:
        UserError: GitHub cannot be asked, or Pulumi refuses.
    """
    state = existing.exported(stack, environment)
    found = _compared(stack, environment, declaration, state)
    forgotten = [*found.strangers, *found.gone]
    if forgotten:
        existing.replace(stack, environment, without(state, forgotten))
    for each in forgotten:
        console.print(Text(f"forgotten  {each.section} {each.key}, id {each.number}"))


def carry_out(
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    pending: Renames,
    console: Console,
) -> None:
    """Rename on GitHub, then in the state.

    Pulumi would keep the old name as the resource's id, which a new repository may take later.

    Raises:
        UserError: GitHub refuses, or Pulumi does.
    """
    if not (pending.moves or pending.branches):
        return
    client = existing.access(stack, environment).client()
    for move in pending.moves:
        path = path_of(organization, move.thing.section, move.live)
        with existing.asking(f"`{move.live}` could not be renamed to `{move.key}`:"):
            client.request("PATCH", path, json={"name": move.key})
        state = existing.exported(stack, environment)
        current = replace(move.thing, key=move.key, name=move.live, component=_component(move))
        done = Move(current, move.key, move.key)
        existing.replace(stack, environment, moved(state, [done]))
        console.print(Text(f"renamed    {move.thing.section}: {move.live} is {move.key} now"))
    for branch in pending.branches:
        path = path_of(organization, "repositories", branch.name)
        with existing.asking(f"branch `{branch.old}` of `{branch.name}` could not be renamed:"):
            old = quote(branch.old, safe="")
            client.request("POST", f"{path}/branches/{old}/rename", json={"new_name": branch.new})
        state = existing.exported(stack, environment)
        existing.replace(stack, environment, on_branches(state, {branch.name: branch.new}))
        console.print(Text(f"renamed    {branch.name}: branch {branch.old} is {branch.new} now"))


def _component(move: Move) -> str:
    """Return the URN of the component, once the state has the new name."""
    return f"{move.thing.component.removesuffix(move.thing.key)}{move.key}"


def _compared(
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    state: Mapping[str, Any],
) -> Comparison:
    """Compare a state with GitHub and with the declaration."""
    known = things(state)
    if not known:
        return Comparison()
    config = declaration.config
    organization = config.organization
    client = existing.access(stack, environment).client()
    with existing.asking():
        answers = ask(client, known)
        gone = [thing for thing, live in answers.items() if live is None]
        taken = holders(client, organization, gone)
    declared: dict[Kind, Declared] = {
        "repositories": Declared({k: each.renamed_from for k, each in config.repositories.items()}),
        "teams": Declared({k: each.renamed_from for k, each in config.teams.items()}),
    }
    return compare(organization, answers, declared, taken)


def _live_branches(found: Comparison) -> dict[str, str]:
    """Return GitHub's default branches by the repositories' names on GitHub."""
    return {
        live.name: live.default_branch
        for _, live in found.repositories.values()
        if live.default_branch
    }


def _branch_renames(declaration: Declaration, found: Comparison) -> Iterator[BranchRename]:
    """Yield the default branches that are declared under another name."""
    for key, (_, live) in found.repositories.items():
        repository = declaration.resolved.repositories[key]
        named = repository.names_branch and not repository.config.archived
        branch = repository.config.default_branch
        if named and live.default_branch and live.default_branch != branch:
            yield BranchRename(key, live.default_branch, branch)


def _wrong_branches(
    declaration: Declaration, state: Mapping[str, Any], found: Comparison
) -> Iterator[Problem]:
    """Yield the repositories whose default branch is not the one that their gates are for."""
    resources = (state.get("deployment") or {}).get("resources") or []
    managed = {
        (each["inputs"]["repository"], each["inputs"]["branch"])
        for each in resources
        if each["type"] == _BRANCH_DEFAULT
    }
    for key, (thing, live) in found.repositories.items():
        repository = declaration.resolved.repositories.get(key)
        if not repository or repository.config.archived or repository.keeps_branch:
            continue
        branch = repository.config.default_branch
        if repository.names_branch and (thing.name, branch) not in managed:
            continue  # Pulumi renames it
        if wrong := difference(key, branch, live.default_branch):
            yield Problem(("repositories", key), wrong.what, wrong.fix)


def _mistakes(declaration: Declaration, found: Comparison) -> DeclarationError:
    return DeclarationError(
        declaration.mistake(each.path, each.what, each.fix) for each in found.problems
    )


def _note(stack: automation.Stack, moves: Sequence[Move]) -> None:
    """Tell the program which names are old ones, where the YAML does not."""
    noted: dict[str, dict[str, str]] = {}
    for move in moves:
        old = move.thing.key if move.thing.key != move.key else move.live
        noted.setdefault(move.thing.section, {})[move.key] = old
    stack.workspace.env_vars = {**stack.workspace.env_vars, NOTED: json.dumps(noted)}


def _words(move: Move) -> str:
    """Return what happened, or will happen, to a name."""
    if move.is_pending:
        return f"{move.thing.section}: {move.live} becomes {move.key}"
    return f"{move.thing.section}: {move.thing.key} is {move.live} on GitHub"
