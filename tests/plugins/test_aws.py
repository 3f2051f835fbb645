"""The stand-in for pulumi-aws, called by a real program on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins.program import Ask
from tests.support.aws import REGION, Aws, Keys

if TYPE_CHECKING:
    from tests.plugins.program import Program

CANARY = "canary-5f21c7"
VERSION = ["secret_string", "version_id", "version_stages", "created_date", "arn", "secret_arn"]
PARAMETER = ["value", "insecure_value", "version", "type", "arn"]


def config(aws: Aws, keys: Keys | None = None, **more: object) -> dict[str, Any]:
    """A provider's inputs for that AWS."""
    keys = keys or aws.keys
    services = dict.fromkeys(("secretsmanager", "ssm", "sts", "iam"), aws.address)
    return {
        "region": REGION,
        "access_key": keys.access,
        "secret_key": keys.secret,
        "endpoints": [services],
        "skip_requesting_account_id": True,
        "skip_metadata_api_check": True,
        **more,
    }


def version(config: dict[str, Any], *calls: dict[str, Any]) -> Ask:
    """Ask for versions of secrets."""
    return Ask("aws", "secretsmanager", "get_secret_version", config, list(calls), VERSION)


def parameter(config: dict[str, Any], *calls: dict[str, Any]) -> Ask:
    """Ask for parameters."""
    return Ask("aws", "ssm", "get_parameter", config, list(calls), PARAMETER)


@pytest.mark.parametrize("value", [CANARY, "ä\n€\n", "x" * 48_000, '{"token": "<&>"}'])
def test_secret(program: Program, aws: Aws, value: str) -> None:
    """A secret's value arrives bit for bit, with its version and its age, and stays secret."""
    ident = aws.write("pypi", value)
    done = program.run(version(config(aws), {"secret_id": "pypi"}))
    assert done.code == 0, done.said
    assert done.outputs["0.0.secret_string"] == value
    assert done.outputs["0.0.version_id"] == ident
    assert done.outputs["0.0.version_stages"] == ["AWSCURRENT"]
    assert done.outputs["0.0.created_date"].endswith("Z")
    assert done.outputs["0.0.arn"] == done.outputs["0.0.secret_arn"]
    assert "0.0.secret_string" in done.secret


def test_earlier_version(program: Program, aws: Aws) -> None:
    """A version can be asked for by its id and by its stage."""
    first = aws.write("rotated", "one")
    aws.write("rotated", "two")
    by_id = {"secret_id": "rotated", "version_id": first}
    by_stage = {"secret_id": "rotated", "version_stage": "AWSPREVIOUS"}
    done = program.run(version(config(aws), by_id, by_stage))
    assert done.outputs["0.0.secret_string"] == "one"
    assert done.outputs["0.1.secret_string"] == "one"


def test_metadata(program: Program, aws: Aws) -> None:
    """What is known of a secret can be had without its value."""
    aws.write("dated", CANARY)
    outputs = ["name", "arn", "created_date", "last_changed_date", "tags"]
    done = program.run(
        Ask("aws", "secretsmanager", "get_secret", config(aws), [{"name": "dated"}], outputs)
    )
    assert done.code == 0, done.said
    assert done.outputs["0.0.name"] == "dated"
    assert done.outputs["0.0.last_changed_date"] >= done.outputs["0.0.created_date"]
    assert not done.secret
    assert [each.split()[1] for each in program.plugins.requests("aws")] == [
        "GetCallerIdentity",
        "DescribeSecret",
        "GetResourcePolicy",
    ]


def test_parameter(program: Program, aws: Aws) -> None:
    """A parameter arrives with its version; only one that is not encrypted is readable too."""
    aws.write_parameter("/guild/pypi", CANARY)
    aws.write_parameter("/guild/open", "seen", secure=False)
    done = program.run(
        parameter(config(aws), {"name": "/guild/pypi"}, {"name": "/guild/open"}),
    )
    assert done.code == 0, done.said
    assert done.outputs["0.0.value"] == CANARY
    assert done.outputs["0.0.version"] == 1
    assert done.outputs["0.0.insecure_value"] is None
    assert done.outputs["0.1.insecure_value"] == "seen"
    assert {"0.0.value", "0.1.value"} <= done.secret
    assert CANARY not in done.said


def test_called_once(program: Program, aws: Aws) -> None:
    """The engine calls what the program calls, the plugin asks AWS once a call (issue 5, speed)."""
    aws.write("counted", CANARY)
    done = program.run(
        version(config(aws), {"secret_id": "counted"}, {"secret_id": "counted"}),
    )
    assert done.code == 0, done.said
    token = "aws:secretsmanager/getSecretVersion:getSecretVersion"
    assert program.plugins.calls("aws") == ["Configure", token, token]
    assert program.plugins.requests("aws") == [
        "sts GetCallerIdentity",
        *["secretsmanager GetSecretValue counted"] * 2,
    ]
    assert program.plugins.calls("vault") == []


def test_no_such_secret(program: Program, aws: Aws) -> None:
    """A secret that is not there is named with the version that was asked for."""
    done = program.run(version(config(aws), {"secret_id": "nowhere"}))
    assert done.code != 0
    assert (
        "reading Secrets Manager Secret Version (nowhere|AWSCURRENT): couldn't find resource"
    ) in done.said
    done = program.run(parameter(config(aws), {"name": "/nowhere"}))
    assert "reading SSM Parameter (/nowhere): operation error SSM: GetParameter" in done.said
    assert "ParameterNotFound" in done.said


def test_not_allowed(program: Program, aws: Aws) -> None:
    """A login that may not read a secret gets an error."""
    aws.write("guarded", CANARY)
    keys = aws.user("parameters-only", "ssm:GetParameter")
    done = program.run(version(config(aws, keys), {"secret_id": "guarded"}))
    assert done.code != 0
    assert "StatusCode: 400" in done.said
    assert "AccessDeniedException" in done.said
    assert "not authorized to perform: secretsmanager:GetSecretValue" in done.said


def test_unknown_keys(program: Program, aws: Aws) -> None:
    """Keys that AWS does not know fail before anything is read, and are not quoted."""
    keys = Keys("AKIAUNKNOWNUNKNOWN00", CANARY)
    done = program.run(version(config(aws, keys), {"secret_id": "pypi"}))
    assert done.code != 0
    assert "unable to validate AWS credentials" in done.said
    assert "InvalidClientTokenId" in done.said
    assert CANARY not in done.said
    assert program.plugins.requests("aws") == ["sts GetCallerIdentity"]


def test_validation_is_skipped(program: Program, aws: Aws) -> None:
    """`skip_credentials_validation` spares the request to STS."""
    aws.write("skipped", "x")
    inputs = config(aws, skip_credentials_validation=True)
    done = program.run(version(inputs, {"secret_id": "skipped"}))
    assert done.code == 0, done.said
    assert program.plugins.requests("aws") == ["secretsmanager GetSecretValue skipped"]


def test_down(program: Program, aws: Aws) -> None:
    """An AWS that is not there is an error that names its address."""
    gone = [{"secretsmanager": "http://127.0.0.1:9", "sts": aws.address}]
    done = program.run(version(config(aws, endpoints=gone), {"secret_id": "pypi"}))
    assert done.code != 0
    assert "operation error Secrets Manager: GetSecretValue, request send failed" in done.said
    assert "http://127.0.0.1:9" in done.said


@pytest.mark.parametrize("endpoints", [[], [{"sts": "https://sts.amazonaws.com"}]])
def test_never_the_real_one(program: Program, aws: Aws, endpoints: list[dict[str, str]]) -> None:
    """Tests cannot reach AWS itself, whatever they have forgotten."""
    done = program.run(version(config(aws, endpoints=endpoints), {"secret_id": "pypi"}))
    assert done.code != 0
    assert "aws:endpoints[0].sts" in done.said
    assert "reaches loopback addresses only" in done.said


def test_two_providers(program: Program, aws: Aws) -> None:
    """Each provider of a program has its own credentials."""
    aws.write("both", "x")
    aws.write_parameter("/both", "y")
    secrets = aws.user("secrets-reader", "secretsmanager:GetSecretValue")
    parameters = aws.user("parameters-reader", "ssm:GetParameter")
    done = program.run(
        version(config(aws, secrets), {"secret_id": "both"}),
        parameter(config(aws, parameters), {"name": "/both"}),
    )
    assert done.code == 0, done.said
    assert (done.outputs["0.0.secret_string"], done.outputs["1.0.value"]) == ("x", "y")
    swapped = program.run(
        version(config(aws, parameters), {"secret_id": "both"}),
        parameter(config(aws, secrets), {"name": "/both"}),
    )
    assert swapped.code != 0
