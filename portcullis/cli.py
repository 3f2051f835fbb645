"""The commands; `make` calls them and adds nothing but set-up."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from portcullis.archive.commands import archive
from portcullis.check.commands import check
from portcullis.commands import Stack, console, errors, write
from portcullis.commands import answer as _answer
from portcullis.commands import settings as _settings
from portcullis.comment.commands import comment
from portcullis.deployment.commands import reviewed, stacks
from portcullis.drift.commands import drift
from portcullis.esc.commands import app as esc_app
from portcullis.importing.commands import import_
from portcullis.incident.commands import app as incident_app
from portcullis.init.commands import init
from portcullis.lockdown.commands import lockdown
from portcullis.pins.commands import pins
from portcullis.project import UserError, project_root
from portcullis.publishers.commands import app as publishers_app
from portcullis.reach.commands import reach
from portcullis.records.commands import app as records_app
from portcullis.report.commands import report
from portcullis.reviews.commands import review
from portcullis.secrets.commands import app as secrets_app

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(esc_app, name="esc")
app.add_typer(incident_app, name="incident")
app.add_typer(publishers_app, name="publishers")
app.add_typer(records_app, name="records")
app.add_typer(secrets_app, name="secrets")
app.command()(archive)
app.command()(check)
app.command()(comment)
app.command()(drift)
app.command("import")(import_)
app.command()(init)
app.command()(lockdown)
app.command()(pins)
app.command()(reach)
app.command()(report)
app.command()(review)
app.command()(reviewed)
app.command()(stacks)


Live = Annotated[
    bool,
    typer.Option("--live/--no-live", help="Compare GitHub with the stack's state first."),
]


@app.command()
def preview(
    stack: Stack = "dev",
    *,
    live: Live = True,
    file: Annotated[
        str,
        typer.Option("--json", metavar="FILE", help="Also write the plan, as JSON; -: print it."),
    ] = "",
) -> None:
    """Show what an update would change, and the policy pack's findings."""
    if not file:
        _deploy(stack, change=False, live=live)
        return

    def show() -> None:
        from portcullis.plan import document, reviewed

        path = Path(file)
        printed = file == "-"
        if not printed:
            reviewed.require_writable(path)
        made, error = reviewed.preview(_settings(stack), errors if printed else console, live=live)
        if printed:
            typer.echo(document.text(made), nl=False)
        else:
            write(path, document.text(made))
            console.print(Text(f"{'plan':<10} {made.digest}"))
        if error:
            raise UserError(error)

    _answer(show)


@app.command()
def up(
    stack: Stack = "dev",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm in advance.")] = False,
    live: Live = True,
    plan: Annotated[
        str,
        typer.Option(
            metavar="DIGEST|FILE",
            help="Update only if this is the reviewed plan; it counts as confirmation.",
        ),
    ] = "",
) -> None:
    """Preview, then update GitHub to match the declaration."""
    if not plan:
        _deploy(stack, change=True, live=live, agreed=yes)
        return

    def update() -> None:
        from portcullis.plan import reviewed

        reviewed.update(_settings(stack), console, plan, live=live)

    _answer(update)


def _deploy(stack: str, *, change: bool, live: bool, agreed: bool = False) -> None:
    from portcullis import deploy

    _answer(
        lambda: deploy.deploy(_settings(stack), console, change=change, live=live, agreed=agreed)
    )


@app.command()
def adopt(stack: Stack = "dev") -> None:
    """Take existing, declared resources into the state; change nothing on GitHub."""
    from portcullis import deploy

    _answer(lambda: deploy.adopt(_settings(stack), console))


@app.command()
def down(stack: Stack = "dev") -> None:
    """Delete a practice stack: its organization on the sandbox, and its state."""
    from portcullis import deploy

    _answer(lambda: deploy.throw_away(_settings(stack), console))


@app.command()
def sandbox(stack: Stack = "dev") -> None:
    """Start the sandbox of a practice stack, and leave it running."""
    from portcullis import deploy

    _answer(lambda: deploy.start_sandbox(_settings(stack), console))


@app.command()
def env(stack: Stack = "dev") -> None:
    """Print the variables that plain `pulumi` needs: eval "$(make -s env)"."""

    def show() -> None:
        from portcullis import deploy

        for name, value in deploy.environment_changes(_settings(stack)).items():
            unset = f"unset {name}"
            typer.echo(unset if value is None else f"export {name}={shlex.quote(value)}")

    _answer(show)


@app.command()
def docs() -> None:
    """Regenerate the pages about rules and fields, and the JSON Schemas for editors."""
    from portcullis.generate.generated import pages

    def write() -> None:
        root = project_root()
        for path, text in pages(root).items():
            (root / path).write_text(text, encoding="utf-8")
            console.print(f"docs       {path}")

    _answer(write)
