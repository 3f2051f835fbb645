"""How a value is put into a definition, and how definitions are classified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portcullis.esc.connection import account
from portcullis.esc.definition import kind
from portcullis.project import UserError
from portcullis.secrets.writers.esc import EscWriter

if TYPE_CHECKING:
    from pathlib import Path

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
    """How ESC has a value is told without the value."""
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
