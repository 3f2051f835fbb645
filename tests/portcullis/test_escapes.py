"""What people wrote reaches no terminal as an escape, at any door (issue 13)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from portcullis_policy import printable as of_the_pack
from rich.text import Text
from rich.tree import Tree

from components.names import printable as of_the_components
from portcullis.commands import PlainConsole
from tests.portcullis.check.projects import command, project

if TYPE_CHECKING:
    from pathlib import Path

ESCAPE = "\x1b[2K\x1b[1Apolicies: no findings\x07"
SHOWN = r"\x1b[2K\x1b[1Apolicies: no findings\x07"
TEXTS = (
    ("plain é 名 text\nof two lines", None),
    (ESCAPE, SHOWN),
    ("\x9b2J \u202etxt.exe \ufeff\t\r", r"\x9b2J \u202etxt.exe \ufeff\t\r"),
    ("a\\x1b", None),
    ("\U000e0041", r"\U000e0041"),
)


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_what_is_not_printable_is_an_escape(text: str, shown: str | None) -> None:
    """The components and the pack, which imports nothing of them, have the same."""
    for module in (of_the_components, of_the_pack):
        assert module.printable(text) == (text if shown is None else shown)


FORMS = ("text", "json", "sarif", "github", "markdown", "html")
WRITTEN: tuple[tuple[str, object], ...] = (
    (f"settings.{ESCAPE}", True),
    (f"repositories.app.environments.{ESCAPE}", {}),
    (f"repositories.app.access.{ESCAPE}", "push"),
    ("protection.main.required_checks", ["ci", ESCAPE]),
)


@pytest.mark.parametrize("form", FORMS)
def test_no_escape_leaves_the_check(form: str, tmp_path: Path) -> None:
    """Neither a mistake nor a finding prints a key or a value of the file raw."""
    for path, value in WRITTEN:
        managed = ("repositories.app.workflows", True), ("repositories.app.ecosystems", ["pip"])
        file = project(tmp_path, *managed, (path, value))
        done = command(str(file), "--format", form)
        assert "no findings" in done.output, done.output
        assert not {"\x1b", "\x07"} & set(done.output), path


@pytest.mark.parametrize("terminal", [False, True])
def test_no_escape_leaves_a_console(*, terminal: bool) -> None:
    """Names on GitHub and what the engine prints are escaped, and rich's own colours stay."""
    file = io.StringIO()
    console = PlainConsole(file=file, force_terminal=terminal, highlight=False, width=200)
    tree = Tree(Text(f"a {ESCAPE}", style="red"))
    tree.add(Text(f"b {ESCAPE}"))
    console.print(tree)
    console.print(Text(f"c {ESCAPE}\nd"))
    console.print(f"e {ESCAPE}")
    printed = file.getvalue()
    assert printed.count(SHOWN.removesuffix(r"\x07")) == 4
    assert "\x1b[2K" not in printed
    assert "\x07" not in printed
    assert ("\x1b[31m" in printed) == terminal
