"""The audit archive: a bucket that keeps the organization's audit log and the records of runs.

One workflow may add objects, and named people may read them. Nobody changes or deletes them before
their retention ends, and then only the bucket's lifecycle does.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pulumi
from pydantic import Field, model_validator

from components.base import Config, EnvironmentName, RepositoryName, matching
from components.trust.aws import AllowConfig, AwsRoleConfig
from components.trust.config import EnvironmentTrustConfig, WorkflowFile
from components.trust.job import joined

if TYPE_CHECKING:
    from components.origin import Origin
    from components.trust.aws import AwsTrustConfig

LEAST_RETENTION_DAYS = 30
"""A shorter retention is over before anybody looks; the policy pack refuses it (AU004)."""

MOST_DAYS = 36_500
"""AWS' limit for a retention, and ours for the lifecycle."""

BucketName = Annotated[
    str,
    matching(
        r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9](?<!-s3alias)",
        "allowed: 3 to 63 lower-case letters, digits and hyphens, such as acme-audit-archive",
    ),
]
PrincipalArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:iam::\d{12}:(?:role|user)/[\w+=,.@/-]{1,512}",
        "allowed: the ARN of a role or a user, such as arn:aws:iam::123456789012:role/auditors",
    ),
]


class ArchiveWriterConfig(Config):
    """The workflow that may add objects to the archive, and no other."""

    repository: RepositoryName
    """The repository with the workflow. Its default branch decides what is archived."""
    workflow: WorkflowFile = "audit-archive.yml"
    """The workflow file."""
    environment: EnvironmentName = "audit-archive"
    """The environment of its job; created for the default branch, unless it is declared."""


class AuditArchiveConfig(Config):
    """A bucket for the audit log, in the account of `trust.aws`."""

    bucket: BucketName
    """The bucket's name, which nobody else in the world may have."""
    writer: ArchiveWriterConfig
    """Who may add objects."""
    readers: list[PrincipalArn] = []
    """Who may assume the role that reads the archive. Without any, there is no such role."""
    retention_days: Annotated[int, Field(ge=LEAST_RETENTION_DAYS, le=MOST_DAYS)] = 400
    """For how long nobody can delete an object. It can be raised later, for new objects."""
    lock: Literal["compliance", "governance"] = "compliance"
    """`governance`: administrators of the account can end the retention. The policy pack refuses
    it (AU004)."""
    delete_after_days: Annotated[int, Field(le=MOST_DAYS)] | None = None
    """When the bucket deletes an object by itself, at least `retention_days`. Without it: never."""

    @model_validator(mode="after")
    def _after_retention(self) -> AuditArchiveConfig:
        if self.delete_after_days is not None and self.delete_after_days < self.retention_days:
            raise ValueError(
                "delete_after_days is less than retention_days, for which the bucket keeps its "
                f"objects; allowed: {self.retention_days} or more"
            )
        return self

    def arn(self, account: AwsTrustConfig) -> str:
        """Return the bucket's ARN, which is known before the bucket exists."""
        return f"arn:{account.partition}:s3:::{self.bucket}"


def writer_trust(
    config: AuditArchiveConfig, account: AwsTrustConfig | None, organization: str
) -> EnvironmentTrustConfig:
    """Return what the writing workflow may do.

    Besides adding objects it may ask whether an object is there and until when it is locked, and
    whether the bucket locks objects. That shows nothing of their content.
    """
    bucket = config.arn(account) if account else f"arn:aws:s3:::{config.bucket}"
    return EnvironmentTrustConfig(
        workflow=config.writer.workflow,
        aws=AwsRoleConfig(
            allow=[
                AllowConfig(
                    actions=["s3:PutObject", "s3:GetObjectRetention"],
                    resources=[f"{bucket}/{organization}/*"],
                ),
                AllowConfig(actions=["s3:GetBucketObjectLockConfiguration"], resources=[bucket]),
            ]
        ),
    )


class AuditArchive(pulumi.ComponentResource):
    """The bucket, what keeps its objects, and the role that reads them.

    The role that writes is made from the environment's trust, as those of other jobs.
    """

    def __init__(
        self,
        name: str,
        config: AuditArchiveConfig,
        *,
        account: AwsTrustConfig,
        provider: pulumi.ProviderResource,
        origin: Origin,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the archive of the organization ``name`` in an ``account``.

        ``provider`` manages the account. ``protect`` keeps the bucket from being deleted.
        """
        super().__init__("portcullis:index:AuditArchive", name, origin.inputs(), opts)
        self._name, self._config, self._account = name, config, account
        self._child = pulumi.ResourceOptions(parent=self, provider=provider)
        bucket = self._bucket(protect=protect)
        self._settings(bucket)
        if config.readers:
            self._reader()

    def _bucket(self, *, protect: bool) -> pulumi.Output[str]:
        """Declare the bucket, and return its name. It stays when the stack is destroyed."""
        import pulumi_aws as aws  # noqa: PLC0415 - 0.6 s, and most organizations need none

        kept = pulumi.ResourceOptions(protect=protect, retain_on_delete=True)
        made = aws.s3.Bucket(
            self._name,
            bucket=self._config.bucket,
            object_lock_enabled=True,
            force_destroy=False,
            tags={"portcullis": "audit-archive"},
            opts=pulumi.ResourceOptions.merge(self._child, kept),
        )
        return made.bucket

    def _settings(self, bucket: pulumi.Output[str]) -> None:
        """Declare what keeps the objects; all of it stays with the bucket."""
        import pulumi_aws as aws  # noqa: PLC0415 - as above

        name, config = self._name, self._config
        opts = pulumi.ResourceOptions.merge(
            self._child, pulumi.ResourceOptions(retain_on_delete=True)
        )
        versioning = aws.s3.BucketVersioning(
            name, bucket=bucket, versioning_configuration={"status": "Enabled"}, opts=opts
        )
        after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[versioning]))
        aws.s3.BucketObjectLockConfiguration(
            name,
            bucket=bucket,
            object_lock_enabled="Enabled",
            rule={
                "default_retention": {
                    "mode": config.lock.upper(),
                    "days": config.retention_days,
                }
            },
            opts=after,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=opts,
        )
        closed = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=opts,
        )
        aws.s3.BucketPolicy(
            name,
            bucket=bucket,
            policy=bucket_policy(config.arn(self._account)),
            # AWS refuses two changes of a bucket's access at the same time
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[closed])),
        )
        if config.delete_after_days is not None:
            aws.s3.BucketLifecycleConfiguration(
                name, bucket=bucket, rules=lifecycle(config.delete_after_days), opts=after
            )

    def _reader(self) -> None:
        """Declare the role that reads the archive, and nothing else."""
        import pulumi_aws as aws  # noqa: PLC0415 - as above

        arn = self._config.arn(self._account)
        role = aws.iam.Role(
            f"{self._name}/audit-reader",
            name=reader_name(self._name),
            description=f"Reads the audit archive of the GitHub organization {self._name}",
            assume_role_policy=_policy(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": self._config.readers},
                    "Action": "sts:AssumeRole",
                }
            ),
            permissions_boundary=self._account.permissions_boundary,
            max_session_duration=3600,
            opts=self._child,
        )
        aws.iam.RolePolicy(
            f"{self._name}/audit-reader",
            name="portcullis",
            role=role.name,
            policy=_policy(
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"],
                    "Resource": f"{arn}/*",
                },
                {
                    "Effect": "Allow",
                    "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
                    "Resource": arn,
                },
            ),
            opts=self._child,
        )


def reader_name(organization: str) -> str:
    """Return the name of the role that reads the archive."""
    return joined([organization, "audit-reader"], "+", allowed=r"\w.@-", most=64)


def bucket_policy(arn: str) -> str:
    """Return the bucket's own policy: what it refuses to everybody, whatever roles allow.

    Requests without TLS, writes that could replace an object, and deletions. The lifecycle deletes
    without asking the policy.
    """
    objects = f"{arn}/*"
    return _policy(
        _denied("s3:*", [arn, objects], {"Bool": {"aws:SecureTransport": "false"}}),
        _denied(
            "s3:PutObject",
            objects,
            {
                "Null": {"s3:if-none-match": "true"},
                # parts of an upload have no such header; what completes it has
                "Bool": {"s3:ObjectCreationOperation": "true"},
            },
        ),
        _denied(["s3:DeleteObject", "s3:DeleteObjectVersion"], objects),
    )


def lifecycle(days: int) -> list[Any]:
    """Return the rules by which the bucket deletes its objects after some days.

    An object that expires becomes an old version, which is deleted a day later; object lock keeps
    it for as long as it is locked.
    """
    return [
        {
            "id": "prune",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": {"days": days},
            "noncurrent_version_expiration": {"noncurrent_days": 1},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
        },
        {
            "id": "prune-markers",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "expiration": {"expired_object_delete_marker": True},
        },
    ]


def _denied(
    action: str | list[str], resource: str | list[str], condition: object = None
) -> dict[str, object]:
    denied = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource}
    return {**denied, **({"Condition": condition} if condition else {})}


def _policy(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
