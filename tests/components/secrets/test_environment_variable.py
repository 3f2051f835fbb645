"""Variables of the run and of a `.env` file as a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.secrets.environment_variable import EnvironmentVariableSource
from tests.components.secrets.asking import CANARY, ask, reference, refusal

if TYPE_CHECKING:
    from pathlib import Path

HOOK = reference(env="HOOK")


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run has no such variable of its own."""
    monkeypatch.delenv("HOOK", raising=False)


def source(folder: Path, text: str | bytes | None = None) -> EnvironmentVariableSource:
    """The source, with a `.env` file of this text."""
    file = folder / ".env"
    if text is not None:
        file.write_bytes(text.encode() if isinstance(text, str) else text)
    return EnvironmentVariableSource(file)


def test_the_run_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody sets for one run is meant."""
    monkeypatch.setenv("HOOK", "of the run")
    (found,) = ask(source(tmp_path, "HOOK=of the file\n"), HOOK).values
    assert found.value == "of the run"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("HOOK=plain", "plain"),
        ("export HOOK=exported", "exported"),
        ("HOOK='single $HOME ${HOME}'", "single $HOME ${HOME}"),
        ('HOOK="double $HOME ${HOME}"', "double $HOME ${HOME}"),
        ("HOOK=a$HOME${HOME}", "a$HOME${HOME}"),
        ('HOOK="two\nlines"', "two\nlines"),
        (r'HOOK="two\nlines"', "two\nlines"),
        ("HOOK=Grüße", "Grüße"),
        ("HOOK=a#b # a comment", "a#b"),
        ("HOOK='a # b'", "a # b"),
    ],
)
def test_a_line_of_the_file_is_the_value_as_it_stands(
    line: str, value: str, tmp_path: Path
) -> None:
    """Quotes as everywhere; a dollar sign in a secret is a dollar sign."""
    (found,) = ask(source(tmp_path, f"OTHER=x\n{line}\n"), HOOK).values
    assert found.value == value


def test_the_file_is_read_from_the_folder_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`.env` beside Pulumi.yaml."""
    source(tmp_path, "HOOK=here\n")
    monkeypatch.chdir(tmp_path)
    assert ask(EnvironmentVariableSource(), HOOK).values[0].value == "here"


@pytest.mark.parametrize("text", [None, "", "OTHER=x\n", "HOOK=\n", "HOOK\n", "HOOK=''\n"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_named(
    value: str | None, text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unset and empty are the same: an empty secret would be a broken release."""
    if value is not None:
        monkeypatch.setenv("HOOK", value)
    words = refusal(source(tmp_path, text), HOOK)
    assert "the environment variable HOOK is not set, and .env does not have it either" in words


def test_a_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    """No traceback, and nothing of the file."""
    text = f"OTHER={CANARY}ä\n".encode("latin-1")
    assert ".env is not readable: save it as UTF-8" in refusal(source(tmp_path, text), HOOK)
