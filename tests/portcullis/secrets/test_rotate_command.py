"""`portcullis secrets rotate`: where the new value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from components.secrets.reference import Reference
from portcullis.cli import app
from portcullis.secrets import rotate
from portcullis.secrets.rotation import Rotation

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

CANARY = "canary-that-is-never-shown"


class Rotations(list[str]):
    """The values that were to be written."""

    def rotate(self, *given: Any, agreed: bool) -> None:  # noqa: ANN401 - as `rotate`
        """Stand in for `rotate`."""
        del agreed
        *_, new_value = given
        self.append(new_value(Rotation(Reference(config="token"), ())))


@pytest.fixture
def rotations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rotations:
    """Rotations of a project that write nothing."""
    (tmp_path / "Pulumi.yaml").touch()
    monkeypatch.chdir(tmp_path)
    made = Rotations()
    monkeypatch.setattr(rotate, "rotate", made.rotate)
    return made


def command(*arguments: str, given: bytes = b"") -> Result:
    """Run it."""
    return CliRunner().invoke(app, ["secrets", "rotate", "TOKEN", *arguments], input=given)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (b"one", "one"),
        (b"one\n", "one"),
        (b"one\n\n", "one\n"),
        (b"one\r\ntwo\r\n", "one\r\ntwo\r"),
        ("\ufeffÄ \U0001f511\n".encode(), "\ufeffÄ \U0001f511"),
        (b" \n", " "),
        (b"", ""),
    ],
)
def test_standard_input_is_the_value_bit_for_bit(
    rotations: Rotations, given: bytes, value: str
) -> None:
    """But for one line break at its end, which editors and `echo` add."""
    result = command(given=given)
    assert result.exit_code == 0, result.output
    assert rotations == [value]


def test_what_is_no_text_is_refused_without_a_word_of_it(rotations: Rotations) -> None:
    """No traceback, which would quote it."""
    result = command(given=f"{CANARY}".encode() + b"\xff\xfe")
    assert result.exit_code == 1
    assert result.stderr == "nothing was changed: the new value is not UTF-8 text\n"
    assert CANARY not in result.output
    assert isinstance(result.exception, SystemExit)
    assert rotations == []


def test_a_generated_value_is_another_each_time_and_not_shown(rotations: Rotations) -> None:
    """Standard input is not read then (G9)."""
    results = [command("--generate", given=CANARY.encode()) for _ in range(2)]
    assert len(set(rotations)) == 2
    for result, value in zip(results, rotations, strict=True):
        assert value != CANARY
        assert value not in result.output


def test_no_option_takes_the_value(rotations: Rotations) -> None:
    """Other processes see arguments, and the shell keeps them; what was given is not quoted."""
    given = command(CANARY)
    assert given.exit_code == 1
    assert "a value is never an argument" in given.output
    assert CANARY not in given.output
    assert command("--value", CANARY).exit_code == 2
    assert rotations == []
