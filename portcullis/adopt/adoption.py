"""Adopt everything that is declared and exists on GitHub, and the extras that are not declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from components.files.committing import committer
from portcullis.adopt import existing, from_live, unmanaged
from portcullis.adopt.completion import REPOSITORY, TEAM, TEAM_MEMBERS
from portcullis.adopt.obstacles import obstacles
from portcullis.drift.look import conversation
from portcullis.drift.report import unread
from portcullis.live import reader
from portcullis.printed import resource_name
from portcullis.pulumi_runs.events import ROOT
from portcullis.renames.state import FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pulumi import automation
    from rich.console import Console

    from components.declaration import Declaration
    from portcullis.adopt.from_live import There
    from portcullis.adopt.old_names import OldNames
    from portcullis.live.resource import Live
    from portcullis.project import StackSettings
    from portcullis.pulumi_runs.events import Planned


@dataclass(frozen=True)
class Stack:
    """A stack, and what it declares."""

    stack: automation.Stack
    environment: Mapping[str, str]
    """The environment of the run."""
    settings: StackSettings
    declaration: Declaration
    names: OldNames
    """What GitHub calls things that are declared under a new name."""


def adopt_all(stack: Stack, console: Console) -> bool:
    """Take everything that is declared and exists into the state; return whether there was any.

    Raises:
        UserError: GitHub cannot be asked, or Pulumi refuses.
    """
    live, there = _look(stack, console, files=True)
    managed = from_live.urns(existing.known(stack.stack, stack.environment))
    written = from_live.put(stack.stack, stack.environment, live, there)
    _show(written, console)
    for urn, each in there.found.items():
        if each.kind.endswith("Secret") and urn not in managed:
            what = "exists: make up sets it, because GitHub never shows its value"
            console.print(Text(f"secret     {resource_name(urn)} {what}"))
    adopted = {*written.adopted}
    beside = list(unmanaged.lines(there, adopted, live, stack.declaration.resolved))
    for line in beside:
        console.print(Text(f"unmanaged  {line}"))
    if beside:
        console.print(Text(f"           {unmanaged.REMEDY}"))
    with_files = {
        name for name, each in stack.declaration.resolved.repositories.items() if each.files
    }
    for line in in_the_way(stack, live, with_files):
        console.print(Text(f"first      {line}"))
    for line in unread(live.gaps):
        console.print(Text(f"not read   {line}"))
    return bool(adopted)


def adopt_gates(
    stack: Stack,
    planned: Mapping[str, Planned],
    console: Console,
    *,
    live: Live | None,
    change: bool,
) -> bool:
    """Take in what of ``planned`` exists below something that is managed already.

    The provider would create an environment with a `PUT`, which keeps the refs and people that are
    not declared, and the preview would not list those. It would create rulesets and variables with
    a `POST`, which GitHub refuses in the middle of the update.

    Args:
        stack: The stack.
        planned: URN to resource, of what a preview would create.
        console: Where each of them is reported.
        live: The organization on GitHub, if it was read already.
        change: Whether to take them in; if not, they are only reported.

    Returns:
        Whether the state has changed, so that a new preview is due.

    Raises:
        UserError: GitHub cannot be asked, or Pulumi refuses.
    """
    wanted = below_managed(planned)
    if not wanted:
        return False
    live, there = _look(stack, console, live=live)
    if change:
        written = from_live.put(stack.stack, stack.environment, live, there, wanted)
        _show(written, console)
        return bool(written.adopted)
    for urn in there.found:
        if urn in wanted:
            what = "exists already: make up adopts it, and then lists what it changes"
            console.print(Text(f"exists     {resource_name(urn)} {what}"))
    return False


def in_the_way(
    stack: Stack, live: Live, repositories: Collection[str], managed: Collection[str] = ()
) -> list[str]:
    """Return a line for each protection on GitHub that stops managed files.

    Args:
        stack: The stack.
        live: The organization on GitHub.
        repositories: The declared names of the repositories whose files are written.
        managed: Kind and name of rulesets that this run sets right itself.

    Raises:
        UserError: GitHub cannot be asked.
    """
    declared = stack.declaration.resolved.repositories
    committed = [
        stack.names.of("repositories", name)
        for name in repositories
        if (each := declared.get(name)) and not each.by_pull_request and not each.config.archived
    ]
    protected = live.of("BranchProtection") or live.of("RepositoryRuleset")
    if not committed or not (protected or live.of("OrganizationRuleset")):
        return []
    with existing.asking():
        whom = committer(existing.access(stack.stack, stack.environment))
    return [str(each) for each in obstacles(live, committed, whom, managed)]


def below_managed(planned: Mapping[str, Planned]) -> set[str]:
    """Return the URNs of what may exist: its organization, repository or team is not new.

    Repositories and teams are never taken over silently, files have a step of their own, and
    setting a secret that exists is no other request than creating it.
    """
    if any(each.type == ROOT for each in planned.values()):
        return set()
    repositories = {each.inputs["name"] for each in planned.values() if each.type == REPOSITORY}
    teams = {each.parent for each in planned.values() if each.type == TEAM}
    return {
        urn
        for urn, each in planned.items()
        if each.type.startswith("github:")
        and each.type not in {REPOSITORY, TEAM, FILE}
        and not each.type.endswith("Secret")
        and each.inputs.get("repository") not in repositories
        and not (each.type == TEAM_MEMBERS and each.parent in teams)
    }


def _look(
    stack: Stack, console: Console, *, files: bool = False, live: Live | None = None
) -> tuple[Live, There]:
    """Read the organization, unless it was read already, and compare it with the declaration."""
    settings, declaration, names = stack.settings, stack.declaration, stack.names
    if live is not None:
        return live, from_live.compared(settings, declaration, live, names=names)
    access = existing.access(stack.stack, stack.environment)
    organization = declaration.config.organization
    with conversation(access, organization, console) as asking:
        live = reader.read(asking, organization, _open(declaration, names))
        given = asking if files else None
        return live, from_live.compared(settings, declaration, live, asking=given, names=names)


def _open(declaration: Declaration, names: OldNames) -> Collection[str]:
    """Return the names of repositories that are not declared as archived."""
    repositories = declaration.config.repositories.items()
    return {names.of("repositories", name) for name, each in repositories if not each.archived}


def _show(written: from_live.Written, console: Console) -> None:
    for urn in written.adopted:
        console.print(Text(f"adopted    {resource_name(urn)}"))
    for urn in written.extras:
        console.print(Text(f"extra      {resource_name(urn)}: not declared, so make up removes it"))
