"""`portcullis reach`: who can publish, alone or together, and by which steps."""

from __future__ import annotations

import gc
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from portcullis.check.options import File, OfStack, PolicyConfig, policy_files
from portcullis.commands import errors
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portcullis_policy.release_path.goals import GoalKind

    from portcullis.reach.report import Report

_USAGE = 2
_WAYS = 3


class Format(StrEnum):
    """How the answers are printed."""

    TEXT = "text"
    JSON = "json"
    MERMAID = "mermaid"
    SVG = "svg"


class Goals(StrEnum):
    """What somebody may be after."""

    PACKAGE = "package"
    SECRET = "secret"  # noqa: S105 - a kind of goal
    ROLE = "role"
    TAG = "tag"
    WORKFLOW = "workflow"
    ALL = "all"


def reach(
    file: File = None,
    *,
    package: Annotated[
        str | None,
        typer.Option(help="Only this package, repository, or REPOSITORY/ENVIRONMENT."),
    ] = None,
    goal: Annotated[
        Goals,
        typer.Option(
            help="Publish a package, read a secret, assume a role, move a tag, change a workflow."
        ),
    ] = Goals.PACKAGE,
    ways: Annotated[
        int, typer.Option(min=1, help="How many sets of people to show for each goal.")
    ] = _WAYS,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
    policy_config: PolicyConfig = None,
    stack: OfStack = None,
) -> None:
    """Show the smallest sets of people and stolen credentials that suffice to publish.

    Offline: only files of the project are read.

    Exit code 0: the answers are printed.
    Exit code 1: the file has mistakes.
    Exit code 2: the command was used incorrectly.
    """
    from components.declaration import DeclarationError
    from portcullis.check.organization import subject
    from portcullis.reach.answers import report

    gc.disable()  # the process ends soon
    try:
        found = report(
            subject(file, stack), policy_files(policy_config), kinds=_kinds(goal), package=package
        )
    except DeclarationError as error:
        errors.print(Text(str(error)))
        raise typer.Exit(1) from None
    except UserError as error:
        errors.print(Text(str(error)))
        raise typer.Exit(_USAGE) from None
    typer.echo(_rendered(found, form, ways), nl=False)


def _kinds(goal: Goals) -> list[GoalKind]:
    from portcullis_policy.release_path.goals import GoalKind

    return list(GoalKind) if goal is Goals.ALL else [GoalKind(goal.value)]


def _rendered(report: Report, form: Format, ways: int) -> str:
    from portcullis.reach.output import as_json, mermaid, svg, text

    formats: Mapping[Format, Callable[[Report, int], str]] = {
        Format.TEXT: text.text,
        Format.JSON: as_json.text,
        Format.MERMAID: mermaid.text,
        Format.SVG: svg.text,
    }
    return formats[form](report, ways)
