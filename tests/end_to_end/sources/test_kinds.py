"""Kinds on the real engine: what is good arrives, what is not stops the run before it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.end_to_end.conftest import seed
from tests.support.keys import app_keys
from tests.support.project import Project
from tests.support.tokens import TEST_PYPI, npm_token, pypi_token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox

CANARY = "canary-of-a-kind"
COSIGN = (
    "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
    + "eyJrZGYiOnsibmFtZSI6\n" * 3
    + "-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
)
PROJECT = {"kind": "pypi-token", "project": "acme-tool"}
KINDS = {
    "ON_PYPI": (PROJECT, pypi_token("acme-tool"), pypi_token("other", CANARY)),
    "ON_TESTPYPI": (
        {**PROJECT, "registry": "testpypi"},
        pypi_token("acme-tool", domain=TEST_PYPI),
        pypi_token("acme-tool", CANARY),
    ),
    "ACCOUNT": (PROJECT, pypi_token("Acme.Tool"), pypi_token(None, CANARY)),
    "ON_NPM": ({"kind": "npm-token"}, npm_token(), f"{npm_token(CANARY)}-{CANARY}"),
    "APP": ({"kind": "github-app-key"}, app_keys()[0], f"{app_keys()[1]}{CANARY}"),
    "AWS": ({"kind": "aws-access-key"}, "AKIA" + "ABCDEFGH234567AB", f"AKIA{CANARY}"),
    "COSIGN": ({"kind": "cosign-key"}, COSIGN, COSIGN.replace("eyJ", f"{CANARY} ")),
    "OPAQUE": ({}, "any text: ä\n", CANARY * 4000),
}
"""What a secret says of itself, a value that is that, and one that is not."""
REASONS = {
    "ON_PYPI": "the token is not one for this project alone",
    "ON_TESTPYPI": "the token is not one of test.pypi.org",
    "ACCOUNT": "the token is valid for all projects of its account",
    "ON_NPM": "the value is no npm token",
    "APP": "the value is no private key in PEM",
    "AWS": "the value is neither an access key id nor a secret access key of AWS",
    "COSIGN": "the value is no key of cosign in PEM",
    "OPAQUE": "the value is longer than 48 KB, which is GitHub's limit",
}


def test_good_values_arrive_and_bad_ones_stop_the_run(sandbox: Sandbox, tmp_path: Path) -> None:
    """All kinds at once: each bad value is named by place and reason, none is shown (R7, G1)."""
    secrets = {
        name: {"from": {"env": f"KIND_{name}"}, **fields} for name, (fields, _, _) in KINDS.items()
    }
    project = Project(tmp_path / "project", sandbox.world("kinds", seed("acme", [])))
    project.write(
        "organization: acme\nplan: team\n"
        "settings: {display_name: Acme, billing_email: billing@acme.example}\n"
        "protection: {main: {required_checks: [ci]}}\n"
        "repositories: {tool: {visibility: public, environments: "
        f"{{gate: {{secrets: {json.dumps(secrets)}}}}}}}}}\n"
    )
    project.create({})
    good = {f"KIND_{name}": value for name, (_, value, _) in KINDS.items()}
    bad = {f"KIND_{name}": value for name, (_, _, value) in KINDS.items()}

    project.environment |= bad
    refused = project.up()
    assert refused.code != 0
    assert project.world.writes() == []
    assert "Traceback" not in refused.text
    lines = refused.text.splitlines()
    for name, reason in REASONS.items():
        (at,) = [number for number, line in enumerate(lines) if f"(env KIND_{name})" in line]
        assert f"repositories.tool.environments.gate.secrets.{name}.from" in lines[at - 1]
        assert reason in lines[at]
    assert CANARY not in refused.text
    assert f"{len(REASONS)} mistakes; nothing was changed" in refused.text

    project.environment |= good
    outcome = project.update()
    assert outcome.code == 0, outcome.text
    place = {"repository": "acme/tool", "environment": "gate"}
    assert {name: project.world.secret(name, **place) for name in KINDS} == {
        name: value for name, (_, value, _) in KINDS.items()
    }
