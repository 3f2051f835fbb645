"""Type tokens of pulumi-aws and pulumi-vault, and IAM policies read from their JSON."""

import json
import re
from collections.abc import Iterator, Mapping

from portcullis_policy.facts import UNKNOWN, Facts, UnknownType

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE_POLICY_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
USER_POLICY = "aws:iam/userPolicy:UserPolicy"
GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy"
POLICY = "aws:iam/policy:Policy"
POLICY_ATTACHMENTS = (
    ROLE_POLICY_ATTACHMENT,
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
)
OIDC_PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
BUCKET_PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
BUCKET_VERSIONING = (
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketVersioningV2:BucketVersioningV2",
)
BUCKET_ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
BUCKET_LOCK = (
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
)
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
BUCKET_ACL = ("aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2")

VAULT_JWT_ROLE = "vault:jwt/authBackendRole:AuthBackendRole"
VAULT_POLICY = "vault:index/policy:Policy"

GITHUB_ISSUER = "token.actions.githubusercontent.com"
"""Who signs the identity tokens of workflows.
Source: https://docs.github.com/actions/reference/security/oidc"""


_ALL_ACTIONS = re.compile(r"\*+(:\*+)?|iam:\*+", re.IGNORECASE)
"""Who may do everything in IAM gives itself the rest."""
_ALL_RESOURCES = re.compile(r"\*+|arn(:aws[\w*-]*)?(:\**)*:\*+")


def statements(facts: Facts, *path: str) -> list[Mapping[str, object]] | UnknownType:
    """Return the statements of an IAM policy; UNKNOWN for one that cannot be seen or read.

    Args:
        facts: the resource's.
        path: where the policy stands, as JSON in a text or as an object.
    """
    document = facts.at(*path)
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            return UNKNOWN
    if document is None:
        return []
    if not isinstance(document, Mapping):
        return UNKNOWN
    listed = document.get("Statement", [])
    found = listed if isinstance(listed, list) else [listed]
    return found if all(isinstance(item, Mapping) for item in found) else UNKNOWN


def allows(statement: Mapping[str, object]) -> bool:
    """Say whether a statement allows: anything that is not surely a denial."""
    return statement.get("Effect") != "Deny"


def texts(value: object) -> list[str]:
    """Return a text or the texts of a list; what is neither is left out."""
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, str)]


def is_everything(statement: Mapping[str, object]) -> bool:
    """Say whether a statement allows every action on every resource, or all but some."""
    actions, resources = texts(statement.get("Action")), texts(statement.get("Resource"))
    all_actions = "NotAction" in statement or any(map(_ALL_ACTIONS.fullmatch, actions))
    all_resources = "NotResource" in statement or any(map(_ALL_RESOURCES.fullmatch, resources))
    return allows(statement) and all_actions and all_resources


def principals(statement: Mapping[str, object]) -> Iterator[str]:
    """Yield the principals of a statement, of all kinds."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        for value in principal.values():
            yield from texts(value)
    else:
        yield from texts(principal)


def conditions(statement: Mapping[str, object]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the conditions of a statement: operator and key in lower case, values."""
    condition = statement.get("Condition")
    for operator, keys in condition.items() if isinstance(condition, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            yield (str(operator).lower(), str(key).lower(), texts(values))
