"""From a secret's name to its new value at the source and at all that depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from portcullis import deploy, printed
from portcullis.adopt import existing
from portcullis.project import UserError
from portcullis.pulumi_runs import recover, resume, run
from portcullis.pulumi_runs.run import in_words
from portcullis.secrets.rotation import ISSUERS, Rotation, find
from portcullis.secrets.writers import destinations
from portcullis.secrets.writers.config import changed_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi import automation
    from rich.console import Console

    from portcullis.project import StackSettings


@in_words()
def rotate(
    settings: StackSettings,
    console: Console,
    name: str,
    new_value: Callable[[Rotation], str],
    *,
    agreed: bool,
) -> None:
    """Write a new value to a secret's source, then update what depends on it, and nothing else.

    Args:
        settings: the stack.
        console: where it is reported.
        name: the secret's, or its place in the YAML.
        new_value: generates or asks for the value.
        agreed: somebody agreed beforehand to the change of a real organization.

    Raises:
        UserError: as `deploy`; or the source does not take the value.
    """
    declaration = deploy.declaration_of(settings)
    config = declaration.config
    rotation = find(declaration.resolved, name)
    destination, path, key = rotation.place()
    value = new_value(rotation)
    rotation.check(value)
    environment = deploy.prepare(settings, declaration, console)
    if not settings.practises:
        command = f"secrets rotate {name} --stack {settings.name}"
        deploy.agree(config.organization, command, agreed=agreed)
    recover.unlock(settings, environment, console)
    stack = run.select(settings, environment)
    resume.settle(stack, environment, declaration, console)
    writer = destinations.open_writer(
        destination,
        environment if destination == "config" else config.sources.environment(environment),
        config.sources.esc.organization if config.sources.esc else "",
        settings,
    )
    version = writer.write(path, key, value)
    console.print(Text(f"written    {rotation.reference}: {version}"))
    try:
        if destination == "config":
            existing.pulumi(stack, environment, ["config", "set", "--path", *changed_now(key)])
        _deliver(rotation, stack, environment, console)
    except UserError as error:
        raise UserError(
            f"{error}\n{rotation.reference} has the new value, but not all that depends on it: "
            "fix the errors above, then `make up` sends it; revoke the old value after that"
        ) from None


def _deliver(
    rotation: Rotation,
    stack: automation.Stack,
    environment: Mapping[str, str],
    console: Console,
) -> None:
    """Update what depends on the new value, and nothing else."""
    state = existing.exported(stack, environment)
    urns = rotation.urns(state)
    if not urns:
        console.print("next       it is not on GitHub yet: make up")
        return
    targets = [*urns, *printed.roots(state)]
    planned = deploy.carried_out(lambda: run.preview(stack, console, targets), console)
    printed.show_findings(console, planned.findings)
    done = deploy.carried_out(
        lambda: run.update(stack, console, len(planned.resources), targets), console
    )
    printed.show_changes(console, done)
    console.print(printed.headline("update", done))
    if issuer := ISSUERS.get(rotation.kind):
        console.print(Text(f"next       revoke the old value: {issuer}"))
