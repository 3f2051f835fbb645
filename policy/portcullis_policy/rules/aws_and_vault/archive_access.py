"""AU: who may change or delete the audit archive, by the policies of roles, buckets and keys."""

import json
import re
from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import ssdf
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.rules.aws_and_vault.audit_archive import Archive, archives
from portcullis_policy.semantics.aws_and_vault import (
    BUCKET_ENCRYPTION,
    BUCKET_POLICY,
    BUCKETS,
    KEY_GRANT,
    POLICY,
    POLICY_ATTACHMENTS,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
)
from portcullis_policy.semantics.languages.automata import TooComplexError, automaton, regions
from portcullis_policy.semantics.trust.github_tokens import ISSUER
from portcullis_policy.semantics.trust.iam import (
    Statement,
    allows,
    glob,
    is_for_action,
    principals,
    statements,
    texts,
)
from portcullis_policy.semantics.trust.job_policies import (
    names_role,
    roles_of_jobs,
    statements_of_jobs,
)
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_UNDOES = (
    *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"),
    *("s3:DeleteBucket", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketAcl"),
    *("s3:PutLifecycleConfiguration", "s3:PutBucketVersioning", "s3:PutObjectAcl"),
    *("s3:PutBucketObjectLockConfiguration", "s3:PutBucketPublicAccessBlock"),
    *("s3:PutObjectRetention", "s3:PutEncryptionConfiguration", "s3:PutReplicationConfiguration"),
)
"""Actions that take away a record, or what keeps it."""
_UNDOES_KEY = ("kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy", "kms:CreateGrant")
_READS = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTorrent", "s3:SelectObjectContent")
"""Actions that show a record."""
_ACCOUNT = re.compile(r"(?:arn:aws[\w-]*:iam::)?(\d{12})\b.*")
_NAME = "guild-audit-archive"
_ARN = f"arn:aws:s3:::{_NAME}"
_KEY = "arn:aws:kms:eu-west-1:123456789012:key/1182"
_ARCHIVE = Declared(BUCKETS[0], {"bucket": _NAME}, "archive")
_ENCRYPTED = Declared(
    BUCKET_ENCRYPTION[0],
    {
        "bucket": _NAME,
        "rules": [
            {"applyServerSideEncryptionByDefault": {"kmsMasterKeyId": _KEY.rpartition("/")[2]}}
        ],
    },
    "encryption",
)
_TRUST = {
    "Statement": {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"},
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": "repo:guild/escai:environment:pypi-release",
            }
        },
    }
}
_ROLE = Declared(ROLE, {"name": "release", "assumeRolePolicy": json.dumps(_TRUST)}, "role")


def _may(action: object, resource: object, role: str = "release") -> Declared:
    """Return a role's policy that allows an action."""
    allowed = {"Effect": "Allow", "Action": action, "Resource": resource}
    return Declared(ROLE_POLICY, {"role": role, "policy": {"Statement": allowed}}, "policy")


def _bucket_policy(principal: str, action: str) -> Declared:
    """Return a policy of the archive that allows an action."""
    allowed = {
        "Effect": "Allow",
        "Action": action,
        "Principal": {"AWS": principal},
        "Resource": f"{_ARN}/*",
    }
    return Declared(BUCKET_POLICY, {"bucket": _NAME, "policy": {"Statement": allowed}}, "own")


class ArchiveKept(StackRule):
    """Workflow jobs and other accounts cannot delete from the audit archive or make it public.

    The people who release should not be able to change the records of releases. A job only needs to
    add objects. The rule reads the policies of the roles that workflow jobs assume, the policy of
    the bucket, and grants of its key.
    """

    id = "AU006"
    title = "workflow jobs or another account may change the audit archive"
    severity = Severity.HIGH
    maps = ssdf("PS.3.1")
    resource_types = (
        *(*BUCKETS, BUCKET_POLICY, ROLE, ROLE_POLICY, POLICY, KEY_GRANT),
        *POLICY_ATTACHMENTS,
    )
    remediation = "Allow `s3:PutObject` on the archive's objects, and nothing else."
    good = (
        stack("a job adds objects", _ARCHIVE, _ROLE, _may("s3:PutObject", f"{_ARN}/*")),
        stack(
            "a job deletes in another bucket",
            _ARCHIVE,
            _ROLE,
            _may("s3:*", ["arn:aws:s3:::guild-cache", "arn:aws:s3:::guild-cache/*"]),
        ),
        stack("another role deletes", _ARCHIVE, _ROLE, _may("s3:*", f"{_ARN}/*", "administrator")),
        stack(
            "the job and the archive's own account, by the bucket's policy",
            _ARCHIVE,
            _ROLE,
            _bucket_policy("arn:aws:iam::123456789012:root", "s3:*"),
        ),
        stack("a job encrypts", _ARCHIVE, _ENCRYPTED, _ROLE, _may("kms:GenerateDataKey", _KEY)),
    )
    bad = (
        stack("a job deletes", _ARCHIVE, _ROLE, _may("s3:Delete*", f"{_ARN}/escai/*")),
        stack(
            "a job opens the bucket",
            _ARCHIVE,
            _ROLE,
            _may(["s3:PutBucketPolicy"], "arn:aws:s3:::guild-*"),
        ),
        stack(
            "by a policy that is attached",
            _ARCHIVE,
            _ROLE,
            Declared(
                POLICY,
                {
                    "arn": "arn:aws:iam::123456789012:policy/archive",
                    "policy": {
                        "Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": _ARN}
                    },
                },
                "policy",
            ),
            Declared(
                ROLE_POLICY_ATTACHMENT,
                {"role": "release", "policyArn": "arn:aws:iam::123456789012:policy/archive"},
                "attached",
            ),
        ),
        stack(
            "by the bucket's policy",
            _ARCHIVE,
            _ROLE,
            _bucket_policy("arn:aws:iam::123456789012:role/release", "s3:DeleteObject"),
        ),
        stack(
            "another account, by the bucket's policy",
            _ARCHIVE,
            _ROLE,
            _bucket_policy("arn:aws:iam::210987654321:root", "s3:GetObject"),
        ),
        stack("a job deletes the key", _ARCHIVE, _ENCRYPTED, _ROLE, _may("kms:*", _KEY)),
        stack(
            "another account decrypts by a grant",
            _ARCHIVE,
            _ENCRYPTED,
            _ROLE,
            Declared(
                KEY_GRANT,
                {"keyId": "1182", "granteePrincipal": "arn:aws:iam::210987654321:root"},
                "grant",
            ),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for archive in archives(stack, settings):
            name = archive.bucket.name
            keys = set(_keys(archive))
            for item, statement in statements_of_jobs(stack):
                if allows(statement) and _undoes(statement, archive, keys):
                    yield Finding(
                        "a workflow job may change the audit archive",
                        (),
                        urn=item.urn,
                        subject=name,
                        subject_urn=archive.bucket.urn,
                    )
            yield from _by_bucket(stack, archive)
            for grant in stack.of(KEY_GRANT):
                if _key_id(grant.facts.text("keyId")) in keys and _is_foreign(
                    stack, grant.facts.text("granteePrincipal")
                ):
                    yield Finding("another account may use the archive's key", urn=grant.urn)


class ArchiveWriteOnly(StackRule):
    """Workflow jobs cannot read the audit archive.

    A job that adds records needs none of them. The records show who works when and from where, and
    what failed. Somebody who takes over such a job learns all of it.
    """

    id = "AU008"
    title = "a workflow job may read the audit archive"
    severity = Severity.MEDIUM
    maps = ssdf("PS.3.1")
    resource_types = (
        *(*BUCKETS, BUCKET_POLICY, ROLE, ROLE_POLICY, POLICY),
        *POLICY_ATTACHMENTS,
    )
    remediation = "Allow the job `s3:PutObject` on the archive's objects, and people to read them."
    good = (
        stack("a job adds objects", _ARCHIVE, _ROLE, _may("s3:PutObject", f"{_ARN}/*")),
        stack(
            "a job asks until when objects are locked",
            _ARCHIVE,
            _ROLE,
            _may(["s3:PutObject", "s3:GetObjectRetention"], f"{_ARN}/*"),
        ),
        stack("a job reads another bucket", _ARCHIVE, _ROLE, _may("s3:Get*", "arn:aws:s3:::x/*")),
        stack("people read", _ARCHIVE, _ROLE, _may("s3:GetObject", f"{_ARN}/*", "auditors")),
    )
    bad = (
        stack("a job reads", _ARCHIVE, _ROLE, _may("s3:Get*", f"{_ARN}/escai/*")),
        stack("a job reads versions", _ARCHIVE, _ROLE, _may("s3:GetObjectVersion", "*")),
        stack(
            "everything but deleting",
            _ARCHIVE,
            _ROLE,
            Declared(
                ROLE_POLICY,
                {
                    "role": "release",
                    "policy": {
                        "Statement": {
                            "Effect": "Allow",
                            "NotAction": ["s3:Delete*", "s3:Put*", "s3:Bypass*", "kms:*"],
                            "Resource": f"{_ARN}/*",
                        }
                    },
                },
                "policy",
            ),
        ),
        stack(
            "by the bucket's policy",
            _ARCHIVE,
            _ROLE,
            _bucket_policy("arn:aws:iam::123456789012:role/release", "s3:GetObject"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for archive in archives(stack, settings):
            arn = _arn(archive)
            for item, statement in statements_of_jobs(stack):
                reads = allows(statement) and is_for_action(statement, *_READS)
                if reads and _may_be_for(statement, (f"{arn}/*",)):
                    yield Finding(
                        "a workflow job may read the audit archive",
                        (),
                        urn=item.urn,
                        subject=archive.bucket.name,
                        subject_urn=archive.bucket.urn,
                    )
            for statement in _of_bucket(archive):
                jobs = any(names_role(stack, each) for each in principals(statement))
                if jobs and is_for_action(statement, *_READS):
                    yield Finding(
                        "its policy allows a workflow job to read it", urn=archive.bucket.urn
                    )


def _arn(archive: Archive) -> str:
    """Return an archive's ARN, by its name or, while that is unknown, by its Pulumi name."""
    facts = archive.bucket.facts
    names = (facts.text(key) for key in ("bucket", "id"))
    found = next((name for name in names if isinstance(name, str)), archive.bucket.name)
    return f"arn:aws:s3:::{found}"


def _of_bucket(archive: Archive) -> Iterator[Statement]:
    """Yield what the archive's own policy allows; AU005 refuses a policy that cannot be read."""
    for facts in (archive.bucket.facts, *archive.of(BUCKET_POLICY)):
        found = statements(facts, "policy")
        yield from [] if found is UNKNOWN else filter(allows, found)


def _undoes(statement: Statement, archive: Archive, keys: set[str]) -> bool:
    """Say whether a statement is for an action that takes away a record, its place or its key."""
    arn = _arn(archive)
    if is_for_action(statement, *_UNDOES) and _may_be_for(statement, (arn, f"{arn}/*")):
        return True
    of_keys = tuple(f"arn:aws:kms:*:key/{key}" for key in keys)
    return bool(keys) and is_for_action(statement, *_UNDOES_KEY) and _may_be_for(statement, of_keys)


def _may_be_for(statement: Statement, wanted: tuple[str, ...]) -> bool:
    """Say whether a statement may be for one of some resources, which are patterns too."""
    if "Resource" not in statement:
        return True
    try:
        others = [automaton(glob(each)) for each in wanted]
        return any(
            next(regions([automaton(glob(each)), other], needed=2), None) is not None
            for each in texts(statement["Resource"])
            for other in others
        )
    except TooComplexError:
        return True


def _keys(archive: Archive) -> Iterator[str]:
    """Yield the ids of the keys that an archive is encrypted with."""
    for facts in archive.of(*BUCKET_ENCRYPTION):
        rules = facts.blocks("rules")
        for rule in [] if rules is UNKNOWN else rules:
            key = _key_id(rule.text("applyServerSideEncryptionByDefault", "kmsMasterKeyId"))
            if key:
                yield key


def _key_id(key: object) -> str:
    return key.rpartition("/")[2] if isinstance(key, str) else ""


def _by_bucket(stack: Stack, archive: Archive) -> Iterator[Finding]:
    """Yield what the archive's own policy allows to workflow jobs or to other accounts."""
    for statement in _of_bucket(archive):
        named = list(principals(statement))
        if any(_is_foreign(stack, each) for each in named):
            yield Finding("its policy lets in another account", urn=archive.bucket.urn)
        jobs = any(names_role(stack, each) for each in named)
        if jobs and is_for_action(statement, *_UNDOES):
            yield Finding("its policy allows a workflow job to change it", urn=archive.bucket.urn)


def _is_foreign(stack: Stack, principal: object) -> bool:
    """Say whether a principal is of another account than the roles of workflow jobs."""
    found = _ACCOUNT.fullmatch(principal) if isinstance(principal, str) else None
    own = stack.once(_own_accounts)
    return found is not None and bool(own) and found[1] not in own


def _own_accounts(stack: Stack) -> frozenset[str]:
    """Return the accounts of the identity providers that the roles of jobs trust."""
    found = set()
    for role in roles_of_jobs(stack):
        listed = statements(role.facts, "assumeRolePolicy")
        for statement in [] if listed is UNKNOWN else listed:
            named = [each for each in principals(statement) if "oidc-provider/" in each]
            found |= {account[1] for each in named if (account := _ACCOUNT.fullmatch(each))}
    return frozenset(found)


RULES = (ArchiveKept, ArchiveWriteOnly)
