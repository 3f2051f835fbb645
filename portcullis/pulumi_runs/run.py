"""Preview and update a stack by Pulumi's Automation API, and show how far it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi import automation
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from portcullis.project import UserError
from portcullis.pulumi_runs.events import Run, plain

if TYPE_CHECKING:
    from rich.console import Console

    from portcullis.project import StackSettings

Notice = Callable[[Run], None]

ACCESS_KEYS = ("github:baseUrl", "github:token", "portcullis:githubApp", "portcullis:githubAppKey")
"""The keys of a stack's config that say how to reach GitHub."""
_CONFIG_OF_PROJECT = {"config", "stackConfigDir"}
_OF_STACK = {"config", "encryptionsalt", "encryptedkey", "secretsprovider"}
"""What a stack's file has if its config comes from nowhere else."""


class RunFailedError(Exception):
    """Pulumi stopped; ``run`` holds what it said, ``output`` the end of its own text."""

    def __init__(self, step: str, run: Run, output: str) -> None:
        """Take the step that failed, such as `preview`, and what it printed."""
        super().__init__(f"{step} failed")
        self.step = step
        self.run = run
        self.output = output


class Workspace(automation.LocalWorkspace):
    """Pulumi's workspace, without the runs of `pulumi` whose answers are known or not needed."""

    _config: automation.ConfigMap | None = None

    def get_all_config(self, stack_name: str) -> automation.ConfigMap:
        """Return the stack's config as it was when it was first asked for.

        Pulumi takes half a second to decrypt it. Where all that says how to reach GitHub stands in
        the stack's file in the open, this is the result, without anything that is encrypted.
        """
        if self._config is None:
            self._config = in_the_open(Path(self.work_dir), stack_name)
        if self._config is None:
            self._config = super().get_all_config(stack_name)
        return self._config

    def stack_outputs(self, stack_name: str) -> automation.OutputMap:  # noqa: ARG002 - as Pulumi has it
        """Return nothing, after an update: the state has the outputs."""
        return {}


def in_the_open(root: Path, stack: str) -> automation.ConfigMap | None:
    """Return the values of a stack's file that are not encrypted.

    Args:
        root: The project's folder.
        stack: The stack's name.

    Returns:
        None where the file does not tell how to reach GitHub: it has encrypted credentials, or
        values come from an environment of Pulumi ESC or from the project's file, too.
    """
    try:
        project, of_stack = (
            YAML(typ="safe").load(root / name) or {}
            for name in ("Pulumi.yaml", f"Pulumi.{stack}.yaml")
        )
        if project.keys() & _CONFIG_OF_PROJECT or of_stack.keys() - _OF_STACK:
            return None
        config = dict(of_stack.get("config") or {})
    except (OSError, YAMLError, AttributeError, TypeError, ValueError):
        return None  # Pulumi says what is wrong
    if any("secure" in json.dumps(config.get(key), default=str) for key in ACCESS_KEYS):
        return None
    return {
        key: automation.ConfigValue(value if isinstance(value, str) else json.dumps(value))
        for key, value in config.items()
        if key in ACCESS_KEYS
    }


def select(settings: StackSettings, environment: Mapping[str, str]) -> automation.Stack:
    """Return the stack, made first where it is a practice stack that is not there yet.

    Raises:
        UserError: the state has no such stack.
    """
    choose = automation.Stack.create_or_select if settings.practises else automation.Stack.select
    try:
        return choose(settings.name, Workspace(str(settings.root), env_vars=dict(environment)))
    except automation.StackNotFoundError:
        raise UserError(
            f"the state has no stack {settings.name} yet: pulumi stack init {settings.name} "
            "(docs/own-organization.md)"
        ) from None


@contextmanager
def in_words() -> Iterator[None]:
    """Show only Pulumi's own words when it refuses, such as for a wrong passphrase.

    Raises:
        UserError: Pulumi refused.
    """
    try:
        yield
    except automation.CommandError as error:
        raise UserError(f"pulumi failed:\n{_words(error)}") from None
    except automation.InvalidVersionError as error:
        raise UserError(str(error)) from None


def _words(error: automation.CommandError) -> str:
    """Return what the command printed, without Automation's headings."""
    stdout, _, stderr = str(error).partition("\n stderr: ")
    printed = (plain(stdout.partition("\n stdout: ")[2]), plain(stderr))
    return "\n".join(text for text in printed if text) or plain(str(error))


def preview(
    stack: automation.Stack,
    console: Console,
    targets: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
) -> Run:
    """Preview the stack, or only ``targets``, with the policy pack that the environment names.

    Args:
        stack: The stack.
        console: Where the progress is shown.
        targets: The only resources to preview; None for all.
        exclude: Resources of the state that are left alone.

    Raises:
        RunFailedError: a mistake, a finding that is mandatory, or a refusal by GitHub.
    """
    with _progress(console, "preview", None) as (run, take):
        wanted, left = _list(targets), _list(exclude or None)
        _try("preview", run, lambda: stack.preview(on_event=take, target=wanted, exclude=left))
    return run


def update(
    stack: automation.Stack,
    console: Console,
    expected: int,
    targets: Sequence[str] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Run:
    """Update the stack, or only ``targets``; only ever called after a preview that went well.

    Pulumi's Automation API skips the CLI's own preview. A variable tells the pack that there was
    one (PK002).

    Args:
        stack: The stack.
        console: Where the progress is shown.
        expected: How many resources there are.
        targets: The only resources to update; None for all.
        variables: More variables of the environment.

    Raises:
        RunFailedError: as `preview`; what was done until then is in the state.
    """
    given = {**stack.workspace.env_vars, **(variables or {})}
    stack.workspace.env_vars = {**given, "PORTCULLIS_PREVIEWED": "true"}
    with _progress(console, "update", expected) as (run, take):
        _try(
            "update",
            run,
            lambda: stack.up(on_event=take, show_secrets=False, target=_list(targets)),
        )
    return run


def _list(targets: Sequence[str] | None) -> list[str] | None:
    return None if targets is None else list(targets)


def _try(step: str, run: Run, action: Callable[[], object]) -> None:
    try:
        action()
    except automation.CommandError as error:
        raise RunFailedError(step, run, _words(error)) from None


@contextmanager
def _progress(
    console: Console, step: str, expected: int | None
) -> Iterator[tuple[Run, Callable[[automation.EngineEvent], None]]]:
    """Show a bar on a terminal, and elsewhere a line every hundred resources."""
    run = Run()
    columns = (
        TextColumn(f"{step:<10} {{task.completed}} resources"),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(step, total=expected)

        def take(event: automation.EngineEvent) -> None:
            before = len(run.done)
            run.take(event)
            bar.update(task, completed=len(run.done))
            if not console.is_terminal and len(run.done) // 100 > before // 100:
                of = f" of {expected}" if expected else ""
                console.print(f"{step:<10} {len(run.done)}{of} resources")

        yield run, take
