"""Roles of AWS and Vault during a lockdown: also credentials that exist already do nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import hvac
import hvac.exceptions
import pytest
from botocore.exceptions import ClientError

from tests.end_to_end.trust.organization import ACCOUNT, READER, Outside
from tests.support.aws import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.project import Outcome, Project
    from tests.support.sandbox import Sandbox

AWS_ROLE, VAULT_POLICY = "acme+tool+cluster", "acme--tool--cluster"


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """A Vault and an AWS that have what `up` makes there for one environment."""
    running = Outside.start(tmp_path_factory.mktemp("plugins"))
    trusted = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/administrator"}
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    running.aws.iam().create_role(RoleName=AWS_ROLE, AssumeRolePolicyDocument=document)
    running.aws.iam().attach_role_policy(RoleName=AWS_ROLE, PolicyArn=READER)
    running.vault.policy(VAULT_POLICY, "kv/data/tool/cluster")
    yield running
    running.stop()


@pytest.fixture
def project(outside: Outside, sandbox: Sandbox, tmp_path: Path) -> Project:
    """The organization, which no update has made: a lockdown needs none."""
    return outside.declare(sandbox, tmp_path / "project", f"roles-{tmp_path.name}")


def lockdown(project: Project, *arguments: str) -> Outcome:
    """Run `portcullis lockdown`, which has to say that nothing is left of AWS and Vault."""
    project.environment["GITHUB_TOKEN"] = project.world.token
    return project.portcullis("lockdown", *arguments)


def reads_from_aws(outside: Outside, keys: Keys) -> bool:
    """Whether credentials of the role read what it may read."""
    try:
        outside.aws.parameters(keys).get_parameter(Name="/app/level")
    except ClientError as error:
        return error.response["Error"]["Code"] not in {"AccessDenied", "AccessDeniedException"}
    return True


def reads_from_vault(client: hvac.Client) -> bool:
    """Whether a token of the role reads what it may read."""
    try:
        client.secrets.kv.v2.read_secret_version(
            "tool/cluster", mount_point="kv", raise_on_deleted_version=True
        )
    except hvac.exceptions.Forbidden:
        return False
    return True


def _policy(answer: Any) -> str:  # noqa: ANN401 - Vault's JSON
    return str(answer["data"]["policy"])


def test_credentials_that_a_thief_has_end(outside: Outside, project: Project) -> None:
    """R16, A10: a session and a token from before are allowed nothing until it is lifted."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/{AWS_ROLE}"
    made = outside.aws.sts().assume_role(RoleArn=arn, RoleSessionName="job")["Credentials"]
    keys = Keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    client = outside.vault.client_of(outside.vault.token(VAULT_POLICY))
    before = outside.vault.client.read(f"sys/policies/acl/{VAULT_POLICY}")
    assert (reads_from_aws(outside, keys), reads_from_vault(client)) == (True, True)
    closed = lockdown(project, "acme")
    assert closed.code == 1, "the repositories were never made"
    assert f"closed     role {arn}" in closed.text, closed.text
    assert (reads_from_aws(outside, keys), reads_from_vault(client)) == (False, False)
    again = lockdown(project, "acme")
    assert f"closed     role {arn}" not in again.text
    lifted = lockdown(project, "acme", "--lift")
    assert lifted.code == 0, lifted.text
    assert (reads_from_aws(outside, keys), reads_from_vault(client)) == (True, True)
    after = outside.vault.client.read(f"sys/policies/acl/{VAULT_POLICY}")
    assert _policy(after) == _policy(before)
    assert outside.aws.iam().list_role_policies(RoleName=AWS_ROLE)["PolicyNames"] == []


def test_what_cannot_be_reached_is_left(outside: Outside, project: Project) -> None:
    """R16: without a login to AWS and Vault the rest is closed, and both are named as left."""
    for name in ("VAULT_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del project.environment[name]
    project.environment["AWS_EC2_METADATA_DISABLED"] = "true"
    partly = lockdown(project, "acme")
    assert partly.code == 1
    assert "closed     tags of the organization" in partly.text
    assert f"left       role arn:aws:iam::{ACCOUNT}:role/{AWS_ROLE}: " in partly.text
    policy = f"{outside.vault.address}/v1/sys/policies/acl/{VAULT_POLICY}"
    assert f"left       policy {policy}: vault: there is no token" in partly.text
    assert "Traceback" not in partly.text
