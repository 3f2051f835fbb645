"""How a value is put into a definition, and how definitions are classified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portcullis.esc import definition
from portcullis.esc.connection import account
from portcullis.esc.definition import kind
from portcullis.project import UserError
from portcullis.secrets.writers.esc import EscWriter

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_esc_sdk.esc_client import EscClient

    from tests.support.esc import Esc

texts = st.text(st.characters(codec="utf-8"), min_size=1)


@settings(max_examples=40, deadline=None)
@given(value=texts)
@example("a${b}c")
@example("$${x} ${")
@example("multi\nline\r\n\ttext\n")
@example("\x85 \ufeff \U0001f600 \ue000")
@example("x" * 48_000)
def test_any_value_arrives(esc: Esc, value: str) -> None:
    """Whatever the text, ESC gives it back bit for bit, also what it would take for references."""
    EscWriter(esc.client(), "acme").write("any/value", "KEY", value)
    assert esc.values("any/value")["KEY"] == value


def test_the_rest_stays(esc: Esc) -> None:
    """Other values, nested ones and comments stay; the version is the new revision's number."""
    esc.put("rest/base", "# hello\nvalues:\n  a: {b: 1}\n  c:\n    fn::secret: hush\n")
    writer = EscWriter(esc.client(), "acme")
    assert writer.write("rest/base", "a.d", "new") == "3"
    assert esc.values("rest/base") == {"a": {"b": 1, "d": "new"}, "c": "hush"}
    assert esc.client().get_environment("acme", "rest", "base")[1].startswith(b"# hello")
    assert writer.keys("rest/base") == {"a", "c"}
    assert writer.keys("rest/nowhere") == frozenset()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"fn::secret": {"ciphertext": "x"}}, "secret"),
        ({"fn::fromBase64": {"fn::secret": {"ciphertext": "x"}}}, "secret"),
        ({"fn::open::vault-secrets": {"login": "${vault}"}}, "opened"),
        ({"a": "${x}", "b": {"fn::secret": "x"}}, "reference"),
        ({"a": 1, "b": {"fn::secret": "x"}}, "plain"),
        ({"a": 1}, "plain"),
        ("${a.b}", "reference"),
        ("text", "plain"),
        (7, "plain"),
        (None, "plain"),
    ],
)
def test_kinds(value: object, expected: str) -> None:
    """How ESC keeps a value is reported without the value."""
    assert kind(value) == expected


def test_credentials_of_pulumi_login(tmp_path: Path) -> None:
    """Without variables, the address and token are those of `pulumi login`."""
    (tmp_path / "credentials.json").write_text(
        '{"current": "https://pulumi.example", "accessTokens": {"https://pulumi.example": "t"}}'
    )
    found = account({"PULUMI_HOME": str(tmp_path)})
    assert found == ("https://pulumi.example", "t")


def test_a_state_elsewhere_means_pulumi_cloud(tmp_path: Path) -> None:
    """With the state in a folder or bucket, ESC is that of Pulumi Cloud."""
    base = {"PULUMI_HOME": str(tmp_path), "PULUMI_BACKEND_URL": "s3://state"}
    assert account({**base, "PULUMI_ACCESS_TOKEN": "t"}).address == "https://api.pulumi.com"
    with pytest.raises(UserError, match="no access token"):
        account(base)


def test_somebody_else_is_faster(esc: Esc, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that somebody makes between reading and writing is kept; both values are there."""
    esc.put("race/base", "values: {}\n")
    writer, others = EscWriter(esc.client(), "acme"), iter([{"THEIRS": 1}, {"THEIRS": 2}])
    write = definition.write

    def slowly(client: EscClient, target: definition.Definition) -> str:
        if (theirs := next(others, None)) is not None:
            esc.put("race/base", f"values: {theirs}\n")
        return write(client, target)

    monkeypatch.setattr(definition, "write", slowly)
    assert writer.write("race/base", "OURS", "ours") == "5"
    assert esc.values("race/base") == {"THEIRS": 2, "OURS": "ours"}


def test_always_slower(esc: Esc, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three attempts it gives up, says so, and has overwritten nothing."""
    esc.put("race/lost", "values: {}\n")
    write = definition.write

    def slowly(client: EscClient, target: definition.Definition) -> str:
        esc.put("race/lost", "values: {THEIRS: 1}\n")
        return write(client, target)

    monkeypatch.setattr(definition, "write", slowly)
    with pytest.raises(UserError, match="changed by somebody else meanwhile") as error:
        EscWriter(esc.client(), "acme").write("race/lost", "OURS", "canary-race")
    assert "canary-race" not in str(error.value)
    assert esc.values("race/lost") == {"THEIRS": 1}
