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
from portcullis.renames import unmanaged
from portcullis.renames.moves import (
    BranchRename,
    Comparison,
    Declared,
    Move,
    Problem,
    Renames,
    compare,
)
from portcullis.renames.organization import other, renamed
from portcullis.renames.state import moved, on_branches, urns_of, without
from portcullis.renames.things import ask, holders, path_of, things

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pulumi import automation
    from rich.console import Console

    from components.declaration import Declaration
    from components.names.renames import Kind
    from portcullis.renames.things import Thing

_GONE = (
    "not declared, and not on GitHub (or hidden from this token), so there is nothing to remove;"
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
    state = existing.known(stack, environment)
    if error := other(state, declaration.config.organization):
        raise error
    found = _compared(stack, environment, declaration, state)
    strangers = _unmanaged(stack, environment, declaration, found)
    organization = declaration.config.organization
    found.problems.extend(
        unmanaged.problems(organization, strangers, found.leaving, adopting=adopting)
    )
    if not adopting:
        found.problems.extend(_wrong_branches(declaration, state, found))
    if found.problems:
        raise UserError(str(_mistakes(declaration, found)))
    for line in unmanaged.without_effect(strangers):
        console.print(Text(f"notice     {line}"))
    ignored = _without_gone(stack, environment, found.gone, console, change=change)
    live_names = _live_names(found, strangers)
    if not (found.moves or found.repositories):
        return Renames(live_names=live_names, ignored=ignored)
    _note(stack, found.moves)
    for move in found.moves:
        console.print(Text(f"renamed    {_words(move)}"))
    state = existing.known(stack, environment)
    if change and _as_on_github(state, found) != state:
        state = existing.exported(stack, environment)
        existing.replace(stack, environment, _as_on_github(state, found))
    branches = list(_branch_renames(declaration, found))
    for branch in branches:
        words = f"{branch.name}: branch {branch.old} becomes {branch.new}"
        console.print(Text(f"renamed    repositories: {words}"))
    pending = [move for move in found.moves if move.is_pending]
    repositories = [each for each in found.moves if each.thing.section == "repositories"]
    keys = {} if change else {each.thing.key: each.key for each in repositories}
    unwritten = None if change or not found.moves else _as_on_github(state, found)
    return Renames(pending, branches, live_names, ignored, unwritten, keys)


def _as_on_github(state: Mapping[str, Any], found: Comparison) -> dict[str, Any]:
    """Return the state with GitHub's names and default branches."""
    return on_branches(moved(state, found.moves), _live_branches(found))


def _without_gone(
    stack: automation.Stack,
    environment: Mapping[str, str],
    gone: Sequence[Thing],
    console: Console,
    *,
    change: bool,
) -> list[str]:
    """Take out of the state what is gone and not declared; return the URNs that still have it."""
    for thing in gone:
        where = f"{thing.section} {thing.key}, id {thing.number}"
        does = "taken out of the state" if change else "make up takes it out of the state"
        console.print(Text(f"gone       {where}: {_GONE} {does}"))
    if not gone:
        return []
    if not change:
        return sorted(urns_of(existing.known(stack, environment), gone))
    existing.replace(stack, environment, without(existing.exported(stack, environment), gone))
    return []


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
    organization = declaration.config.organization
    client = existing.access(stack, environment).client()
    with existing.asking():
        answers = ask(client, known)
        if error := renamed(client, organization, answers):
            raise error
        gone = [thing for thing, live in answers.items() if live is None]
        taken = holders(client, organization, gone)
    return compare(organization, answers, _declared(declaration), taken)


def _declared(declaration: Declaration) -> dict[Kind, Declared]:
    """Return the declared names, by section."""
    config = declaration.config
    return {
        "repositories": Declared({k: each.renamed_from for k, each in config.repositories.items()}),
        "teams": Declared({k: each.renamed_from for k, each in config.teams.items()}),
    }


def _unmanaged(
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    found: Comparison,
) -> list[unmanaged.Unmanaged]:
    """Return the declared renames of what the state does not have."""
    declared = _declared(declaration)
    if not any(old for names in declared.values() for old in names.renamed_from.values()):
        return []
    client = existing.access(stack, environment).client()
    with existing.asking():
        return unmanaged.unmanaged(client, declaration.config.organization, declared, found)


def _live_names(
    found: Comparison, strangers: Sequence[unmanaged.Unmanaged]
) -> dict[Kind, dict[str, str]]:
    """Return what GitHub calls the things of other names there, by section and declared name."""
    names: dict[Kind, dict[str, str]] = {"repositories": {}, "teams": {}}
    for move in found.moves:
        if move.is_pending:
            names[move.thing.section][move.key] = move.live
    for each in strangers:
        if each.is_to_adopt:
            names[each.section][each.key] = each.old
    return names


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
