"""AU: buckets that keep the audit log, in plain pulumi-aws resources.

A bucket belongs to it by its name or tag (`auditArchives` of PK001); no other bucket is judged.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import ssdf
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics.aws_and_vault import (
    BUCKET_ACL,
    BUCKET_ENCRYPTION,
    BUCKET_LIFECYCLE,
    BUCKET_LOCK,
    BUCKET_POLICY,
    BUCKET_PUBLIC_ACCESS,
    BUCKET_VERSIONING,
    BUCKETS,
)
from portcullis_policy.semantics.trust.iam import allows, principals, statements
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_BUCKET, _VERSIONING, _ENCRYPTION, _LOCK = (
    kinds[0] for kinds in (BUCKETS, BUCKET_VERSIONING, BUCKET_ENCRYPTION, BUCKET_LOCK)
)
_ALL_TYPES = (
    *BUCKETS,
    BUCKET_PUBLIC_ACCESS,
    *BUCKET_VERSIONING,
    *BUCKET_ENCRYPTION,
    *BUCKET_LOCK,
    *BUCKET_LIFECYCLE,
    BUCKET_POLICY,
    *BUCKET_ACL,
)
SHORTEST_DAYS = 30
"""A retention that is shorter is over before anybody looks."""
_OPEN_ACLS = ("public-read", "public-read-write", "authenticated-read")
_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_NAME = "guild-audit-archive"
_ARCHIVE = Declared(_BUCKET, {"bucket": _NAME, "objectLockEnabled": True}, "archive")
_CLOSED: Mapping[str, object] = {"bucket": _NAME, **dict.fromkeys(_BLOCKS, True)}
_VERSIONED = {"bucket": _NAME, "versioningConfiguration": {"status": "Enabled"}}
_ENCRYPTED = {
    "bucket": _NAME,
    "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}],
}
_LOCKED = {
    "bucket": _NAME,
    "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 400}},
}
_OPENED: Mapping[str, object] = {
    "acl": "public-read",
    "accessControlPolicy": {
        "grants": [
            {
                "grantee": {"uri": "http://acs.amazonaws.com/groups/global/AllUsers"},
                "permission": "READ",
            }
        ]
    },
}
_OTHER = stack("another bucket", Declared(_BUCKET, {"bucket": "website", "acl": "public-read"}))


@dataclass(frozen=True, slots=True)
class Archive:
    """A bucket that keeps the audit log, with what the stack says of it elsewhere."""

    bucket: Resource
    others: tuple[Resource, ...]

    def of(self, *types: str) -> list[Facts]:
        """Return what the stack says of the bucket in resources of some types."""
        return [item.facts for item in self.others if item.type in types]


def archives(stack: Stack, settings: Settings) -> Iterator[Archive]:
    """Yield the buckets that keep the audit log."""
    buckets = [item for item in stack.of(*BUCKETS) if _keeps_log(item, settings)]
    if not buckets:
        return
    others = list(stack.of(*(each for each in _ALL_TYPES if each not in BUCKETS)))
    for bucket in buckets:
        yield Archive(bucket, tuple(item for item in others if _is_about(item, bucket)))


def _keeps_log(bucket: Resource, settings: Settings) -> bool:
    tags = bucket.facts.at("tags")
    words = [bucket.name, bucket.facts.text("bucket"), bucket.facts.text("bucketPrefix")]
    words += [word for tag in tags.items() for word in tag] if isinstance(tags, Mapping) else []
    return any(isinstance(word, str) and settings.is_audit_archive(word) for word in words)


def _is_about(item: Resource, bucket: Resource) -> bool:
    """Say whether a resource is about a bucket, by its name or while that is unknown."""
    named = item.facts.text("bucket")
    own = {bucket.facts.text(key) for key in ("bucket", "id", "arn")} - {None, UNKNOWN}
    return named in own or bucket.urn in item.depends.get("bucket", ())


class ArchiveRule(StackRule, abstract=True):
    """The base of the rules on the audit archive."""

    resource_types = _ALL_TYPES

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for archive in archives(stack, settings):
            for detail in self.wrong(archive):
                yield Finding(detail, urn=archive.bucket.urn)

    @abstractmethod
    def wrong(self, archive: Archive) -> Iterator[str]:
        """Yield what is wrong with an archive."""


class ArchiveClosed(ArchiveRule):
    """The audit archive cannot be made public.

    It shows who did what, and when, and what failed. Without the block, one wrong rule publishes
    it.
    """

    id = "AU001"
    title = "the audit archive can be public"
    severity = Severity.HIGH
    remediation = "Add a BucketPublicAccessBlock with all four settings true."
    good = (
        stack("public access is blocked", _ARCHIVE, Declared(BUCKET_PUBLIC_ACCESS, _CLOSED)),
        _OTHER,
    )
    bad = (
        stack("public access is not blocked", _ARCHIVE),
        stack(
            "three of the four blocks",
            _ARCHIVE,
            Declared(BUCKET_PUBLIC_ACCESS, {**_CLOSED, "ignorePublicAcls": False}),
        ),
        stack(
            "a public bucket that its tag makes an archive",
            Declared(_BUCKET, {"bucket": "logs", "acl": "public-read", "tags": {"use": "Audit"}}),
            Declared(BUCKET_PUBLIC_ACCESS, {**_CLOSED, "bucket": "logs"}),
        ),
        *(
            stack(
                f"public access by `{kind}`",
                _ARCHIVE,
                Declared(BUCKET_PUBLIC_ACCESS, _CLOSED),
                Declared(BUCKET_ACL[0], {"bucket": _NAME, kind: opened}),
            )
            for kind, opened in _OPENED.items()
        ),
    )

    def wrong(self, archive: Archive) -> Iterator[str]:
        """See ArchiveRule."""
        blocks = archive.of(BUCKET_PUBLIC_ACCESS)
        if not any(all(block.flag(name) is True for name in _BLOCKS) for block in blocks):
            yield "no public access block with all four settings"
        for facts in (archive.bucket.facts, *archive.of(*BUCKET_ACL)):
            if facts.text("acl") in _OPEN_ACLS or any(map(_is_anybody, _grantees(facts))):
                yield "`acl` is open"


def _grantees(facts: Facts) -> list[object]:
    """Return the groups that an access control list grants something."""
    grants = facts.blocks("accessControlPolicy", "grants")
    return [] if grants is UNKNOWN else [each.text("grantee", "uri") for each in grants]


def _is_anybody(uri: object) -> bool:
    """Say whether a group of Amazon's is everybody, or everybody with an account.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
    """
    return isinstance(uri, str) and uri.endswith(("/AllUsers", "/AuthenticatedUsers"))


class ArchiveVersioned(ArchiveRule):
    """The audit archive keeps what is overwritten or deleted.

    An attacker who wants to hide something overwrites the log first.
    """

    id = "AU002"
    title = "the audit archive is not versioned"
    severity = Severity.HIGH
    maps = ssdf("PS.3.1")
    remediation = "Add a BucketVersioning with the status `Enabled`."
    good = (
        stack("versioning is on", _ARCHIVE, Declared(_VERSIONING, _VERSIONED)),
        stack(
            "versioning set in the bucket",
            Declared(_BUCKET, {"bucket": _NAME, "versioning": {"enabled": True}}),
        ),
        _OTHER,
    )
    bad = (
        stack("versioning is not set", _ARCHIVE),
        stack(
            "versioning is suspended",
            _ARCHIVE,
            Declared(
                _VERSIONING, {"bucket": _NAME, "versioningConfiguration": {"status": "Suspended"}}
            ),
        ),
        stack(
            "versioning of another bucket",
            _ARCHIVE,
            Declared(_VERSIONING, {**_VERSIONED, "bucket": "website"}),
        ),
    )

    def wrong(self, archive: Archive) -> Iterator[str]:
        """See ArchiveRule."""
        kept = [
            facts.text("versioningConfiguration", "status") == "Enabled"
            for facts in archive.of(*BUCKET_VERSIONING)
        ]
        facts = archive.bucket.facts
        own = [facts.flag(name, "enabled") is True for name in ("versioning", "versionings")]
        if not any((*kept, *own)):
            yield "versioning is not enabled"


class ArchiveEncrypted(ArchiveRule):
    """The encryption of the audit archive is declared.

    By default AWS encrypts with its own key. Your own key can be revoked, and its use is logged.
    """

    id = "AU003"
    title = "the encryption of the audit archive is not declared"
    severity = Severity.HIGH
    maps = ssdf("PS.3.1")
    remediation = "Add a BucketServerSideEncryptionConfiguration, with `aws:kms` if you can."
    good = (stack("encrypted", _ARCHIVE, Declared(_ENCRYPTION, _ENCRYPTED)), _OTHER)
    bad = (
        stack("encryption is not set", _ARCHIVE),
        stack("no encryption rule", _ARCHIVE, Declared(_ENCRYPTION, {**_ENCRYPTED, "rules": []})),
    )

    def wrong(self, archive: Archive) -> Iterator[str]:
        """See ArchiveRule."""
        given = [facts.entries("rules") for facts in archive.of(*BUCKET_ENCRYPTION)]
        own = archive.bucket.facts
        given += [
            own.entries(name)
            for name in ("serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations")
        ]
        if not any(rules is not UNKNOWN and rules for rules in given):
            yield "no rule for encryption"


class ArchiveLocked(ArchiveRule):
    """Nobody deletes the audit log before its retention ends.

    With an object lock, not even an administrator of the account can. A retention of a few days is
    over before anybody looks. `forceDestroy` lets Pulumi delete the objects with the bucket.
    """

    id = "AU004"
    title = "the audit archive has no object lock"
    severity = Severity.HIGH
    maps = ssdf("PS.3.1")
    remediation = "Make it with `objectLockEnabled: true` and a default retention (`COMPLIANCE`)."
    good = (
        stack("a retention that nobody may shorten", _ARCHIVE, Declared(_LOCK, _LOCKED)),
        _OTHER,
    )
    bad = (
        stack("no retention", _ARCHIVE),
        stack(
            "a retention of one day",
            _ARCHIVE,
            Declared(
                _LOCK,
                {"bucket": _NAME, "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 1}}},
            ),
        ),
        stack(
            "Pulumi may delete the objects",
            Declared(_BUCKET, {"bucket": _NAME, "forceDestroy": True}, "archive"),
            Declared(_LOCK, _LOCKED),
        ),
        stack(
            "administrators may unlock it",
            _ARCHIVE,
            Declared(
                _LOCK,
                {"bucket": _NAME, "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 9}}},
            ),
        ),
    )

    def wrong(self, archive: Archive) -> Iterator[str]:
        """See ArchiveRule."""
        own = archive.bucket.facts
        inside = own.block("objectLockConfiguration")
        locks = [*archive.of(*BUCKET_LOCK), *([inside] if inside is not None else [])]
        path = ("rule", "defaultRetention")
        strict = [lock for lock in locks if lock.text(*path, "mode") == "COMPLIANCE"]
        if not strict:
            yield "no default retention with the mode `COMPLIANCE`"
        elif all(map(_is_short, strict)):
            yield f"its default retention is shorter than {SHORTEST_DAYS} days"
        if own.flag("forceDestroy") is True:
            yield "`forceDestroy` is true"


def _is_short(lock: Facts) -> bool:
    """Say whether a default retention is surely too short."""
    days, years = (lock.number("rule", "defaultRetention", unit) for unit in ("days", "years"))
    return years in (None, 0) and isinstance(days, float) and days < SHORTEST_DAYS


class ArchiveNotForAll(ArchiveRule):
    """The audit archive's policy names who has access.

    A statement for everybody (`*`) is open to every AWS account, and a condition on it is easily
    written wrongly.
    """

    id = "AU005"
    title = "the audit archive's policy lets everybody in"
    severity = Severity.CRITICAL
    maps = ssdf("PS.3.1")
    remediation = "Name the accounts or roles as principals."
    _OPEN: Mapping[str, object] = {
        "bucket": _NAME,
        "policy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}}]},
    }
    good = (
        stack(
            "one account may read",
            _ARCHIVE,
            Declared(
                BUCKET_POLICY,
                {
                    "bucket": _NAME,
                    "policy": {"Statement": {"Effect": "Allow", "Principal": {"AWS": "1234"}}},
                },
            ),
        ),
        stack(
            "a policy that denies everybody",
            _ARCHIVE,
            Declared(
                BUCKET_POLICY,
                {
                    "bucket": _NAME,
                    "policy": {"Statement": {"Effect": "Deny", "Principal": "*"}},
                },
            ),
        ),
        _OTHER,
    )
    bad = (
        stack("everybody may read", _ARCHIVE, Declared(BUCKET_POLICY, _OPEN)),
        stack(
            "a policy inside the bucket",
            Declared(
                _BUCKET,
                {
                    "bucket": _NAME,
                    "policy": '{"Statement": {"Effect": "Allow", "Principal": "*"}}',
                },
            ),
        ),
        stack("not JSON", _ARCHIVE, Declared(BUCKET_POLICY, {"bucket": _NAME, "policy": "{"})),
        stack(
            "everybody but one account",
            _ARCHIVE,
            Declared(
                BUCKET_POLICY,
                {
                    "bucket": _NAME,
                    "policy": {"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "1234"}}},
                },
            ),
        ),
    )

    def wrong(self, archive: Archive) -> Iterator[str]:
        """See ArchiveRule."""
        for facts in (archive.bucket.facts, *archive.of(BUCKET_POLICY)):
            if facts.at("policy") is UNKNOWN:
                continue  # decided at update
            found = statements(facts, "policy")
            if found is UNKNOWN:
                yield "`policy` cannot be read"
            elif any(map(_for_everybody, found)):
                yield "a statement allows something to everybody"


def _for_everybody(statement: Mapping[str, object]) -> bool:
    """Say whether a statement allows something to everybody, or to all but some."""
    anybody = "*" in principals(statement) or "NotPrincipal" in statement
    return allows(statement) and anybody


RULES = (ArchiveClosed, ArchiveVersioned, ArchiveEncrypted, ArchiveLocked, ArchiveNotForAll)
