"""Compiled templates are kept: the next program renders without compiling."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from jinja2 import DictLoader, Environment

from components.files.compiled import Compiled

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def rendered(folder: Path, text: str = "a {{ b }}", **options: str) -> str:
    """What a program of its own renders, with b = 1."""
    environment = Environment(  # noqa: S701 - no HTML
        **options,  # type: ignore[arg-type]  # Jinja has an annotation for each
        loader=DictLoader({"t": text}),
        bytecode_cache=Compiled(options, folder),
    )
    return environment.get_template("t").render(b=1)


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second program compiles nothing; a changed template is compiled again."""
    assert rendered(tmp_path) == "a 1"
    with monkeypatch.context() as without:
        without.delattr(Environment, "_generate")
        assert rendered(tmp_path) == "a 1"
    assert rendered(tmp_path, "b {{ b }}") == "b 1"


def test_other_options_compile_again(tmp_path: Path) -> None:
    """What was compiled with other delimiters is not used."""
    assert rendered(tmp_path) == "a 1"
    assert rendered(tmp_path, variable_start_string="<<", variable_end_string=">>") == "a {{ b }}"


@pytest.mark.parametrize("keep", [0, 3, 20, 60])
def test_a_damaged_file_is_replaced(tmp_path: Path, keep: int) -> None:
    """A file that was cut off anywhere costs time and nothing else."""
    rendered(tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:keep])
    assert rendered(tmp_path) == "a 1"
    assert kept.read_bytes() == whole


def test_no_folder_to_write_to(tmp_path: Path) -> None:
    """A checkout that cannot be written renders all the same."""
    assert rendered(tmp_path / "missing") == "a 1"
    assert not (tmp_path / "missing").exists()


def test_nothing_is_written_where_python_writes_no_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PYTHONDONTWRITEBYTECODE holds for templates too."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(tmp_path) == "a 1"
    assert not list(tmp_path.iterdir())
