"""From a stack's name to a finished run: engine, sandbox, preview, update, report."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

import engine
from components.declaration import Declaration, DeclarationError, load
from components.declaration.required_checks import notices
from portcullis import printed
from portcullis.adopt import existing
from portcullis.adopt.adoption import Stack, adopt_all, adopt_gates, in_the_way
from portcullis.adopt.old_names import old_names
from portcullis.check.organization import Subject
from portcullis.drift.before_a_run import repair
from portcullis.files import overwritten, step, ways
from portcullis.guards import step as guards
from portcullis.lockdown import declared as lockdown
from portcullis.lockdown import guard
from portcullis.plan.carry_out import require_no_more
from portcullis.plan.made import Found
from portcullis.practice import local_state, stack_file
from portcullis.practice.local_sandbox import (
    elsewhere,
    invited_in,
    practice_of,
    sandbox_variables,
    sharing,
)
from portcullis.preview.differences import people_in
from portcullis.preview.names import Names, logins, names_of
from portcullis.project import UserError, pulumi_environment, require_pack
from portcullis.pulumi_runs import recover, resume, run, unfinished
from portcullis.pulumi_runs.run import in_words
from portcullis.reach import comparison
from portcullis.records.recording import recorded
from portcullis.renames.follow import carry_out, follow, forget_strangers
from portcullis.renames.moves import Renames
from portcullis.secrets import deletion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pulumi import automation
    from rich.console import Console

    from components.organization import ResolvedOrganization
    from portcullis.adopt.old_names import OldNames
    from portcullis.live.resource import Live
    from portcullis.project import StackSettings
    from portcullis.pulumi_runs.events import Run


@in_words()
def deploy(
    settings: StackSettings,
    console: Console,
    *,
    change: bool,
    agreed: bool = False,
    live: bool = True,
    found: Found | None = None,
    reviewed: Found | None = None,
) -> None:
    """Preview the stack, and update it if ``change``; show what came of it.

    Before, the live organization is compared with the state, unless ``live`` is false.

    A real organization is changed only after somebody said yes to the preview, at the keyboard
    or before (``agreed``).

    Args:
        settings: The stack.
        console: Where all of it is shown.
        change: Whether to update.
        agreed: Whether somebody said yes before.
        live: Whether to look at the live organization.
        found: Is filled with what the preview found.
        reviewed: What an earlier preview found: an update that would do more stops.

    Raises:
        UserError: something a person can fix; reported before anything was changed.
    """
    found = Found() if found is None else found
    require_pack(settings, os.environ)
    stack_file.make_if_missing(settings, console)
    declaration = declaration_of(settings)  # a file with mistakes begins no run
    found.organization = declaration.resolved.name
    with recorded(settings, found, console, change=change):
        _run(
            *(settings, declaration, found, reviewed, console),
            change=change,
            agreed=agreed,
            live=live,
        )


def _run(
    settings: StackSettings,
    declaration: Declaration,
    found: Found,
    reviewed: Found | None,
    console: Console,
    *,
    change: bool,
    agreed: bool,
    live: bool,
) -> None:
    """Preview, and update; see `deploy`."""
    environment = prepare(settings, declaration, console)
    recover.unlock(settings, environment, console)
    stack = run.select(settings, environment)
    found.lockdown = lockdown.follow(
        *(settings, stack, environment, declaration, console),
        lambda: _agree_to(settings, declaration.resolved.name, agreed=agreed),
        change=change,
    )
    if change and declaration.config.asks_for_lockdown:
        return
    guard.check(stack, environment, declaration.resolved.name, console, change=change)
    if change:
        resume.settle(stack, environment, declaration, console)
    found.renames = follow(stack, environment, declaration, console, change=change)
    names = old_names(declaration.resolved, found.renames.live_names)
    whole = Stack(stack, environment, settings, declaration, names)
    ready = _preview(whole, found, console, change=change, live=live)
    if change:
        if reviewed:
            require_no_more(ready.planned, reviewed)
        _update(whole, ready, found.renames, console, agreed=agreed)


@dataclass(frozen=True)
class _Ready:
    """What an update carries out."""

    planned: Run
    files: step.Plan
    proposed: Sequence[str]
    """URNs of committed files that come by a pull request from now on."""

    @property
    def acts(self) -> bool:
        """Whether it does anything."""
        return bool(self.planned.has_to_be_carried_out or self.files.acts or self.proposed)


def _preview(whole: Stack, found: Found, console: Console, *, change: bool, live: bool) -> _Ready:
    """Show what an update would do, and put it into ``found``."""
    stack, environment, settings = whole.stack, whole.environment, whole.settings
    declaration, renames = whole.declaration, found.renames or Renames()
    looked = repair(
        *(stack, environment, settings, declaration, console),
        change=change,
        renamed=renames.state,
        live=live,
    )
    found.live, found.drift = live, looked.report
    resolved = declaration.resolved
    state = existing.known(stack, environment)
    resume.show_unfinished(stack, state, console)
    leaving = ways.no_longer_proposed(state, resolved, renames.keys)
    proposed = ways.no_longer_pushed(state, resolved, renames.keys)
    state = ways.without(state, proposed)
    ignored = [*renames.ignored, *proposed]
    found.secrets = recover.restore_secrets(
        stack, environment, declaration, state, console, change=change
    )
    edited = recover.restore_files(stack, environment, declaration, state, console, change=change)
    found.edited = {each.urn: each.declared for each in edited}
    found.reach = _compare_reach(settings, stack, state, console)
    for line in looked.lines:
        console.print(Text(line))

    def preview() -> Run:
        return carried_out(lambda: run.preview(stack, console, exclude=ignored), console, found)

    planned = preview()
    printed.require_pack(planned)
    if adopt_gates(whole, planned.planned, console, live=looked.live, change=change):
        planned = preview()
    overwritten.note_edited(planned, edited, in_state=change)
    _note_existing_files(planned, stack, environment, resolved.name, whole.names)
    found.run, found.names = planned, _names(planned, stack, environment)
    _show_planned(planned, resolved, found.names, console)
    _show_obstacles(whole, planned, looked.live, console, change=change)
    live_repositories = renames.live_names.get("repositories", {})
    files = step.plan(stack, environment, resolved, names=live_repositories, leaving=leaving)
    step.show(console, files)
    found.files = files
    state = existing.known(stack, environment)  # what was taken into it since can be lost, too
    restored = found.restored(planned)
    found.judgement = guards.look(settings, planned, state, resolved, console, restored=restored)
    guards.refuse(found.judgement, console)
    return _Ready(planned, files, proposed)


def _update(
    whole: Stack, ready: _Ready, renames: Renames, console: Console, *, agreed: bool
) -> None:
    """Carry out what a preview showed, once somebody said yes to it; show what came of it."""
    stack, environment, settings = whole.stack, whole.environment, whole.settings
    resolved, planned, files = whole.declaration.resolved, ready.planned, ready.files
    organization = resolved.name
    if ready.acts:
        if deletion.of_all_secrets(planned):
            _agree_to_lose_all_secrets(organization)
        elif planned.is_to_be_agreed or files.acts:
            _agree_to(settings, organization, agreed=agreed)
        step.close(stack, environment, resolved, files, console)
        ways.forget(stack, environment, ready.proposed)
        carry_out(stack, environment, organization, renames, console)
        if planned.has_to_be_carried_out:
            done = carried_out(lambda: resume.update(stack, environment, planned, console), console)
            console.print(printed.headline("update", done))
        step.carry_out(stack, environment, resolved, console)
    _show(settings, stack, environment, whole.declaration, console)


def _show_planned(
    planned: Run, resolved: ResolvedOrganization, names: Names, console: Console
) -> None:
    """Show what a preview found, and what it would change."""
    console.print(printed.headline("preview", planned))
    console.print(printed.policies(planned))
    for notice in notices(resolved):
        console.print(Text(f"{'notice':<10} {notice}"))
    printed.show_findings(console, planned.findings, briefly=True)
    printed.show_changes(console, planned, names)


def _show_obstacles(
    stack: Stack, planned: Run, live: Live | None, console: Console, *, change: bool
) -> None:
    """Report what on GitHub would stop the update halfway.

    Raises:
        UserError: There is something, and an update is due; nothing was changed.
    """
    written = {
        str(step.new_inputs.get("repository"))
        for urn, step in planned.steps.items()
        if printed.resource_name(urn).startswith("RepositoryFile ")
        and step.operation in {"create", "update"}
    }
    managed = {printed.resource_name(urn) for urn in planned.resources}
    found = in_the_way(stack, live, written, managed) if live and written else []
    if found and change:
        first = "\n".join(f"  {line}" for line in found)
        raise UserError(
            f"nothing was changed: GitHub would stop this update halfway; first:\n{first}\n"
            "then run it again"
        )
    for line in found:
        console.print(Text(f"first      {line}"))


def _compare_reach(
    settings: StackSettings,
    stack: automation.Stack,
    state: Mapping[str, Any],
    console: Console,
) -> Sequence[comparison.Change]:
    """Show for which goals another number of people suffices than after the last deployment.

    The policy pack gets the numbers before the change, and refuses those that fall. After a first
    update that did not end, there is nothing to compare with: half an organization is no safer one.

    Raises:
        UserError: with all mistakes in the policy's configuration.
    """
    what = Subject(settings.root, settings.organization, settings)
    if not unfinished.has_ended(state):
        return ()
    named = os.environ.get("PULUMI_OPTION_POLICY_PACK_CONFIG", "").split(",")
    files = [Path(name) for name in named if name]
    before = comparison.of_state(state, what, files)
    if before is None:
        return ()
    after = comparison.of_declaration(what, files)
    found = comparison.changes(before, after)
    comparison.show(console, found)
    stack.workspace.env_vars = {**stack.workspace.env_vars, **comparison.for_the_pack(before)}
    return found


def _note_existing_files(
    planned: Run,
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    names: OldNames,
) -> None:
    """Put the files into the preview that exist on GitHub, and that the update overwrites."""
    overwritten.note_adopted(planned)
    new = names.on_github(planned.planned)
    if overwritten.creates_files(new):
        client = existing.access(stack, environment).client()
        with existing.asking():
            overwritten.note_existing(planned, client, organization, new)


def _names(planned: Run, stack: automation.Stack, environment: Mapping[str, str]) -> Names:
    """Return the names behind the ids in a preview; only people have to be asked for."""

    def ask(numbers: Iterable[int]) -> dict[int, str]:
        return logins(existing.access(stack, environment).client(), numbers)

    people = {
        number
        for urn, step in planned.steps.items()
        for number in people_in(printed.resource_name(urn).partition(" ")[0], step)
    }
    return names_of(planned, people, ask)


def agree(organization: str, command: str, *, agreed: bool) -> None:
    """Ask whether the changes of ``command`` are to be made on a real organization."""
    if agreed:
        return
    if not sys.stdin.isatty():
        raise UserError(
            f"nothing was changed: nobody is here to agree to the changes of {organization}; "
            f"once the preview was read: python -m portcullis {command} --yes"
        )
    _type_name(f"make these changes to {organization}? Type its name: ", organization)


def _agree_to(settings: StackSettings, organization: str, *, agreed: bool) -> None:
    """Ask whether an update may change a real organization."""
    if not settings.practises:
        agree(organization, f"up --stack {settings.name}", agreed=agreed)


def _agree_to_lose_all_secrets(organization: str) -> None:
    """Ask before all secrets are deleted: nobody can agree to that beforehand."""
    if not sys.stdin.isatty():
        raise UserError(
            f"nothing was changed: this would delete all secrets of {organization}; "
            "run it at a keyboard, where the organization's name can be typed"
        )
    _type_name(f"delete ALL secrets of {organization}? Type its name: ", organization)


def _type_name(question: str, organization: str) -> None:
    try:
        answer = input(question)
    except EOFError:
        answer = ""
    if answer.strip() != organization:
        raise UserError("nothing was changed")


def _show(
    settings: StackSettings,
    stack: automation.Stack,
    environment: Mapping[str, str],
    declaration: Declaration,
    console: Console,
) -> None:
    """Show the tree, the outputs and the address."""
    deployment: Mapping[str, Any] = existing.exported(stack, environment).get("deployment") or {}
    resources: list[Mapping[str, Any]] = deployment.get("resources", [])
    organization = declaration.config.organization
    console.print()
    tree = printed.resource_tree(organization, resources)
    console.print(tree, crop=False, no_wrap=True, overflow="ignore")
    console.print()
    printed.show_outputs(console, printed.outputs(resources))
    if settings.practises:
        base_url = environment["GITHUB_BASE_URL"]
        console.print(f"\nlook at it  {base_url}{organization}")


@in_words()
def adopt(settings: StackSettings, console: Console) -> None:
    """Take declared things that exist on GitHub into the state; nothing on GitHub changes.

    Raises:
        UserError: as `deploy`.
    """
    declaration = declaration_of(settings)
    environment = prepare(settings, declaration, console)
    recover.unlock(settings, environment, console)
    stack = run.select(settings, environment)
    resume.settle(stack, environment, declaration, console)
    forget_strangers(stack, environment, declaration, console)
    renames = follow(stack, environment, declaration, console, change=True, adopting=True)
    names = old_names(declaration.resolved, renames.live_names)
    if adopt_all(Stack(stack, environment, settings, declaration, names), console):
        console.print("next       make preview shows what would be changed about them")
    else:
        console.print("adopt      nothing to take in: all that is declared is managed, or is new")


def throw_away(settings: StackSettings, console: Console) -> None:
    """Throw a practice stack away: its world, its state, and the sandbox with its last world.

    Raises:
        UserError: the stack is not a practice stack.
    """
    if not settings.practises:
        raise UserError(
            f"stack {settings.name} is at {settings.base_url}: make down is for sandboxes; "
            "see docs/destroy.md for a real organization"
        )
    if same := sharing(settings):
        local_state.forget(settings)
        kept = f"its practice organization stays: it is also that of {', '.join(same)}"
        console.print(Text(f"down       stack {settings.name}: its state is deleted; {kept}"))
        return
    others = practice_of(settings).forget()
    local_state.forget(settings)
    gone = f"down       stack {settings.name}: its practice organization and its state are deleted"
    console.print(Text(gone))
    rest = f"still has: {', '.join(others)}" if others else "is stopped"
    console.print(Text(f"           the sandbox {rest}"))


@in_words()
def start_sandbox(settings: StackSettings, console: Console) -> None:
    """Start the sandbox of a practice stack, and say where it is.

    Raises:
        UserError: the stack is not a practice stack, or its sandbox does not start.
    """
    stack_file.make_if_missing(settings, console)
    if not settings.practises:
        raise UserError(f"stack {settings.name} is at {settings.base_url}: it has no sandbox")
    declaration = declaration_of(settings)
    environment = prepare(settings, declaration, console)
    organization = declaration.config.organization
    console.print(f"look at it  {environment['GITHUB_BASE_URL']}{organization}")


def environment_changes(settings: StackSettings) -> dict[str, str | None]:
    """Return the variables by which plain `pulumi` works as `make up` does.

    What the user has set stays, but for what another stack's practice has left in the shell: None
    stands for a variable that has to go.

    Raises:
        UserError: there is no such stack, or no engine.
    """
    environment = pulumi_environment(settings, _engine().environment(os.environ))
    if settings.practises:
        environment |= sandbox_variables(practice_of(settings), environment)
    environment["PULUMI_STACK"] = settings.name  # beats the stack that the workspace has selected
    changes: dict[str, str | None] = {
        name: value for name, value in environment.items() if os.environ.get(name) != value
    }
    return changes | dict.fromkeys(name for name in os.environ if name not in environment)


def declaration_of(settings: StackSettings) -> Declaration:
    """Load the stack's organization first: its mistakes are found in a moment.

    Raises:
        UserError: with all mistakes in it.
    """
    try:
        return load(settings.organization, settings.root)
    except DeclarationError as error:
        raise UserError(str(error)) from None


def _engine() -> engine.Engine:
    try:
        return engine.ensure()
    except engine.EngineError as error:
        raise UserError(str(error)) from None


def with_engine(base: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which `pulumi` is found, for the Automation API as well.

    Raises:
        UserError: there is no engine.
    """
    tools = _engine()
    os.environ.update(tools.changes(os.environ))
    return tools.environment(base)


def prepare(settings: StackSettings, declaration: Declaration, console: Console) -> dict[str, str]:
    """Prepare engine and sandbox; return the environment for `pulumi`.

    Raises:
        UserError: there is no engine, or the sandbox does not start.
    """
    tools = _engine()
    console.print(Text(f"engine     {tools}"))
    # the Automation API looks for `pulumi` on this process's PATH
    os.environ.update(tools.changes(os.environ))
    environment = pulumi_environment(settings, os.environ)
    for name in set(os.environ) - set(environment):
        del os.environ[name]  # the Automation API hands its own environment on as well
    practice = practice_of(settings) if settings.practises else None
    if practice and not elsewhere(practice, environment):
        practice.start(declaration.config, invited_in(settings))
        environment |= sandbox_variables(practice, environment)
        count = len(declaration.config.repositories)
        noun = "repository" if count == 1 else "repositories"
        console.print(f"sandbox    {practice.base_url} ({count} {noun} declared)")
    return environment


def carried_out(action: Callable[[], Run], console: Console, found: Found | None = None) -> Run:
    """Return what a preview or an update did; one that failed is put into ``found``.

    Raises:
        UserError: it failed; why has been shown.
    """
    try:
        return action()
    except run.RunFailedError as failure:
        if found:
            found.run = failure.run
        printed.show_findings(console, failure.run.findings, briefly=True)
        printed.show_errors(console, failure.run, failure.output)
        changed = "nothing was changed" if failure.step == "preview" else "run it again to go on"
        raise UserError(f"\n{failure.step} failed; {changed}") from None
