"""Documents that are cut off, huge, nested deeply or in another encoding: a finding, and soon."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics import linters

from tests.policy.harness import Pack, ids
from tests.policy.sound_organization.organization import ORGANIZATION, declared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CANARY = "canary-4f7d"
HUGE = 10_000_000
DEEP = 100_000
LIMIT_SECONDS = 30
"""For a dozen documents on a busy machine; on a quiet one they take less than a second."""
ENCODINGS: Mapping[str, Callable[[str], str]] = {
    "UTF-16": lambda text: text.encode("utf-16").decode("latin-1"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le").decode("latin-1"),
    "a NUL": lambda text: f"{text[:9]}\0{text[9:]}",
    "control characters": lambda text: f"{text}\x80\x85\x9f\x1b[2K\x07",
}
YAML = {
    "cut off in a list": f"on: [push, {CANARY}",
    "cut off in a text": f'jobs: "{CANARY}',
    "long": f"{CI}# {CANARY} {'x' * HUGE}",
    "many lines": CI + f"# {CANARY}\n" * (HUGE // 10),
    "lists in lists": "[" * DEEP,
    "lists in lists, closed": f"jobs: {'[' * DEEP}{']' * DEEP}",
    "mappings in mappings": f"runs: {'{a: ' * DEEP}{CANARY}{'}' * DEEP}",
    "lists by dashes": f"{'- ' * DEEP}{CANARY}",
    "mappings by columns": "".join(f"{' ' * depth}a:\n" for depth in range(900)),
    "a lone surrogate": 'on: "\\ud800"\n' + CI,
    "an object of Python": f"!!python/object/apply:os.system ['{CANARY}']",
    "an alias in itself": "- &a [*a]",
    "aliases that multiply": "\n".join(
        ["- &a0 [x]", *(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20))]
    ),
    "empty": "",
}
STATEMENT = '{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}'
JSON = {
    "cut off": f'{{"Statement": [{{"Sid": "{CANARY}',
    "long": f'{{"Statement": [{", ".join([STATEMENT] * (HUGE // 70))}]}}',
    "a long text": f'{{"Statement": "{CANARY}{"x" * HUGE}"}}',
    "objects in objects": f"{'{' + chr(34) + 'a' + chr(34) + ':'}" * DEEP,
    "lists in lists": f"{'[' * DEEP}{']' * DEEP}",
    "lists in lists of statements": f'{{"Statement": {"[" * 500}{STATEMENT}{"]" * 500}}}',
    "a long number": f'{{"Statement": {"9" * 5000}}}',
    "not a document": f'["{CANARY}"]',
    "empty": "",
}
RULE = 'path "secret/*" {\n  capabilities = ["read"]\n}\n'
HCL = {
    "cut off": f'path "{CANARY}',
    "long": RULE * (HUGE // len(RULE)),
    "a long comment": f"# {CANARY} {'x' * HUGE}\n{RULE}",
    "a comment without end": RULE + "/*" * (HUGE // 10),
    "blocks in blocks": "a {" * (DEEP // 10),
    "lists in lists": f"{RULE}a = {'[' * (DEEP // 10)}",
    "parentheses": f"a = {'(' * (DEEP // 10)}1{')' * (DEEP // 10)}",
    "texts in texts": f'path "{"${" * (DEEP // 10)}',
    "JSON in JSON": '{"path":' * (DEEP // 10),
}


def _encoded(text: str) -> dict[str, str]:
    return {name: encode(text) for name, encode in ENCODINGS.items()}


def _workflow(number: int, text: str) -> Declared:
    return file(text, f".github/workflows/w{number}.yml", f"w{number}")


def _action(number: int, text: str) -> Declared:
    return file(text, f".github/actions/a{number}/action.yml", f"a{number}")


def _dependabot(number: int, text: str) -> Declared:
    given = {"repository": f"r{number}", "file": ".github/dependabot.yml", "content": text}
    return Declared(gh.REPOSITORY_FILE, given, f"d{number}")


def _aws_role(number: int, text: str) -> Declared:
    given = {"name": f"r{number}", "assumeRolePolicy": text}
    return Declared("aws:iam/role:Role", given, f"r{number}")


def _aws_policy(number: int, text: str) -> Declared:
    given = {"role": f"r{number}", "policy": text}
    return Declared("aws:iam/rolePolicy:RolePolicy", given, f"p{number}")


def _vault_policy(number: int, text: str) -> Declared:
    return Declared(
        "vault:index/policy:Policy", {"name": f"v{number}", "policy": text}, f"v{number}"
    )


@pytest.mark.parametrize(
    ("rule", "make", "texts"),
    [
        pytest.param("WF001", _workflow, {**YAML, **_encoded(CI)}, id="workflow"),
        pytest.param("WF001", _action, {**YAML, **_encoded("runs: {using: x}\n")}, id="action"),
        pytest.param("DB001", _dependabot, {**YAML, **_encoded("version: 2\n")}, id="Dependabot"),
        pytest.param("TR001", _aws_role, {**JSON, **_encoded(STATEMENT)}, id="trust policy"),
        pytest.param("TR003", _aws_policy, {**JSON, **_encoded(STATEMENT)}, id="policy of AWS"),
        pytest.param("TR008", _vault_policy, {**HCL, **_encoded(RULE)}, id="policy of Vault"),
    ],
)
def test_what_cannot_be_read_is_a_finding(
    rule: str, make: Callable[[int, str], Declared], texts: Mapping[str, str]
) -> None:
    """Issue 15, bad input: each document is refused by name, in time, and none is quoted.

    Before, 30,000 brackets in a YAML file ended the pack's process with a segmentation fault, and
    an action that cannot be read was no finding.
    """
    resources = [make(number, text) for number, text in enumerate(texts.values())]
    pack = Pack()
    began = time.monotonic()
    by_text = [pack.analyze(each) for each in resources]
    of_stack = pack.analyze_stack(resources)
    assert time.monotonic() - began < LIMIT_SECONDS
    assert [note for note, said in zip(texts, by_text, strict=True) if rule not in ids(said)] == []
    said = [item for each in (*by_text, of_stack) for item in each]
    for item in said:
        assert CANARY not in item.message
        assert "could not judge" not in item.message
        assert len(item.message) < 5_000


LONG = "x" * 100_000
ODD = (
    "",
    "\0",
    "\x1b[2K\u202e\u200b\ufeff",
    "*a" * 5_000,
    "[" * 10_000,
    "(a+)+$" * 50,
    "((a{1,1000}){1,1000}){1,1000}",
    ".*a" + "." * 40,
    LONG,
)
"""Names and patterns that nobody has: long, without end, or slow for what backtracks."""


@pytest.mark.parametrize("odd", ODD, ids=lambda text: repr(text[:12]))
def test_odd_names_and_patterns_are_judged_in_time(odd: str) -> None:
    """Issue 15, bad input: no name or pattern stops a rule, or is printed without an end."""
    fields: dict[str, tuple[str, dict[str, object]]] = {
        "hook": (gh.REPOSITORY_WEBHOOK, {"events": ["push"], "configuration": {"url": odd}}),
        "variable": (gh.ACTIONS_VARIABLE, {"variableName": odd, "value": odd}),
        "secret": (gh.ACTIONS_SECRET, {"secretName": odd, "value": "x"}),
        "environment": (gh.ENVIRONMENT, {"environment": odd}),
        "policy": (
            gh.DEPLOYMENT_POLICY,
            {"environment": "pypi-release", "tagPattern": odd},
        ),
        "person": (gh.REPOSITORY_COLLABORATOR, {"username": odd, "permission": "push"}),
        "file": (gh.REPOSITORY_FILE, {"file": f".github/workflows/{odd}.yml", "content": CI}),
        "ruleset": (
            gh.REPOSITORY_RULESET,
            {
                "name": odd,
                "target": "tag",
                "enforcement": "active",
                "conditions": {"refName": {"includes": [odd], "excludes": [odd]}},
                "rules": {
                    "creation": True,
                    "tagNamePattern": {"operator": "regex", "pattern": odd},
                },
            },
        ),
        "checks": (
            gh.REPOSITORY_RULESET,
            {
                "name": "checks",
                "target": "branch",
                "enforcement": "active",
                "conditions": {"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
                "rules": {"requiredStatusChecks": {"requiredChecks": [{"context": odd}]}},
            },
        ),
    }
    more = {
        name: Declared(type_, {"repository": "escai", **given})
        for name, (type_, given) in fields.items()
    }
    team = {"team": Declared(gh.TEAM, {"id": "21", "name": odd, "slug": odd})}
    began = time.monotonic()
    said = Pack().run(declared({**ORGANIZATION, **more, **team}))
    assert time.monotonic() - began < LIMIT_SECONDS
    for item in said:
        assert "could not judge" not in item.message
        assert len(item.message) < 5_000
        assert "\x1b" not in item.message


def test_a_token_in_a_name_is_not_repeated() -> None:
    """A finding that names a check or an environment shows no token that somebody put there."""
    token = "ghp_" + "aB3" * 12
    ruleset = {
        "repository": "escai",
        "name": "checks",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": []}},
        "rules": {"requiredStatusChecks": {"requiredChecks": [{"context": f"check {token}"}]}},
    }
    more = {"checks": Declared(gh.REPOSITORY_RULESET, ruleset)}
    said = Pack().run(declared({**ORGANIZATION, **more}))
    assert [item.policyName for item in said if "`check ***" in item.message] == ["BR014"]
    assert [item.policyName for item in said if token in item.message] == []


def test_a_file_that_keeps_zizmor_busy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of thousands of steps takes zizmor minutes: it is ended, and that is a finding."""
    monkeypatch.setattr(linters, "SECONDS", 0.3)
    steps = "      - run: echo ${{ github.sha }}\n" * 4_000
    busy = file(changed(CI, ("    steps:\n", f"    steps:\n{steps}")), CI_PATH)
    found = [item.message for item in Pack().run([busy]) if item.policyName == "WF017"]
    assert len(found) == 1
    assert "zizmor was ended: it took too long" in found[0]
