"""Each destination takes a value as it is, keeps the others, and never tells a value."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, cast

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

import engine
from portcullis.project import StackSettings, UserError
from portcullis.secrets.writers import destinations
from portcullis.secrets.writers.aws import SecretsManagerWriter
from portcullis.secrets.writers.config import ConfigWriter
from portcullis.secrets.writers.ssm import ParameterStoreWriter
from portcullis.secrets.writers.vault import connect
from tests.esc.project import ROOT, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

CANARY = "canary-41d8be"
VALUES = [CANARY, "two\nlines\n", "ü ${x} $$ '\" \\", "x" * 8000, "ends in\r\n"]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of moto's server, which stands in for AWS."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def secrets(moto: str) -> SecretsManagerClient:
    """Secrets Manager."""
    return boto3.client(
        "secretsmanager",
        endpoint_url=moto,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def parameters(moto: str) -> SSMClient:
    """The Parameter Store."""
    return boto3.client(
        "ssm",
        endpoint_url=moto,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.mark.parametrize("value", VALUES)
def test_aws_takes_any_value(secrets: SecretsManagerClient, value: str) -> None:
    """A key of a secret's JSON has the value bit for bit, under the version that is returned."""
    version = SecretsManagerWriter(secrets).write("any/json", "KEY", value)
    stored = secrets.get_secret_value(SecretId="any/json")
    assert json.loads(stored["SecretString"])["KEY"] == value
    assert stored["VersionId"] == version


def test_aws_keeps_other_keys(secrets: SecretsManagerClient) -> None:
    """The other keys of the secret stay; what exists already is reported by name."""
    writer = SecretsManagerWriter(secrets)
    assert writer.keys("kept/json") == frozenset()
    writer.write("kept/json", "A", "1")
    writer.write("kept/json", "B", "2")
    assert writer.keys("kept/json") == {"A", "B"}
    assert json.loads(secrets.get_secret_value(SecretId="kept/json")["SecretString"]) == {
        "A": "1",
        "B": "2",
    }


def test_aws_whole_value(secrets: SecretsManagerClient) -> None:
    """Without a key the secret is the value; with one, such a secret is not overwritten."""
    writer = SecretsManagerWriter(secrets)
    writer.write("whole", "", CANARY)
    assert secrets.get_secret_value(SecretId="whole")["SecretString"] == CANARY
    assert writer.keys("whole") == {""}
    with pytest.raises(UserError, match="is one value") as error:
        writer.write("whole", "KEY", "other")
    assert CANARY not in str(error.value)
    assert secrets.get_secret_value(SecretId="whole")["SecretString"] == CANARY


@pytest.mark.parametrize("value", VALUES)
def test_parameters_take_any_value(parameters: SSMClient, value: str) -> None:
    """A parameter is encrypted, has the value bit for bit, and counts its versions."""
    writer = ParameterStoreWriter(parameters)
    version = writer.write("/any", "KEY", value)
    stored = parameters.get_parameter(Name="/any/KEY", WithDecryption=True)["Parameter"]
    assert (stored["Value"], stored["Type"]) == (value, "SecureString")
    assert str(stored["Version"]) == version
    assert writer.keys("/any") == {"KEY"}


def test_parameters_have_a_limit(parameters: SSMClient) -> None:
    """A value that no parameter can hold is refused with where it belongs."""
    with pytest.raises(UserError, match="has 8193 bytes; allowed: 8192") as error:
        ParameterStoreWriter(parameters).write("/large", "KEY", CANARY + "x" * (8193 - len(CANARY)))
    assert CANARY not in str(error.value)


def test_aws_refuses(parameters: SSMClient) -> None:
    """When AWS says no, the message has the place and AWS' code, and never the value."""
    with pytest.raises(UserError, match=r"/aws/x: AWS refused PutParameter \(\w+\)") as error:
        ParameterStoreWriter(parameters).write("/aws/x", "", CANARY)
    assert CANARY not in str(error.value)


def test_aws_out_of_reach() -> None:
    """When AWS cannot be reached, the message says what has to work, and never the value."""
    client = boto3.client(
        "secretsmanager",
        endpoint_url="http://127.0.0.1:1",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}),
    )
    with pytest.raises(UserError, match="any: no login, no region, or AWS cannot") as error:
        SecretsManagerWriter(client).write("any", "KEY", CANARY)
    assert CANARY not in str(error.value)


def test_config(tmp_path: Path) -> None:
    """The real `pulumi` encrypts the value, takes it from its input, and gives it back whole."""
    root = write(tmp_path, {"state/.keep": ""})
    settings = StackSettings("dev", root)
    environment = {**engine.ensure().environment(os.environ), "PULUMI_HOME": str(tmp_path / "home")}
    writer = ConfigWriter(settings, {"PULUMI_HOME": str(tmp_path / "home")})
    environment |= {
        "PULUMI_BACKEND_URL": (root / ".portcullis" / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "sandbox",
    }
    pulumi = ["pulumi", "--cwd", str(root), "--non-interactive"]
    subprocess.run([*pulumi, "stack", "init", "dev"], env=environment, check=True)
    for value in VALUES:
        writer.write("", "someKey", value)
        text = (root / "Pulumi.dev.yaml").read_text()
        assert "secure:" in text
        assert CANARY not in text
        shown = subprocess.run(
            [*pulumi, "config", "get", "someKey", "--json"],
            env=environment,
            capture_output=True,
            check=True,
        )
        assert json.loads(shown.stdout)["value"] == value
    assert ConfigWriter(StackSettings("dev", root), {}).keys("") == {"someKey"}


def test_config_passes_the_value_by_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The value is in no argument and no variable of the process that takes it."""
    seen: list[str] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        seen.extend([*command, str(options["env"])])
        assert CANARY.encode() in cast("bytes", options["input"])
        return subprocess.CompletedProcess(command, 0)

    writer = ConfigWriter(StackSettings("dev", write(tmp_path, {})), {})
    monkeypatch.setattr("portcullis.secrets.writers.config.subprocess.run", run)
    writer.write("", "someKey", CANARY)
    assert "portcullis:someKey" in seen
    assert CANARY not in " ".join(seen)


def test_config_without_a_stack(tmp_path: Path) -> None:
    """When `pulumi` refuses, the message names the command and never the value."""
    writer = ConfigWriter(StackSettings("dev", write(tmp_path, {})), {})
    with pytest.raises(UserError, match="failed with") as error:
        writer.write("", "someKey", CANARY)
    assert CANARY not in str(error.value)


@pytest.mark.parametrize(
    ("environment", "words"),
    [({}, "set VAULT_ADDR"), ({"VAULT_ADDR": "http://127.0.0.1:1"}, "there is no token")],
)
def test_vault_without_a_login(environment: dict[str, str], words: str) -> None:
    """Without an address or a token for Vault, the message says what to do."""
    with pytest.raises(UserError, match=words):
        connect(environment)


def test_vault_out_of_reach() -> None:
    """A Vault that cannot be reached is reported, without the value."""
    environment = {"VAULT_ADDR": "http://127.0.0.1:1", "VAULT_TOKEN": "t"}
    vault = destinations.open_writer("vault", environment, "", StackSettings("dev", ROOT))
    with pytest.raises(UserError, match="cannot be reached") as error:
        vault.write("kv/p", "KEY", CANARY)
    assert CANARY not in str(error.value)


def test_only_what_is_used_is_loaded() -> None:
    """Help and the other commands do not wait for the libraries of destinations."""
    code = "import sys; import portcullis.cli; print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for module in ("boto3", "hvac", "pulumi_esc_sdk"):
        assert f"'{module}'" not in done.stdout
