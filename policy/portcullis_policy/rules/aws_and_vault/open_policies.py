"""TR: policies of keys, secrets, images and buckets that are for everybody, and long sessions."""

import json
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics.aws_and_vault import (
    BUCKET_POLICY,
    ECR_POLICY,
    KEY,
    KEY_POLICY,
    RESOURCE_POLICIES,
    ROLE,
)
from portcullis_policy.semantics.trust.aws_roles import doors, is_for_everybody
from portcullis_policy.semantics.trust.github_tokens import ISSUER
from portcullis_policy.semantics.trust.iam import allows, is_for_action, statements
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

LONGEST_SECONDS = 3600
_WHOSE = (
    *("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"),
    *("aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid"),
    *("kms:calleraccount", "aws:sourcevpce", "aws:sourcevpc"),
)
_WRITES = ("s3:PutObject", "s3:DeleteObject", "s3:PutBucketPolicy", "s3:PutObjectAcl")
_FIELDS = ("policy", "policyDocument")
_SUBJECT = "repo:guild/escai:environment:pypi-release"
_ROLE: Mapping[str, object] = {
    "name": "release",
    "assumeRolePolicy": {
        "Statement": {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"},
            "Condition": {
                "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": _SUBJECT}
            },
        }
    },
}


class SessionsShort(ResourceRule):
    """A session of a workflow job's AWS role lasts an hour at most.

    A session outlives the job that started it, and is hard to revoke. An hour is AWS's default, and
    nearly every job ends earlier.
    """

    id = "TR013"
    title = "workflow jobs assume an AWS role for longer than an hour"
    severity = Severity.HIGH
    maps = ssdf("PO.5.1")
    resource_types = (ROLE,)
    remediation = "Remove `maxSessionDuration`, or set it to at most 3600."
    good = (
        example("AWS's default", ROLE, _ROLE),
        example("an hour", ROLE, _ROLE, maxSessionDuration=3600),
        example(
            "a role of people",
            ROLE,
            {
                "assumeRolePolicy": {
                    "Statement": {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"AWS": "arn:aws:iam::123456789012:role/admin"},
                    }
                },
                "maxSessionDuration": 43200,
            },
        ),
    )
    bad = (
        example("twelve hours", ROLE, _ROLE, maxSessionDuration=43200),
        example("unknown at preview", ROLE, _ROLE, maxSessionDuration=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        longest = resource.facts.number("maxSessionDuration")
        if longest is not UNKNOWN and (longest or 0) <= LONGEST_SECONDS:
            return
        if doors(resource.facts):
            yield finding("`maxSessionDuration` is over an hour", value=longest)


class NotForEverybody(ResourceRule):
    """The policy of a key, a secret, a registry or a bucket names who has access.

    A statement for everybody (`*`) is open to every AWS account. Everybody may read a public
    bucket, such as a website, but only named principals may write to it. A condition that names the
    account or the organization of the caller limits the statement.
    """

    id = "TR014"
    title = "the policy of a key, secret, registry or bucket lets everybody in"
    severity = Severity.CRITICAL
    maps = (*cis("2.1.7"), *ssdf("PO.5.1"))
    resource_types = RESOURCE_POLICIES
    remediation = "Name the accounts or roles as principals."
    waits = True
    _OPEN: Mapping[str, object] = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    good = (
        example(
            "the key's own account",
            KEY,
            {
                "policy": json.dumps(
                    {
                        "Statement": {
                            **_OPEN,
                            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                            "Action": "kms:*",
                        }
                    }
                )
            },
        ),
        example("AWS's own policy", KEY, {"enableKeyRotation": True}),
        example(
            "callers of one account",
            KEY_POLICY,
            {
                "policy": {
                    "Statement": {
                        **_OPEN,
                        "Condition": {"StringEquals": {"kms:CallerAccount": "123456789012"}},
                    }
                }
            },
        ),
        example(
            "a public website, and writing over HTTP is denied",
            BUCKET_POLICY,
            {
                "policy": {
                    "Statement": [
                        {**_OPEN, "Action": "s3:GetObject"},
                        {**_OPEN, "Effect": "Deny", "Action": "s3:*"},
                    ]
                }
            },
        ),
    )
    bad = (
        example("everybody decrypts", KEY, {"policy": json.dumps({"Statement": _OPEN})}),
        example(
            "everybody, by a policy of its own",
            KEY_POLICY,
            {"policy": {"Statement": {**_OPEN, "Principal": {"AWS": ["*"]}}}},
        ),
        example(
            "every account but one pushes images",
            ECR_POLICY,
            {
                "policy": {
                    "Statement": {
                        "Effect": "Allow",
                        "NotPrincipal": {"AWS": "123456789012"},
                        "Action": "ecr:*",
                    }
                }
            },
        ),
        example(
            "everybody writes to a bucket",
            BUCKET_POLICY,
            {"bucket": "website", "policy": {"Statement": {**_OPEN, "Action": "s3:Put*"}}},
        ),
        example("cannot be read", KEY, {"policy": "{"}),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        field = next((name for name in _FIELDS if resource.facts.at(name) is not None), _FIELDS[0])
        found = statements(resource.facts, field)
        if found is UNKNOWN:
            seen = resource.facts.at(field)
            yield finding(f"`{field}` cannot be read", value=UNKNOWN if seen is UNKNOWN else None)
            return
        harmless = _reads_only if resource.type == BUCKET_POLICY else _never
        for statement in found:
            if (
                allows(statement)
                and is_for_everybody(statement, _WHOSE)
                and not harmless(statement)
            ):
                yield finding("a statement allows something to everybody")


def _reads_only(statement: Mapping[str, object]) -> bool:
    """Say whether a statement of a bucket's policy allows nothing but reading."""
    return not is_for_action(statement, *_WRITES)


def _never(statement: Mapping[str, object]) -> bool:
    del statement
    return False


RULES = (SessionsShort, NotForEverybody)
