"""The stack's file for your own organization on the sandbox: written once if missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from portcullis.project import StackSettings

TEXT = """\
# A practice stack: its organization is on the sandbox, not on GitHub. See docs/practice.md.
config:
  portcullis:organization: {name}
  portcullis:protect: "false"
  github:baseUrl: http://127.0.0.1:8930/{name}/
"""


def make_if_missing(settings: StackSettings, console: Console) -> None:
    """Write the stack's file if only its organization is there.

    A real organization is never touched by that: the file points at the sandbox.
    """
    path = settings.root / f"Pulumi.{settings.name}.yaml"
    declared = settings.root / "orgs" / settings.name
    if path.exists() or not (
        declared.is_dir() or declared.with_name(f"{settings.name}.yaml").is_file()
    ):
        return
    path.write_text(TEXT.format(name=settings.name), encoding="utf-8")
    console.print(
        Text(f"practice   {path.name} written: a stack on the sandbox (docs/practice.md)")
    )
