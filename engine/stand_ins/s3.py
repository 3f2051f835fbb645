"""Buckets of the stand-in for pulumi-aws, and their settings, which are resources of their own.

Behaviour: hashicorp/terraform-provider-aws, internal/service/s3/bucket.go, bucket_versioning.go,
bucket_object_lock_configuration.go, bucket_server_side_encryption_configuration.go,
bucket_public_access_block.go, bucket_policy.go, bucket_lifecycle_configuration.go.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from engine.stand_ins.resource import Resource, as_json
from engine.stand_ins.stand_in import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.stand_ins.stand_in import Values

MISSING = (
    *("NoSuchBucket", "ObjectLockConfigurationNotFoundError", "NoSuchLifecycleConfiguration"),
    *("ServerSideEncryptionConfigurationNotFoundError", "NoSuchPublicAccessBlockConfiguration"),
    *("NoSuchBucketPolicy", "StatusCode: 404"),
)


class Ask(Protocol):
    """A request to S3."""

    def __call__(self, operation: str, **given: object) -> dict[str, Any]:
        """Return the answer."""


@dataclass(frozen=True)
class Setting:
    """One setting of a bucket: the operations, and how inputs and answers are named."""

    put: str
    get: str
    delete: str
    """None of S3's operations where S3 cannot take the setting back: empty."""
    to_s3: Callable[[Values], Values]
    from_s3: Callable[[Values], Values]
    compared: Mapping[str, Callable[[object], object]]


_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _upper(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return inputs of the SDK by S3's names, which differ in the first letter alone."""
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _upper(each) for name, each in value.items()}
    return [_upper(each) for each in value] if isinstance(value, list) else value


def _lower(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _lower(each) for name, each in value.items()}
    return [_lower(each) for each in value] if isinstance(value, list) else value


def _rules(inputs: Values) -> Values:
    """Return lifecycle rules by S3's names."""
    rules = _upper(inputs["rules"])
    for rule in rules:
        rule["ID"] = rule.pop("Id")
    return {"LifecycleConfiguration": {"Rules": rules}}


def _live_rules(answer: Values) -> Values:
    rules = [{"Id": each.pop("ID"), **each} for each in answer["Rules"]]
    return {"rules": _lower(rules)}


def _live_lock(answer: Values) -> Values:
    """Return a default retention, without the unit that it does not have: moto shows it as 0."""
    retention = answer.get("Rule", {}).get("DefaultRetention", {})
    return {"defaultRetention": _lower({key: each for key, each in retention.items() if each})}


def _encryption(inputs: Values) -> Values:
    """Return encryption rules by S3's names, of which one is not the SDK's."""
    written = json.dumps(_upper(inputs["rules"])).replace("SseAlgorithm", "SSEAlgorithm")
    return {"ServerSideEncryptionConfiguration": {"Rules": json.loads(written)}}


def _live_encryption(answer: Values) -> Values:
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    own = [each["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for each in rules]
    return {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": it}} for it in own]}


SETTINGS: Mapping[str, Setting] = {
    "aws:s3/bucketVersioning:BucketVersioning": Setting(
        *("PutBucketVersioning", "GetBucketVersioning", ""),
        lambda inputs: {
            "VersioningConfiguration": {"Status": inputs["versioningConfiguration"]["status"]}
        },
        lambda answer: {"versioningConfiguration": {"status": answer.get("Status", "Disabled")}},
        {},
    ),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": Setting(
        *("PutObjectLockConfiguration", "GetObjectLockConfiguration", ""),
        lambda inputs: {
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": _upper(inputs["rule"]),
            }
        },
        lambda answer: {
            "objectLockEnabled": "Enabled",
            "rule": _live_lock(answer["ObjectLockConfiguration"]),
        },
        {},
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        Setting(
            *("PutBucketEncryption", "GetBucketEncryption", "DeleteBucketEncryption"),
            _encryption,
            _live_encryption,
            {},
        )
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Setting(
        *("PutPublicAccessBlock", "GetPublicAccessBlock", "DeletePublicAccessBlock"),
        lambda inputs: {
            "PublicAccessBlockConfiguration": _upper({name: inputs[name] for name in _BLOCKS})
        },
        lambda answer: dict(_lower(answer["PublicAccessBlockConfiguration"])),
        {},
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Setting(
        *("PutBucketPolicy", "GetBucketPolicy", "DeleteBucketPolicy"),
        lambda inputs: {"Policy": inputs["policy"]},
        lambda answer: {"policy": answer["Policy"]},
        {"policy": as_json},
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Setting(
        *("PutBucketLifecycleConfiguration", "GetBucketLifecycleConfiguration"),
        "DeleteBucketLifecycle",
        _rules,
        _live_rules,
        {},
    ),
}


def resources(ask: Ask, region: Callable[[], str]) -> Mapping[str, Resource]:
    """Return the resources of S3, which makes buckets in a ``region``."""
    settings = {token: _setting(ask, setting) for token, setting in SETTINGS.items()}
    return {"aws:s3/bucket:Bucket": _bucket(ask, region), **settings}


def _bucket(ask: Ask, region: Callable[[], str]) -> Resource:
    def create(inputs: Values) -> tuple[str, Values]:
        name = inputs["bucket"]
        ask(
            "CreateBucket",
            Bucket=name,
            ObjectLockEnabledForBucket=bool(inputs.get("objectLockEnabled")),
            CreateBucketConfiguration={"LocationConstraint": region()},
        )
        tag(name, inputs)
        return name, {"arn": f"arn:aws:s3:::{name}"}

    def tag(name: str, inputs: Values) -> None:
        tags = [{"Key": key, "Value": value} for key, value in inputs.get("tags", {}).items()]
        ask("PutBucketTagging", Bucket=name, Tagging={"TagSet": tags})

    def read(name: str) -> Values | None:
        tags = _there(ask, "GetBucketTagging", name)
        if tags is None:
            return None
        lock = _there(ask, "GetObjectLockConfiguration", name)
        return {
            "arn": f"arn:aws:s3:::{name}",
            "bucket": name,
            "forceDestroy": False,
            "objectLockEnabled": lock is not None,
            "tags": {each["Key"]: each["Value"] for each in tags["TagSet"]},
        }

    def delete(name: str) -> None:
        ask("DeleteBucket", Bucket=name)

    return Resource(
        create=create,
        read=read,
        update=tag,
        delete=delete,
        replaced_by=frozenset({"bucket", "objectLockEnabled"}),
        computed=frozenset({"arn"}),
    )


def _setting(ask: Ask, setting: Setting) -> Resource:
    def put(bucket: str, inputs: Values) -> None:
        ask(setting.put, Bucket=bucket, **setting.to_s3(inputs))

    def create(inputs: Values) -> tuple[str, Values]:
        put(inputs["bucket"], inputs)
        return inputs["bucket"], {}

    def read(bucket: str) -> Values | None:
        answer = _there(ask, setting.get, bucket)
        return None if answer is None else {"bucket": bucket, **setting.from_s3(answer)}

    def delete(bucket: str) -> None:
        if setting.delete:
            ask(setting.delete, Bucket=bucket)

    return Resource(
        create=create,
        read=read,
        update=put,
        delete=delete,
        replaced_by=frozenset({"bucket"}),
        compared=setting.compared,
    )


def _there(ask: Ask, operation: str, bucket: str) -> dict[str, Any] | None:
    """Return S3's answer, or None where there is no such bucket or setting."""
    try:
        return ask(operation, Bucket=bucket)
    except PluginError as error:
        if any(each in str(error) for each in MISSING):
            return None
        raise
