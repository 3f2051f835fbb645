"""Roles of AWS and Vault that trust workflow jobs: during a lockdown they are allowed nothing.

Without Actions no job gets a new token. A denial also ends what credentials can do that a job, or a
thief, has already. It is an inline policy of the role in AWS, and the content of the role's policy
in Vault.

Sources:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    https://developer.hashicorp.com/vault/docs/concepts/policies
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from components.trust import aws, vault
from portcullis.live.asking import Unread
from portcullis.lockdown.doors import Door, Kind
from portcullis.lockdown.sending import NotSent
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import hvac
    from mypy_boto3_iam import IAMClient

    from components.organization import ResolvedOrganization
    from components.trust.config import ResolvedTrust
    from portcullis.live.raw.settings import Document

POLICY = "portcullis-lockdown"
"""The name of the inline policy in AWS."""
DENIED_BY_AWS: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
}
DENIED_BY_VAULT = 'path "*" {\n  capabilities = ["deny"]\n}\n'
_SECONDS, _TRIES = 10, 3
"""How long an answer may take, and how often it is asked for."""
_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Where the IAM of each partition of AWS is.

Source: https://docs.aws.amazon.com/general/latest/gr/iam-service.html
"""


def doors(resolved: ResolvedOrganization, trust: ResolvedTrust) -> Iterator[Door]:
    """Yield the roles of an environment, each by what its system knows it by everywhere."""
    config = resolved.config
    if trust.config.aws and config.trust.aws:
        yield Door(Kind.AWS_ROLE, name=aws.role_arn(config.trust.aws, trust.job))
    if trust.config.vault and config.trust.vault:
        source = config.sources.vault
        address = vault.address(config.trust.vault, source) or os.environ.get("VAULT_ADDR", "")
        namespace = f"{source.namespace.strip('/')}/" if source.namespace else ""
        path = f"{namespace}sys/policies/acl/{vault.policy_name(trust.job)}"
        yield Door(Kind.VAULT_POLICY, name=f"{address.rstrip('/')}/v1/{path}")


def read(door: Door) -> Document | Unread | None:
    """Return what a lockdown changes of a role; None: there is no such role."""
    try:
        with _errors():
            return _in_aws(door) if door.kind is Kind.AWS_ROLE else _in_vault(door)
    except NotSent as failed:
        return Unread(0, reason=str(failed))


def write(door: Door, goal: Document) -> None:
    """Make a role be as ``goal`` says, which is what `read` returns then.

    Raises:
        NotSent: The system refuses, or cannot be reached.
    """
    policy: Any = goal["policy"]
    with _errors():
        if door.kind is Kind.VAULT_POLICY:
            address, path = _vault_path(door)
            _vault(address).write_data(path, data={"policy": policy})
            return
        role = {"RoleName": _role(door), "PolicyName": POLICY}
        if policy is None:
            _iam(_region(door)).delete_role_policy(**role)
        else:
            _iam(_region(door)).put_role_policy(**role, PolicyDocument=json.dumps(policy))


def denied(door: Door) -> Document:
    """Return what a role is during a lockdown."""
    return {"policy": DENIED_BY_AWS if door.kind is Kind.AWS_ROLE else DENIED_BY_VAULT}


def _in_aws(door: Door) -> Document | None:
    account, iam = door.name.split(":")[4], _iam(_region(door))
    if (own := _account(_region(door))) != account:
        raise NotSent(f"this login is for the AWS account {own}, not for {account}")
    try:
        iam.get_role(RoleName=_role(door))
    except iam.exceptions.NoSuchEntityException:
        return None
    try:
        found = iam.get_role_policy(RoleName=_role(door), PolicyName=POLICY)
    except iam.exceptions.NoSuchEntityException:
        return {"policy": None}
    return {"policy": found["PolicyDocument"]}


def _in_vault(door: Door) -> Document | None:
    address, path = _vault_path(door)
    found: Any = _vault(address).read(path)
    return {"policy": found["data"]["policy"]} if found else None


def _role(door: Door) -> str:
    return door.name.partition(":role/")[2]


def _region(door: Door) -> str:
    """Return a region in which a partition's IAM answers."""
    return _REGIONS.get(door.name.split(":")[1], _REGIONS["aws"])


@cache
def _iam(region: str) -> IAMClient:
    import boto3  # noqa: PLC0415 - slow to import, and most organizations need none

    return boto3.client("iam", region_name=region, config=_patience())


@cache
def _account(region: str) -> str:
    import boto3  # noqa: PLC0415 - as above

    sts = boto3.client("sts", region_name=region, config=_patience())
    return sts.get_caller_identity()["Account"]


def _patience() -> Any:  # noqa: ANN401 - botocore's Config, which is imported only where it is needed
    from botocore.config import Config  # noqa: PLC0415 - as above

    retries: Any = {"mode": "standard", "total_max_attempts": _TRIES}
    return Config(connect_timeout=_SECONDS, read_timeout=_SECONDS, retries=retries)


def _vault_path(door: Door) -> tuple[str, str]:
    address, _, path = door.name.partition("/v1/")
    return address, path


def _vault(address: str) -> hvac.Client:
    from portcullis.secrets.writers.vault import connect  # noqa: PLC0415 - as above

    login = {name: value for name, value in os.environ.items() if name != "VAULT_NAMESPACE"}
    return connect({**login, "VAULT_ADDR": address} if address else login)


@contextmanager
def _errors() -> Iterator[None]:
    """Say in words why a system did not do it; answers are not quoted."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above
    from hvac.exceptions import VaultError  # noqa: PLC0415 - as above
    from requests import RequestException  # noqa: PLC0415 - as above

    try:
        yield
    except ClientError as error:
        raise NotSent(f"AWS refuses ({error.response['Error']['Code']})") from None
    except BotoCoreError as error:
        raise NotSent(
            f"AWS did not answer, or there is no login ({type(error).__name__})"
        ) from None
    except VaultError as error:
        raise NotSent(f"Vault refuses ({type(error).__name__})") from None
    except RequestException as error:
        raise NotSent(f"Vault did not answer ({type(error).__name__})") from None
    except UserError as error:
        raise NotSent(str(error)) from None
