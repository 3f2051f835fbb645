"""The bucket of the audit archive, as its writer sees it: it adds objects, and reads none.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_MOST_TRIES = 5
"""Of a write that another one gets in the way of."""

_HIDDEN = frozenset({"AccessDenied", "NoSuchKey", "403", "404", "NoSuchObjectLockConfiguration"})
"""How S3 answers for an object that is not there to those who may not list the bucket."""

_EXPIRED = frozenset(
    {"ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch"}
)


class S3(Protocol):
    """What is used of boto3's client."""

    def put_object(self, **given: object) -> Mapping[str, Any]:
        """Add an object."""

    def get_object_retention(self, **given: object) -> Mapping[str, Any]:
        """Return until when an object is locked."""

    def get_object_lock_configuration(self, **given: object) -> Mapping[str, Any]:
        """Return how a bucket locks new objects."""


def client(region: str) -> S3:
    """Return a client with the login of this machine or job.

    Raises:
        UserError: There is none that can be used.
    """
    make: Callable[..., S3] = boto3.client
    with _errors(""):
        return make(
            "s3",
            region_name=region,
            config=Config(retries={"mode": "standard", "total_max_attempts": _MOST_TRIES}),
        )


@dataclass(frozen=True)
class Bucket:
    """The part of an archive that belongs to one organization."""

    s3: S3
    name: str
    account: str
    """Whose bucket it has to be; S3 refuses requests if it is somebody else's."""
    folder: str

    def require_lock(self) -> None:
        """Require that the bucket keeps what is added.

        Raises:
            UserError: It does not, it is not there, or it is somebody else's.
        """
        with _errors(self.name, self.account):
            found = self.s3.get_object_lock_configuration(**self._own())
        lock = found.get("ObjectLockConfiguration", {})
        default = lock.get("Rule", {}).get("DefaultRetention", {})
        if lock.get("ObjectLockEnabled") != "Enabled" or not default.get("Mode"):
            raise UserError(_unlocked(self.name))

    def has(self, name: str) -> bool:
        """Say whether an object is there. Its content is not read.

        Raises:
            UserError: S3 does not answer.
        """
        with _errors(self.name, self.account):
            try:
                self.s3.get_object_retention(Key=self._key(name), **self._own())
            except ClientError as error:
                if _code(error) in _HIDDEN:
                    return False
                raise
        return True

    def add(self, name: str, content: bytes) -> bool:
        """Add an object, unless there is one of this name; say whether it was added.

        Raises:
            UserError: S3 refuses, or does not answer.
        """
        given = {"Key": self._key(name), "Body": content, "IfNoneMatch": "*", **self._own()}
        with _errors(self.name, self.account):
            for left in range(_MOST_TRIES - 1, -1, -1):
                try:
                    self.s3.put_object(**given)
                except ClientError as error:
                    if _code(error) == "PreconditionFailed":
                        return False
                    if _code(error) != "ConditionalRequestConflict" or not left:
                        raise
                else:
                    break
        return True

    def _key(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def _own(self) -> dict[str, object]:
        return {"Bucket": self.name, "ExpectedBucketOwner": self.account}


def _unlocked(bucket: str) -> str:
    return (
        f"the bucket {bucket} has no object lock with a default retention, so that what is added "
        "could be deleted; nothing was added. `portcullis up` makes one that has it, if "
        "audit_archive.bucket is a new name"
    )


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def _errors(bucket: str, account: str = "") -> Iterator[None]:
    """Tell in words why S3 was asked in vain; its own words may quote what was sent.

    Raises:
        UserError: It was.
    """
    try:
        yield
    except NoCredentialsError:
        raise UserError(
            "there is no login to AWS: in a workflow, aws-actions/configure-aws-credentials "
            "makes one from the variables AWS_ROLE_ARN and AWS_REGION (docs/audit-archive.md)"
        ) from None
    except BotoCoreError as error:
        raise UserError(f"S3 does not answer ({type(error).__name__}); run it again") from None
    except ClientError as error:
        code = _code(error)
        if code == "ObjectLockConfigurationNotFoundError":
            raise UserError(_unlocked(bucket)) from None
        if code == "NoSuchBucket":
            raise UserError(
                f"there is no bucket {bucket}: run `portcullis up` first, or correct "
                "audit_archive.bucket"
            ) from None
        if code in _EXPIRED:
            raise UserError("the login to AWS is wrong, or has expired: log in again") from None
        if code in {"AccessDenied", "403"}:
            raise UserError(
                f"S3 refuses access to the bucket {bucket}: it is not of the account {account} "
                "(trust.aws.account), or this login is not the archive's writer"
            ) from None
        raise UserError(f"S3 answered {code or 'with an error'}; run it again") from None
