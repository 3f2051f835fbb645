"""Vault policies are read by parsers, and what cannot be read is not taken for harmless."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.semantics.trust.vault_policies import LONGEST, path_rules

READ = 'path "a" { capabilities = ["read"] }'


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (READ, {"a": {"read"}}),
        ('path "a"\n{\r\n\tcapabilities = [\n "read",\n "List",\n ]\n}', {"a": {"read", "list"}}),
        ('path "a" { # }\n capabilities = ["sudo"] // x\n}', {"a": {"sudo"}}),
        ('/* path "*" {} */\n' + READ, {"a": {"read"}}),
        ('path "a" { capabilities = [ # ]\n "sudo" ] }', {"a": {"sudo"}}),
        ('path "a}" { capabilities = ["read"] }', {"a}": {"read"}}),
        ('path "a" { policy = "write" }', {"a": {"write"}}),
        ('path a { capabilities = ["read"] }', {"a": {"read"}}),
        ('path "\\u002a" { capabilities = ["sudo"] }', {"*": {"sudo"}}),
        ('name = "x"\n' + READ, {"a": {"read"}}),
        (
            'path "a" {\n capabilities = ["create"]\n allowed_parameters = { "x" = ["}"] }\n}',
            {"a": {"create"}},
        ),
        ('path "a" {\n min_wrapping_ttl = "1s"\n capabilities = ["read"]\n}', {"a": {"read"}}),
        ("", {}),
        ("# nothing", {}),
        ('{"path": {"a": {"capabilities": ["read"]}}}', {"a": {"read"}}),
        ('{"path": [{"a": [{"capabilities": ["Sudo"]}]}]}', {"a": {"sudo"}}),
        ('{"path": {"a": {"policy": "write"}}}', {"a": {"write"}}),
        ("{}", {}),
    ],
)
def test_forms_that_are_read(policy: str, expected: dict[str, set[str]]) -> None:
    """S7: paths and capabilities, in every form that the parsers know."""
    rules = path_rules(policy)
    assert rules is not UNKNOWN
    assert {rule.path: set(rule.capabilities) for rule in rules} == expected


def test_two_blocks_of_one_path_are_both_read() -> None:
    """S7: a second block does not hide the first."""
    rules = path_rules('path "*" { capabilities = ["sudo"] }\npath "*" { capabilities = ["read"] }')
    assert rules is not UNKNOWN
    assert [set(rule.capabilities) for rule in rules] == [{"sudo"}, {"read"}]


@pytest.mark.parametrize(
    "policy",
    [
        'path "a" { capabilities = ["read"]',
        'path "a" capabilities read',
        "path: {a: [read]}",
        "path 'a' { capabilities = ['read'] }",
        'path { capabilities = ["sudo"] }',
        'path "a" "b" { capabilities = ["sudo"] }',
        'path = { "*" = { capabilities = ["sudo"] } }',
        READ + '\npath = { "*" = { capabilities = ["sudo"] } }',
        'path "a" {\n capabilities = ["sudo"]\n capabilities = ["read"]\n}',
        'path "a" {\n Capabilities = ["sudo"]\n capabilities = ["read"]\n}',
        'path "a" { capabilities = concat(["sudo"]) }',
        'path "a" { capabilities = ["su${"do"}"] }',
        'path "a" { capabilities = <<EOT\nsudo\nEOT\n}',
        'path "a" { "capabilities" = ["sudo"] }',
        '"path" "*" { capabilities = ["sudo"] }',
        'paths "a" { capabilities = ["sudo"] }',
        '{"path": {"a": {"capabilities": ["read"]}}',
        '{"path": {"*": {"capabilities": ["sudo"]}, "*": {"capabilities": ["read"]}}}',
        '{"path": {"*": {"capabilities": ["sudo"]}}, "Path": {}}',
        '{"path": {"a": "read"}}',
        '{"path": ["a"]}',
        '{"path": {"a": {"capabilities": [1]}}}',
        '{"other": {}}',
        READ + " " * LONGEST,
        'path "a" { x = ' + "[" * 5000 + "]" * 5000 + "}",
        '{"path": ' + "[" * 20000 + "]" * 20000 + "}",
        "\x00",
    ],
)
def test_what_cannot_be_read_is_unknown(policy: str) -> None:
    """S7: no form is skipped in silence, and none takes long."""
    begin = time.monotonic()
    assert path_rules(policy) is UNKNOWN
    assert time.monotonic() - begin < 5


@given(st.text(alphabet='path"*{}[]=,#/\n capbilitesudo$<\\', max_size=60))
def test_any_text_is_answered(policy: str) -> None:
    """S7: no text crashes, and capabilities are words."""
    rules = path_rules(policy)
    if rules is not UNKNOWN:
        assert all(word.isalpha() for rule in rules for word in rule.capabilities)


@given(
    st.dictionaries(
        st.text(alphabet="ab/*+", min_size=1, max_size=6),
        st.sets(st.sampled_from(["read", "sudo", "update"])),
        max_size=3,
    )
)
def test_hcl_and_json_say_the_same(paths: dict[str, set[str]]) -> None:
    """S7: the same policy in both languages is read alike."""
    as_json = {"path": {path: {"capabilities": sorted(able)} for path, able in paths.items()}}
    as_hcl = "".join(
        f'path "{path}" {{\n  capabilities = {json.dumps(sorted(able))}\n}}\n'
        for path, able in paths.items()
    )
    assert path_rules(as_hcl) == path_rules(json.dumps(as_json))
