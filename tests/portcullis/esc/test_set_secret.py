"""A secret is put into an ESC environment, and nothing that stands there is lost."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml.comments import CommentedMap

from portcullis.esc.connection import EscError
from portcullis.esc.definition import Definition, Name

CANARY = "canary-that-is-never-shown"
NAMES = st.sampled_from("abc")
LEAVES = st.sampled_from([{"fn::secret": {"ciphertext": "x"}}, "plain", "${elsewhere}"])
GROUPS = st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=6)


def definition(values: Any) -> Definition:  # noqa: ANN401 - any YAML
    """An environment that has these values."""
    return Definition(Name("acme", "shared", "app"), CommentedMap({"values": values}))


@given(st.dictionaries(NAMES, GROUPS), st.lists(NAMES, min_size=1, max_size=3))
def test_all_other_values_stay(values: dict[str, Any], names: list[str]) -> None:
    """The value is at its path, or it is refused; nothing else is changed either way."""
    before = json.loads(json.dumps(values))
    found = definition(values)
    try:
        found.set_secret(".".join(names), CANARY)
    except EscError:
        assert found.values == before
        return
    into = found.values
    for name in names[:-1]:
        into = into[name]
    assert into.pop(names[-1]) == {"fn::secret": CANARY}
    assert leaves(found.values) == {
        path: value for path, value in leaves(before).items() if path != tuple(names)
    }


def leaves(values: dict[str, Any], before: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Path to value, of all that is no group."""
    found: dict[tuple[str, ...], Any] = {}
    for name, value in values.items():
        if isinstance(value, dict) and "fn::secret" not in value:
            found |= leaves(value, (*before, name))
        else:
            found[*before, name] = value
    return found


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"app": "${other.app}"}, "app.token"),
        ({"app": {"fn::open::aws-secrets": {"region": "x"}}}, "app.token"),
        ({"app": {"fn::secret": {"ciphertext": "x"}}}, "app.token"),
        ({"app": {"token": "${other.app.token}"}}, "app.token"),
        ({"app": {"token": {"fn::open::vault-secrets": {}}}}, "app.token"),
        ({"app": {"token": {"a": "b"}}}, "app.token"),
        ({"app": {"token": "x"}}, "app"),
        ({"app": ["token"]}, "app.token"),
    ],
)
def test_what_would_be_lost_is_refused(values: dict[str, Any], key: str) -> None:
    """A group, or a value that comes from elsewhere, does not make way; the text says where."""
    found = definition(values)
    before = json.dumps(values)
    with pytest.raises(EscError, match=f"ESC: shared/app: {key} is not written, .*pulumi env") as e:
        found.set_secret(key, CANARY)
    assert CANARY not in str(e.value)
    assert json.dumps(found.values) == before


@pytest.mark.parametrize("there", [None, "plain", 7, {"fn::secret": {"ciphertext": "old"}}])
def test_a_value_of_its_own_makes_way(there: object) -> None:
    """That is what a new value is for; a plain one is encrypted from now on."""
    found = definition({"app": {"token": there}})
    found.set_secret("app.token", CANARY)
    assert found.values == {"app": {"token": {"fn::secret": CANARY}}}


@pytest.mark.parametrize("value", ["${a}", "x ${a.b} ${", "$${x}"])
def test_a_reference_in_a_value_is_kept_from_esc(value: str) -> None:
    """ESC would look for what it names; as Base64 it is text."""
    found = definition({})
    found.set_secret("token", value)
    encoded = found.values["token"]["fn::fromBase64"]["fn::secret"]
    assert base64.b64decode(encoded).decode() == value
    found.set_secret("token", "again")
    assert found.values == {"token": {"fn::secret": "again"}}
