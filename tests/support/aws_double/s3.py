"""What moto lacks of S3, and archives use.

Who owns a bucket, until when an object is locked, and conditions in a bucket's policy:
moto takes each of those as a denial. A request here counts as one with TLS.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html. Who may not list a
bucket gets 403 for an object that is not there, as from HeadObject.
"""

from __future__ import annotations

import contextvars
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.exceptions import S3AccessDeniedError
from moto.s3.models import FakeBucket
from moto.s3.responses import ACTION_MAP, S3Response
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ERROR = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
RETENTION = (
    '<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>{}</Mode>'
    "<RetainUntilDate>{}</RetainUntilDate></Retention>"
)
_get = S3Response._key_response_get  # noqa: SLF001 - it is completed here


_keys: contextvars.ContextVar[dict[str, str]] = contextvars.ContextVar("keys")
"""The condition keys of the request, by their names in policies."""


def begin(environ: WSGIEnvironment) -> None:
    """Note what conditions are about."""
    found = {"aws:SecureTransport": "true", "s3:ObjectCreationOperation": "true"}
    if "HTTP_IF_NONE_MATCH" in environ:
        found["s3:if-none-match"] = environ["HTTP_IF_NONE_MATCH"]
    _keys.set(found)


def _permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
    """What a bucket's policy says of a request, for the statements whose conditions hold."""
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    statements = [
        {name: value for name, value in each.items() if name != "Condition"}
        for each in policy["Statement"]
        if all(_holds(*given) for given in each.get("Condition", {}).items())
    ]
    found = IAMPolicy(json.dumps({**policy, "Statement": statements}))
    return found.is_action_permitted(action, resource)


def _holds(operator: str, keys: dict[str, str]) -> bool:
    given = _keys.get()
    if operator == "Null":
        return all((key not in given) == (value == "true") for key, value in keys.items())
    assert operator == "Bool", operator
    return all(given.get(key) == value for key, value in keys.items())


def is_of_another_account(environ: WSGIEnvironment) -> bool:
    """Whether a request is for a bucket of another account than the one that has them here."""
    expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER", DEFAULT_ACCOUNT_ID)
    return bool(expected != DEFAULT_ACCOUNT_ID)


def refused() -> Response:
    """S3's answer to who may not."""
    return Response(ERROR, HTTPStatus.FORBIDDEN, mimetype="application/xml")


def complete() -> None:
    """Let moto answer, and check rights for, what it does not know."""
    ACTION_MAP["BUCKET"]["GET"]["object-lock"] = "GetBucketObjectLockConfiguration"
    ACTION_MAP["BUCKET"]["PUT"]["object-lock"] = "PutBucketObjectLockConfiguration"
    ACTION_MAP["KEY"]["GET"]["retention"] = "GetObjectRetention"
    ACTION_MAP["KEY"]["PUT"]["retention"] = "PutObjectRetention"
    setattr(FakeBucket, "get_permission", _permission)  # noqa: B010 - mypy refuses a method
    setattr(S3Response, "_key_response_get", _retention)  # noqa: B010 - mypy refuses a method


def _retention(self: S3Response, query: dict[str, Any], key_name: str) -> Any:  # noqa: ANN401 - moto's own
    if "retention" not in query:
        return _get(self, query, key_name)
    self._set_action("KEY", "GET", query)
    self._authenticate_and_authorize_s3_action(bucket_name=self.bucket_name, key_name=key_name)
    key = self.backend.get_object(self.bucket_name, self.parse_key_name())
    if key is None:
        raise S3AccessDeniedError
    return 200, {}, RETENTION.format(key.lock_mode, key.lock_until)
