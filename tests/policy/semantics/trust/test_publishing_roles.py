"""Which roles in AWS and Vault publish, by the policies that the stack gives them."""

import json

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.semantics.aws_and_vault import (
    POLICY,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    VAULT_JWT_ROLE,
    VAULT_POLICY,
)
from portcullis_policy.semantics.trust.publishing_roles import publishing_roles

from tests.policy.release_path.worlds import stack_of

AWS = {"name": "images", "assumeRolePolicy": "{}"}
VAULT = {"roleName": "images", "roleType": "jwt", "tokenPolicies": ["ci"]}


def allows(action: str, effect: str = "Allow") -> str:
    """A policy document."""
    statement = {"Effect": effect, "Action": action, "Resource": "arn:aws:ecr:eu::repository/a"}
    return json.dumps({"Statement": [statement]})


def publishes(*declared: Declared) -> bool:
    """Whether the one role publishes."""
    return bool(publishing_roles(*stack_of(*declared)))


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("ecr:PutImage", True),
        ("ecr:*", True),
        ("ECR:Put*", True),
        ("codeartifact:PublishPackageVersion", True),
        ("ecr:BatchGetImage", False),
        ("s3:GetObject", False),
    ],
)
def test_a_role_of_aws_publishes_by_its_actions(action: str, *, expected: bool) -> None:
    """By a policy of its own, inside the role, or attached; a denial allows nothing."""
    role = Declared(ROLE, AWS, "role")
    own = Declared(ROLE_POLICY, {"role": "images", "policy": allows(action)}, "own")
    inside = Declared(ROLE, {**AWS, "inlinePolicies": [{"policy": allows(action)}]}, "role")
    apart = [
        Declared(POLICY, {"name": "images", "policy": allows(action)}, "policy"),
        Declared(
            ROLE_POLICY_ATTACHMENT,
            {"role": "images"},
            "attachment",
            depends={"policyArn": "policy"},
        ),
    ]
    denied = Declared(ROLE_POLICY, {"role": "images", "policy": allows(action, "Deny")}, "own")
    assert publishes(role, own) is expected
    assert publishes(inside) is expected
    assert publishes(role, *apart) is expected
    assert not publishes(role, denied)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ('path "kv/data/ci/npm-token" { capabilities = ["read"] }', True),
        ('path "transit/sign/release" { capabilities = ["update"] }', True),
        ('path "kv/data/ci/npm-token" { capabilities = ["deny"] }', False),
        ('path "kv/data/ci/npm-token" { capabilities = ["list"] }', False),
        ('path "kv/data/ci/database" { capabilities = ["read"] }', False),
        ("path {", False),
    ],
)
def test_a_role_of_vault_publishes_by_its_paths(policy: str, *, expected: bool) -> None:
    """It reads a credential that publishes, or signs; TR008 refuses what cannot be read."""
    role = Declared(VAULT_JWT_ROLE, VAULT, "role")
    assert (
        publishes(role, Declared(VAULT_POLICY, {"name": "CI", "policy": policy}, "ci")) is expected
    )
    assert not publishes(role, Declared(VAULT_POLICY, {"name": "x", "policy": policy}, "x"))
