"""What the policy pack finds in a declared trust: nothing, unless it is given too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from portcullis.cli import app
from tests.components.declaration.mistakes.test_trust import ROLE, TRUSTED
from tests.components.declaration.sound import replaced, written

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ADMINISTRATOR = "{policies: [arn:aws:iam::aws:policy/AdministratorAccess]}"


def trust_findings(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The ids of the trust rules that find something, by the offline check."""
    written(folder, text)
    monkeypatch.chdir(folder)
    said = CliRunner().invoke(app, ["check", "orgs/acme.yaml"]).output
    assert "findings" in said or "finding" in said, said
    return {word for word in said.split() if word.startswith("TR0")}


def test_a_declared_trust_has_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The roles, the policies and the provider that follow pass every rule (G2)."""
    assert trust_findings(tmp_path, TRUSTED, monkeypatch) == set()


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A role that may do everything is a finding, although the trust is narrow (G2)."""
    text = replaced((ROLE, ADMINISTRATOR), text=TRUSTED)
    assert trust_findings(tmp_path, text, monkeypatch) == {"TR003"}
