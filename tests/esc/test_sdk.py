"""Unchanged pulumi-esc-sdk works against the stand-in for ESC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_esc_sdk
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.support.esc import Esc

CANARY = "canary-58f2aa"
anything = st.text(st.characters(codec="utf-8")).filter(lambda text: "${" not in text)


def test_definition_and_values(esc: Esc) -> None:
    """A definition is written, comes back with ciphertext, decrypts, and opens."""
    esc.put("sdk/base", f"values:\n  key:\n    fn::secret: {CANARY}\n  list: [1, {{a: b}}]\n")
    client = esc.client()
    _, raw = client.get_environment("acme", "sdk", "base")
    assert b"ciphertext" in raw
    assert CANARY.encode() not in raw
    _, plain = client.decrypt_environment("acme", "sdk", "base")
    assert CANARY in plain
    assert esc.values("sdk/base") == {"key": CANARY, "list": [1, {"a": "b"}]}


def test_one_property(esc: Esc) -> None:
    """A single property of an opened environment is read, and says that it is secret."""
    esc.put("sdk/property", f"values:\n  a:\n    b:\n      fn::secret: {CANARY}\n")
    client = esc.client()
    session = client.open_environment("acme", "sdk", "property")
    value, plain = client.read_open_environment_property(
        "acme", "sdk", "property", session.id, "a.b"
    )
    assert (plain, value.secret) == (CANARY, True)


def test_revisions_and_tags(esc: Esc) -> None:
    """Revisions are listed and opened; their tags are made, moved, listed and deleted."""
    esc.put("sdk/revisions", "values: {key: one}\n")
    esc.put("sdk/revisions", "values: {key: two}\n")
    client, at = esc.client(), ("acme", "sdk", "revisions")
    assert [each.number for each in client.list_environment_revisions(*at)] == [3, 2, 1]
    client.create_environment_revision_tag(*at, "stable", 2)
    _, values, _ = client.open_and_read_environment_at_version(*at, "stable")
    assert values == {"key": "one"}
    client.update_environment_revision_tag(*at, "stable", 3)
    tags = client.list_environment_revision_tags(*at).tags
    assert {each.name: each.revision for each in tags} == {"latest": 3, "stable": 3}
    client.delete_environment_revision_tag(*at, "stable")
    with pytest.raises(pulumi_esc_sdk.exceptions.NotFoundException):
        client.get_environment_revision_tag(*at, "stable")


def test_tags_clone_delete(esc: Esc) -> None:
    """Tags, clones and deletion of environments; a clone's secrets open in the clone."""
    esc.put("sdk/origin", f"values:\n  key:\n    fn::secret: {CANARY}\n")
    client = esc.client()
    client.create_environment_tag("acme", "sdk", "origin", "owner", "ann")
    client.update_environment_tag("acme", "sdk", "origin", "owner", "ann", "owner", "bob")
    assert client.get_environment_tag("acme", "sdk", "origin", "owner").value == "bob"
    client.clone_environment("acme", "sdk", "origin", "sdk", "copy")
    assert esc.values("sdk/copy") == {"key": CANARY}
    client.delete_environment("acme", "sdk", "copy")
    listed = client.list_environments("acme").environments
    assert ("sdk", "copy") not in {(each.project, each.name) for each in listed}


def test_a_mistake_says_where(esc: Esc) -> None:
    """ESC's own evaluator checks a definition, and says line and reason."""
    found = esc.client().check_environment_yaml("acme", "values:\n  a: ${b.c}\n")
    assert [each.summary for each in found.diagnostics] == ['unknown property "b"']
    assert found.diagnostics[0].range.begin.line == 2


def test_changed_meanwhile(esc: Esc) -> None:
    """An update that is based on an older revision is refused: 409."""
    esc.put("sdk/meanwhile", "values: {key: one}\n")
    client = esc.client()
    before = client.esc_api.get_environment_with_http_info("acme", "sdk", "meanwhile").headers
    esc.put("sdk/meanwhile", "values: {key: two}\n")
    with pytest.raises(pulumi_esc_sdk.exceptions.ApiException, match="409"):
        client.esc_api.update_environment_yaml(
            "acme", "sdk", "meanwhile", "values: {}\n", _headers={"ETag": before["Etag"]}
        )
    assert esc.values("sdk/meanwhile") == {"key": "two"}


@settings(max_examples=40, deadline=None)
@given(value=anything)
@example("multi\nline\r\n\ttext\n")
@example("$$ $${x} $")
@example("x" * 48_000)
def test_any_text(esc: Esc, value: str) -> None:
    """A secret of any text comes back as it was; only `${` means something to ESC itself."""
    # in quotes: PyYAML and ESC do not agree on every bare text that is a string
    text = yaml.safe_dump({"values": {"key": {"fn::secret": value}}}, default_style='"')
    esc.put("sdk/any", text)
    assert esc.values("sdk/any") == {"key": value}


def test_interpolation_is_refused(esc: Esc) -> None:
    """The evaluator takes `${` in a secret for a reference, and refuses it."""
    with pytest.raises(pulumi_esc_sdk.exceptions.BadRequestException):
        esc.put("sdk/refused", 'values: {key: {"fn::secret": "a${b}"}}')
