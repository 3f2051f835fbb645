"""Carry out an update so that the next one can go on where it was killed.

Everything that this module does to the state can be interrupted and repeated: the note of what is
unfinished goes last.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from components.preflight import ADOPTING
from portcullis.adopt import existing
from portcullis.adopt.completion import REPOSITORY, completed
from portcullis.pulumi_runs import run, unfinished
from portcullis.secrets.made import is_secret, made_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import automation
    from rich.console import Console

    from components.declaration import Declaration
    from portcullis.pulumi_runs.events import Planned, Run
    from portcullis.pulumi_runs.unfinished import Unfinished

TARGETS_A_RUN = 1000
"""A command line has room for several thousand URNs."""


def update(
    stack: automation.Stack, environment: Mapping[str, str], planned: Run, console: Console
) -> Run:
    """Carry out a preview; if it has many changes, with a note instead of checkpoints.

    Raises:
        RunFailedError: as `run.update`.
    """
    expected = len(planned.resources)
    variables = unfinished.variables(stack, environment) if unfinished.is_large(planned) else {}
    if not variables:
        existing.forget(stack)
        return run.update(stack, console, expected)
    state = existing.exported(stack, environment)
    noted = unfinished.noted(state, unfinished.planned_by(planned, state))
    existing.replace(stack, environment, noted)
    existing.forget(stack)
    try:
        return run.update(stack, console, expected, variables=variables)
    except run.RunFailedError:
        _forget_if_stored(stack, environment, noted)
        raise


def _forget_if_stored(
    stack: automation.Stack, environment: Mapping[str, str], noted: Mapping[str, Any]
) -> None:
    """Remove the note after an update that failed and stored all that it did until then."""
    state = existing.exported(stack, environment)
    if state["deployment"]["manifest"]["time"] != noted["deployment"]["manifest"]["time"]:
        existing.replace(stack, environment, unfinished.without_note(state))


def settle(
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    console: Console,
) -> None:
    """Take into the state what an update that did not end changed on GitHub.

    Raises:
        UserError: GitHub cannot be asked, or Pulumi refuses, such as while the update still runs.
    """
    state = existing.exported(stack, environment)
    left = unfinished.left_in(state)
    if left is None:
        return
    if not unfinished.is_noted(state):
        existing.replace(stack, environment, unfinished.noted(state, left))
    environment = {**environment, **unfinished.variables(stack, environment)}
    changed = _read_again(stack, environment, left, state)
    state = existing.exported(stack, environment)
    if not unfinished.is_noted(state):
        return  # that update was running, and has ended
    planned = unfinished.to_look_up(left, state)
    found = _take_in(stack, environment, declaration.config.organization, left, planned)
    # all of them, because an earlier attempt may have imported some and not come to this
    declared = {urn: each for urn, each in left.created.items() if each.provider}
    state = completed(existing.exported(stack, environment), declared)
    if left.first:
        state = unfinished.as_never_ended(state)
    existing.replace(stack, environment, unfinished.without_note(state))
    console.print(
        f"recover    interrupted creations: {found} exist on GitHub and were imported, "
        f"{len(planned) - found} will be created again"
    )
    if changed:
        console.print(f"recover    interrupted changes: {changed} resources were read from GitHub")


def show_unfinished(stack: automation.Stack, state: Mapping[str, Any], console: Console) -> None:
    """Report an update that did not end, and let a preview list again what it has made.

    A preview stores nothing, and the update may still be running somewhere.
    """
    if not unfinished.is_noted(state):
        return
    console.print("recover    an update is running or was killed: what it made is listed as new,")
    console.print("           and make up takes it into the state")
    stack.workspace.env_vars = {**stack.workspace.env_vars, ADOPTING: "true"}


def _read_again(
    stack: automation.Stack,
    environment: Mapping[str, str],
    left: Unfinished,
    state: Mapping[str, Any],
) -> int:
    """Read what the update may have changed, and return how many resources that are.

    The note is read as well, so that Pulumi refuses here while another run holds the lock.
    Secrets are not: GitHub returns when one was set, and `secrets.drift` compares that.
    """
    kinds = {each["urn"]: each["type"] for each in state["deployment"].get("resources", ())}
    changed = [urn for urn in left.touched if urn in kinds and not is_secret(kinds[urn])]
    targets = [unfinished.note_urn(next(iter((*left.created, *left.touched)))), *changed]
    for start in range(0, len(targets), TARGETS_A_RUN):
        batch = targets[start : start + TARGETS_A_RUN]
        arguments = [argument for urn in batch for argument in ("--target", urn)]
        existing.pulumi(stack, environment, ["refresh", "--yes", "--skip-preview", *arguments])
    return len(changed)


def _take_in(
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    left: Unfinished,
    planned: Mapping[str, Planned],
) -> int:
    """Import those of ``planned`` that exist on GitHub, and return how many they are."""
    roots = {urn: each for urn, each in planned.items() if unfinished.is_root(each)}
    found = existing.find(stack, environment, organization, roots.values())
    _import(stack, environment, left, found)
    missing = {
        str(each.inputs.get("name"))
        for urn, each in roots.items()
        if each.type == REPOSITORY and urn not in found
    }
    others = {urn: each for urn, each in planned.items() if urn not in roots}
    state = existing.exported(stack, environment)
    others = unfinished.within_reach(others, state, missing)
    below = existing.find(stack, environment, organization, others.values())
    if left.begun:
        with existing.asking():
            client = existing.access(stack, environment).client()
            begun = datetime.fromisoformat(left.begun)
            below |= made_since(client, organization, others, begun)
    _import(stack, environment, left, below)
    return len(found) + len(below)


def _import(
    stack: automation.Stack,
    environment: Mapping[str, str],
    left: Unfinished,
    found: Mapping[str, str],
) -> None:
    """Import what was found, below components that may not be declared any more."""
    if not found:
        return
    state = existing.exported(stack, environment)
    if providers := unfinished.providers_to_make(left, found, state):
        existing.make_only(stack, environment, providers)
        state = existing.exported(stack, environment)
    around = unfinished.with_components(state, left.created)
    if around != state:
        existing.replace(stack, environment, around)
    existing.take_in(stack, environment, {urn: left.created[urn] for urn in found}, found)
