"""`portcullis secrets ...`: what the commands take, and what they end with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from portcullis.cli import app

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project whose one stack names an organization that is not there."""
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {portcullis:organization: nobody}\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--stack", "nope"], 1, "there is no stack nope"),
        (["--stack", "prod"], 1, "nobody"),
        (["--format", "xml"], 2, "xml"),
    ],
)
def test_a_persons_mistake_ends_with_its_words(arguments: list[str], code: int, words: str) -> None:
    """Before the engine is looked for, or anybody asked."""
    ended = CliRunner().invoke(app, ["secrets", "list", *arguments])
    assert ended.exit_code == code
    assert words in ended.output
    assert "Traceback" not in ended.output


def test_secrets_alone_lists_its_commands() -> None:
    """Each with what it does."""
    assert "list" in CliRunner().invoke(app, ["secrets"]).output
