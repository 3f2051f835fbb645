"""A job that runs Pulumi needs no stored credential: the providers log in with its token."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

import engine
from engine.stand_ins.on_path import Plugins
from tests.plugins.program import Ask, Program
from tests.sandbox.runs.jobs import held, issuer, token
from tests.sandbox.trust.strangers import other_environment
from tests.support.aws import REGION, Aws
from tests.support.extent import EVERY

if TYPE_CHECKING:
    from pathlib import Path as Folder

    from tests.sandbox.attempts.path import Path
    from tests.support.vault import Vault

AUDIENCE = "portcullis"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program on the real engine, with the stand-ins of both providers."""
    plugins = Plugins.make(tmp_path_factory.mktemp("plugins"))
    environment = plugins.environment(engine.ensure().environment(os.environ))
    return Program.make(tmp_path_factory.mktemp("project"), environment, plugins)


@pytest.mark.parametrize("by_variable", [True, False] if EVERY else [True])
def test_vault(
    program: Program,
    vault: Vault,
    path: Path,
    by_variable: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    """Vault's provider reads a secret with a job's token, from input or variable (A5)."""
    name = path.world.name
    vault.write("kv", name, token="of-the-job")
    vault.policy(name, f"kv/data/{name}")
    vault.trust(issuer(path), mount=name)
    claims = {"repository": "guild/sophia", "environment": "pypi-release"}
    vault.jwt_role("release", name, audience=AUDIENCE, claims=claims, mount=name)

    def ask(given: str) -> tuple[Ask, dict[str, str]]:
        login = {"mount": name, "role": "release", **({} if by_variable else {"jwt": given})}
        inputs = {"address": vault.address, "auth_login_jwt": login}
        asked = Ask(
            *("vault", "kv", "get_secret_v2"), inputs, [{"mount": "kv", "name": name}], ["data"]
        )
        return asked, {"TERRAFORM_VAULT_AUTH_JWT": given} if by_variable else {}

    asked, variables = ask(token(path, held(path), AUDIENCE))
    done = program.run(asked, **variables)
    assert done.code == 0, done.said
    assert done.outputs["0.0.data"] == {"token": "of-the-job"}

    asked, variables = ask(stranger := other_environment(path, AUDIENCE))
    refused = program.run(asked, **variables)
    assert refused.code != 0
    assert 'claim "environment" does not match any associated bound claim' in refused.said
    assert stranger not in refused.said


@pytest.mark.parametrize("by_file", [True, False] if EVERY else [False])
def test_aws(
    program: Program,
    aws: Aws,
    path: Path,
    tmp_path: Folder,
    by_file: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    """AWS' provider assumes a role with a job's token, from input or file (A5)."""
    name = path.world.name
    aws.write(f"pulumi-{name}", "of-the-job")
    subject = {"StringEquals": {"sub": "repo:guild/sophia:environment:pypi-release"}}
    provider = aws.trust(issuer(path), AUDIENCE)
    arn = aws.role(f"pulumi-{name}", provider, subject, "secretsmanager:GetSecretValue")

    def ask(given: str) -> Ask:
        (tmp_path / "token").write_text(given, encoding="utf-8")
        how = {"webIdentityToken": given}
        if by_file:
            how = {"webIdentityTokenFile": str(tmp_path / "token")}
        inputs: dict[str, Any] = {
            "region": REGION,
            "endpoints": [{"sts": aws.address, "secretsmanager": aws.address}],
            "assume_role_with_web_identity": {"roleArn": arn, "sessionName": "job", **how},
        }
        calls = [{"secret_id": f"pulumi-{name}"}]
        return Ask("aws", "secretsmanager", "get_secret_version", inputs, calls, ["secret_string"])

    done = program.run(ask(token(path, held(path), AUDIENCE)))
    assert done.code == 0, done.said
    assert done.outputs["0.0.secret_string"] == "of-the-job"

    refused = program.run(ask(stranger := other_environment(path, AUDIENCE)))
    assert refused.code != 0
    assert "cannot assume role with web identity" in refused.said
    assert "AccessDenied: Not authorized to perform" in refused.said
    assert stranger not in refused.said
