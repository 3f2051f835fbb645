"""AWS as tests use it: moto's server as a process of its own, stopped by id.

Requests are signed, and are allowed by policies of users and roles; moto looks at their actions,
and at their resources in S3 alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_iam.client import IAMClient
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from mypy_boto3_ssm.client import SSMClient
    from mypy_boto3_sts.client import STSClient

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-central-1"
FIRST_UNSIGNED = 3
"""Requests that need no key: those that make the administrator and the administrator's key."""

ONCE: Any = {"total_max_attempts": 1}
"""A refusal is an answer, and is not asked for again."""


@dataclass(frozen=True)
class Keys:
    """What requests are signed with."""

    access: str
    secret: str
    session: str | None = None

    def __repr__(self) -> str:
        """Without the secret ones."""
        return f"Keys({self.access})"


class Aws(Server):
    """A running AWS; a context manager that stops it.

    Attributes:
        address: Where all services listen, such as `http://127.0.0.1:40001`.
        keys: An administrator's.
    """

    def __init__(self) -> None:
        """Start it, wait until it listens, and make the administrator.

        Raises:
            RuntimeError: It ended instead; with what it said.
        """
        self._folder = tempfile.TemporaryDirectory()
        self._log = Path(self._folder.name, "log")
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.aws_double.server"],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(FIRST_UNSIGNED)},
                text=True,
            )
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.address = output.readline().strip()  # ends when it listens, or when it ends
        if not self.address:
            code, said = self.process.wait(), self._log.read_text(encoding="utf-8")
            self._folder.cleanup()
            raise RuntimeError(f"moto's server ended with {code}: {said}")
        self.keys = Keys("unsigned", "unsigned")
        self.keys = self.user("administrator", "*")

    def iam(self, keys: Keys | None = None) -> IAMClient:
        """Return a client of IAM; an administrator's by default."""
        return boto3.client("iam", **self._options(keys))

    def secrets(self, keys: Keys | None = None) -> SecretsManagerClient:
        """Return a client of Secrets Manager; an administrator's by default."""
        return boto3.client("secretsmanager", **self._options(keys))

    def parameters(self, keys: Keys | None = None) -> SSMClient:
        """Return a client of SSM's Parameter Store; an administrator's by default."""
        return boto3.client("ssm", **self._options(keys))

    def buckets(self, keys: Keys | None = None) -> Any:  # noqa: ANN401 - no stubs of S3 are pinned
        """Return a client of S3; an administrator's by default."""
        make: Any = boto3.client
        return make("s3", **self._options(keys))

    def sts(self, keys: Keys | None = None) -> STSClient:
        """Return a client of STS; an administrator's by default."""
        return boto3.client("sts", **self._options(keys))

    def user(self, name: str, *actions: str) -> Keys:
        """Make a user who may do these actions, such as `ssm:GetParameter`; return its keys."""
        iam = self.iam()
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=_allowed(actions))
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return Keys(made["AccessKeyId"], made["SecretAccessKey"])

    def write(self, name: str, value: str | bytes) -> str:
        """Write a secret, new or not, into Secrets Manager; return the version that it got."""
        client = self.secrets()
        if any(each["Name"] == name for each in client.list_secrets()["SecretList"]):
            if isinstance(value, bytes):
                return client.put_secret_value(SecretId=name, SecretBinary=value)["VersionId"]
            return client.put_secret_value(SecretId=name, SecretString=value)["VersionId"]
        if isinstance(value, bytes):
            return client.create_secret(Name=name, SecretBinary=value)["VersionId"]
        return client.create_secret(Name=name, SecretString=value)["VersionId"]

    def write_parameter(self, name: str, value: str, *, secure: bool = True) -> int:
        """Write a parameter, new or not; return the version that it got."""
        kind: Any = "SecureString" if secure else "String"
        made = self.parameters().put_parameter(Name=name, Value=value, Type=kind, Overwrite=True)
        return made["Version"]

    def trust(self, issuer: str, *audiences: str) -> str:
        """Register an OIDC issuer; return the provider's ARN."""
        made = self.iam().create_open_id_connect_provider(
            Url=issuer, ClientIDList=list(audiences), ThumbprintList=["0" * 40]
        )
        return made["OpenIDConnectProviderArn"]

    def role(
        self, name: str, provider: str, conditions: Mapping[str, Mapping[str, Any]], *actions: str
    ) -> str:
        """Make a role for tokens of an issuer; return its ARN.

        Args:
            name: The role's name.
            provider: The ARN of the issuer's provider.
            conditions: Operator to claim to pattern, such as `{"StringEquals": {"sub": "x"}}`;
                the claims get their issuer's name before them, as AWS wants it.
            actions: What the role may do.
        """
        issuer = provider.partition("oidc-provider/")[2]
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                operator: {f"{issuer}:{claim}": pattern for claim, pattern in claims.items()}
                for operator, claims in conditions.items()
            },
        }
        iam = self.iam()
        made = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=_policy(statement), MaxSessionDuration=3600
        )
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=_allowed(actions))
        return made["Role"]["Arn"]

    def assume(self, role: str, token: str) -> Keys:
        """Assume a role with a job's token; return the keys of the session.

        Raises:
            botocore.exceptions.ClientError: It is refused.
        """
        unsigned = Config(signature_version=UNSIGNED, retries=ONCE, proxies={})
        sts: STSClient = boto3.client(
            "sts", endpoint_url=self.address, region_name=REGION, config=unsigned
        )
        made = sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="job", WebIdentityToken=token
        )["Credentials"]
        return Keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])

    def _options(self, keys: Keys | None) -> Any:  # noqa: ANN401 - arguments of boto3.client
        keys = keys or self.keys
        return {
            "endpoint_url": self.address,
            "region_name": REGION,
            "aws_access_key_id": keys.access,
            "aws_secret_access_key": keys.secret,
            "aws_session_token": keys.session,
            "config": Config(retries=ONCE, proxies={}),
        }

    def stop(self) -> None:
        """End it; all that is in it is gone."""
        self.end()
        self._folder.cleanup()


def _allowed(actions: tuple[str, ...]) -> str:
    return _policy({"Effect": "Allow", "Action": list(actions), "Resource": "*"})


def _policy(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
