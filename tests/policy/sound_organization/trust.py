"""What the sound organization trusts beside GitHub: AWS, Vault, and an audit archive."""

from __future__ import annotations

from typing import Any

from portcullis_policy.examples.base import Declared
from portcullis_policy.semantics import aws_and_vault
from portcullis_policy.semantics import github as gh

ISSUER = "token.actions.githubusercontent.com"
BUCKET = "guild-audit-log"


def trust(condition: dict[str, Any]) -> dict[str, Any]:
    """A role's trust of GitHub under a condition."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"},
                "Condition": condition,
            }
        ],
    }


SUB = "repo:guild/escai:environment:pypi-release"
CONDITION: dict[str, Any] = {
    "StringEquals": {f"{ISSUER}:sub": SUB, f"{ISSUER}:aud": "sts.amazonaws.com"}
}
READS = {
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::guild/*"}
    ]
}
VAULT_ROLE: dict[str, Any] = {
    "roleName": "escai-release",
    "roleType": "jwt",
    "backend": "github",
    "userClaim": "repository",
    "boundAudiences": ["https://vault.guild.example"],
    "boundClaims": {"repository": "guild/escai", "environment": "pypi-release"},
    "tokenPolicies": ["ci-escai"],
    "tokenTtl": 900,
    "tokenMaxTtl": 1800,
}

TRUST: dict[str, Declared] = {
    "aws-provider": Declared(
        aws_and_vault.OIDC_PROVIDER,
        {"url": f"https://{ISSUER}", "clientIdLists": ["sts.amazonaws.com"]},
    ),
    "aws-role": Declared(
        aws_and_vault.ROLE,
        {
            "name": "release",
            "assumeRolePolicy": trust(CONDITION),
            "inlinePolicies": [{"name": "reads", "policy": READS}],
        },
    ),
    "aws-role-policy": Declared(
        aws_and_vault.ROLE_POLICY,
        {
            "role": "release",
            "policy": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["s3:PutObject", "s3:DeleteObject"],
                        "Resource": "arn:aws:s3:::guild/*",
                    }
                ]
            },
        },
    ),
    "aws-policy": Declared(aws_and_vault.POLICY, {"name": "reads", "policy": READS}),
    "aws-attachment": Declared(
        aws_and_vault.ROLE_POLICY_ATTACHMENT,
        {"role": "release", "policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"},
    ),
    "vault-role": Declared(aws_and_vault.VAULT_JWT_ROLE, VAULT_ROLE),
    "vault-people": Declared(
        aws_and_vault.VAULT_JWT_ROLE,
        {"roleName": "people", "roleType": "oidc", "userClaim": "email"},
    ),
    "vault-policy": Declared(
        aws_and_vault.VAULT_POLICY,
        {"name": "ci-escai", "policy": 'path "ci/data/escai/*" { capabilities = ["read"] }'},
    ),
    "vault-app": Declared(
        "vault:appRole/authBackendRole:AuthBackendRole",
        {"backend": "approle", "roleName": "app", "tokenPolicies": ["app"]},
    ),
    "vault-login": Declared(
        aws_and_vault.VAULT_BACKEND,
        {
            "path": "github",
            "oidcDiscoveryUrl": f"https://{ISSUER}",
            "boundIssuer": f"https://{ISSUER}",
        },
    ),
    "subject": Declared(gh.ORGANIZATION_SUBJECT, {"includeClaimKeys": ["repo", "context"]}),
    "own-subject": Declared(gh.REPOSITORY_SUBJECT, {"repository": "escai", "useDefault": True}),
    "archive": Declared(
        aws_and_vault.BUCKETS[0],
        {"bucket": BUCKET, "objectLockEnabled": True, "tags": {"purpose": "audit"}},
    ),
    "archive-closed": Declared(
        aws_and_vault.BUCKET_PUBLIC_ACCESS,
        {
            "bucket": BUCKET,
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
    ),
    "archive-versioned": Declared(
        aws_and_vault.BUCKET_VERSIONING[0],
        {"bucket": BUCKET, "versioningConfiguration": {"status": "Enabled"}},
    ),
    "archive-encrypted": Declared(
        aws_and_vault.BUCKET_ENCRYPTION[0],
        {
            "bucket": BUCKET,
            "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}],
        },
    ),
    "archive-key": Declared(
        aws_and_vault.KEY,
        {
            "policy": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                        "Action": "kms:*",
                        "Resource": "*",
                    }
                ]
            }
        },
    ),
    "archive-locked": Declared(
        aws_and_vault.BUCKET_LOCK[0],
        {"bucket": BUCKET, "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 400}}},
    ),
    "archive-lifecycle": Declared(
        aws_and_vault.BUCKET_LIFECYCLE[0],
        {"bucket": BUCKET, "rules": [{"status": "Enabled", "expiration": {"days": 800}}]},
    ),
    "archive-policy": Declared(
        aws_and_vault.BUCKET_POLICY,
        {
            "bucket": BUCKET,
            "policy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}}]},
        },
    ),
}
