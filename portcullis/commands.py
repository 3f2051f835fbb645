"""What all commands share: where they print, and how a person's mistake ends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.segment import Segment
from rich.text import Text

from components.names.printable import printable
from portcullis.project import StackSettings, UserError, project_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rich.console import ConsoleOptions, RenderableType

LOG_WIDTH = 200
"""Columns where no terminal says how many it has: a log wraps by itself."""


class PlainConsole(Console):
    """A console whose output holds no escapes but rich's own.

    Names in YAML files, on GitHub and in what the engine prints are other people's.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Render, with each character that is not printable as an escape."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)


console = PlainConsole(
    highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else LOG_WIDTH
)
errors = PlainConsole(
    highlight=False,
    soft_wrap=True,
    width=None if sys.stderr.isatty() else LOG_WIDTH,
    stderr=True,
)
"""Apart from the output: a shell evaluates that of `env`."""

Stack = Annotated[str, typer.Option(help="The stack, as in Pulumi.<stack>.yaml.", envvar="STACK")]


def settings(stack: str) -> StackSettings:
    """Return a stack of the project in the working directory."""
    return StackSettings(stack, project_root())


def answer(action: Callable[[], None]) -> None:
    """Run ``action``; a person's mistake ends with its text and exit code 1."""
    try:
        action()
    except UserError as error:
        errors.print(Text(str(error)))
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        errors.print("stopped; the next run goes on from here")
        raise typer.Exit(130) from None


def write(path: Path, text: str) -> None:
    """Write a file that a person named.

    Raises:
        UserError: It cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}; nothing was written") from None
