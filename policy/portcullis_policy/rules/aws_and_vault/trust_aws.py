"""TR: what AWS trusts GitHub's identity tokens with, in plain pulumi-aws resources."""

import json
import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Example, example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics.aws_and_vault import (
    GITHUB_ISSUER,
    GROUP_POLICY,
    OIDC_PROVIDER,
    POLICY,
    POLICY_ATTACHMENTS,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    USER_POLICY,
    allows,
    conditions,
    is_everything,
    principals,
    statements,
    texts,
)
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_AUDIENCE = "sts.amazonaws.com"
_EXACT = ("stringequals", "stringlike", "foranyvalue:stringequals", "foranyvalue:stringlike")
"""Operators that hold only if the key is there and matches. `...IfExists` and `ForAllValues` also
hold for a token without it. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
_SUB_OF_ONE = re.compile(
    r"(?=.*(^|:)(repo|repository|repository_id):[^:]+)(?=.*(^|:)environment:[^:]+)[^*?]+"
)
_ADMINISTRATOR = re.compile(
    r"arn:aws[\w-]*:iam::aws:policy/(AdministratorAccess|PowerUserAccess|IAMFullAccess)"
)
_SUB = f"{GITHUB_ISSUER}:sub"
_AUD = f"{GITHUB_ISSUER}:aud"


def _trust(condition: object) -> dict[str, object]:
    """Return a role that trusts GitHub under a condition."""
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{GITHUB_ISSUER}"},
        "Condition": condition,
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"name": "release", "assumeRolePolicy": json.dumps(policy)}


def _equals(**keys: object) -> dict[str, object]:
    named = {"sub": _SUB, "aud": _AUD}
    return {"StringEquals": {named[key]: value for key, value in keys.items()}}


def _role(note: str, condition: object) -> Example:
    return example(note, ROLE, _trust(condition))


_ONE = "repo:guild/escai:environment:pypi-release"
_GOOD = _role("one repository, one environment", _equals(sub=_ONE, aud=_AUDIENCE))
_OTHERS = example(
    "trust in something other than GitHub",
    ROLE,
    {
        "assumeRolePolicy": json.dumps(
            {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}}
        )
    },
)


def _github_trusts(resource: Resource) -> list[Mapping[str, object]] | None:
    """Return the statements by which a role trusts GitHub; None if they cannot be seen."""
    found = statements(resource.facts, "assumeRolePolicy")
    if found is UNKNOWN:
        return None
    return [
        item
        for item in found
        if allows(item)
        and (
            any(GITHUB_ISSUER in principal.lower() for principal in principals(item))
            or any(GITHUB_ISSUER in key for _, key, _ in conditions(item))
        )
    ]


class AudienceChecked(ResourceRule):
    """An AWS role that trusts GitHub accepts only tokens made for AWS.

    A workflow can request a token for any audience. Without the audience condition, a token made
    for another service opens the role.
    """

    id = "TR001"
    title = "an AWS role takes GitHub's tokens for any audience"
    severity = Severity.HIGH
    maps = ssdf("PO.5.1")
    resource_types = (ROLE,)
    remediation = f"Add the condition StringEquals `{_AUD}`: `{_AUDIENCE}`."
    waits = True
    good = (_GOOD, _OTHERS)
    bad = (
        _role("no condition on the audience", _equals(sub=_ONE)),
        _role("an audience with a wildcard", {**_equals(sub=_ONE), "StringLike": {_AUD: "*"}}),
        _role(
            "a condition `IfExists`",
            {**_equals(sub=_ONE), "StringEqualsIfExists": {_AUD: _AUDIENCE}},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        trusts = _github_trusts(resource)
        if trusts is None:
            yield finding("`assumeRolePolicy` cannot be read", value=UNKNOWN)
        for statement in trusts or ():
            given = _compared(statement, "aud")
            if not any(values and not any(_wild(value) for value in values) for values in given):
                yield finding("a statement has no condition on `aud`")


class SubjectOfOneEnvironment(ResourceRule):
    """An AWS role that trusts GitHub trusts one environment of one repository.

    A wildcard in `sub` trusts every branch and pull request of a repository, or every repository of
    an organization. Without `sub`, the role trusts all of GitHub. Only an environment has
    reviewers.
    """

    id = "TR002"
    title = "an AWS role trusts more than one environment of one repository"
    severity = Severity.CRITICAL
    maps = (*cis("2.1.7"), *ssdf("PO.5.1"))
    resource_types = (ROLE,)
    remediation = f"Add StringEquals `{_SUB}`: `repo:OWNER/REPO:environment:NAME`."
    waits = True
    good = (
        _GOOD,
        _OTHERS,
        _role("by StringLike, without wildcard", {"StringLike": {_SUB: [_ONE]}}),
        _role("two environments, each named", _equals(sub=[_ONE, _ONE.replace("pypi", "npm")])),
        _role("names with ids", _equals(sub="repo:guild@1182/escai@5521:environment:pypi-release")),
    )
    bad = (
        _role("no condition on the subject", _equals(aud=_AUDIENCE)),
        _role("no condition at all", {}),
        _role("every branch", {"StringLike": {_SUB: "repo:guild/escai:*"}}),
        _role("every repository", {"StringLike": {_SUB: "repo:guild/*:environment:pypi-release"}}),
        _role("a branch, not an environment", _equals(sub="repo:guild/escai:ref:refs/heads/main")),
        _role("two subjects, one of them too wide", {"StringLike": {_SUB: [_ONE, "repo:guild/*"]}}),
        _role("a condition `IfExists`", {"StringEqualsIfExists": {_SUB: _ONE}}),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        trusts = _github_trusts(resource)
        if trusts is None:
            yield finding("`assumeRolePolicy` cannot be read", value=UNKNOWN)
        for statement in trusts or ():
            given = _compared(statement, "sub")
            if not given:
                yield finding("a statement has no condition on `sub`")
            elif not any(v and all(_SUB_OF_ONE.fullmatch(sub) for sub in v) for v in given):
                yield finding("`sub` is not one repository and one environment")


class NoPolicyForEverything(ResourceRule):
    """No role, user or group of a pipeline may do everything in AWS.

    A release needs a few actions on a few resources. `*` on `*` is the whole account, and so is
    `iam:*`, which can grant itself the rest.
    """

    id = "TR003"
    title = "an AWS policy allows everything on everything"
    severity = Severity.HIGH
    maps = ssdf("PO.5.1")
    resource_types = (ROLE, ROLE_POLICY, USER_POLICY, GROUP_POLICY, POLICY, *POLICY_ATTACHMENTS)
    remediation = "Name the actions and resources that are needed."
    waits = True
    _EVERYTHING: Mapping[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    _ALL: Mapping[str, object] = {"Statement": _EVERYTHING}
    _NONE: Mapping[str, object] = {"Statement": {**_EVERYTHING, "Effect": "Deny"}}
    _SOME: Mapping[str, object] = {
        "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": "*"}]
    }
    good = (
        example(
            "one action on one resource", ROLE_POLICY, {"role": "r", "policy": json.dumps(_SOME)}
        ),
        example("everything is denied", POLICY, {"policy": json.dumps(_NONE)}),
        _GOOD,
        example(
            "a small managed policy",
            ROLE_POLICY_ATTACHMENT,
            {"role": "r", "policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"},
        ),
    )
    bad = (
        example("a policy of a role", ROLE_POLICY, {"role": "r", "policy": json.dumps(_ALL)}),
        example("a policy as an object", POLICY, {"policy": _ALL}),
        example(
            "a policy inside the role",
            ROLE,
            {"inlinePolicies": [{"name": "a", "policy": json.dumps(_ALL)}]},
        ),
        example(
            "AdministratorAccess",
            ROLE_POLICY_ATTACHMENT,
            {"role": "r", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
        example(
            "everything but one resource",
            POLICY,
            {"policy": {"Statement": {"Effect": "Allow", "Action": "*", "NotResource": "arn:x"}}},
        ),
        example(
            "all of IAM, written differently",
            USER_POLICY,
            {
                "policy": {
                    "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:*"}
                }
            },
        ),
        example("a policy of a group", GROUP_POLICY, {"group": "g", "policy": json.dumps(_ALL)}),
        *(
            example(
                f"IAMFullAccess, by {kind.rpartition(':')[2]}",
                kind,
                {"policyArn": "arn:aws:iam::aws:policy/IAMFullAccess"},
            )
            for kind in POLICY_ATTACHMENTS[1:]
        ),
        example("not JSON", ROLE_POLICY, {"role": "r", "policy": "{"}),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        facts = resource.facts
        inline = facts.blocks("inlinePolicies") if resource.type == ROLE else [facts]
        for block in [] if inline is UNKNOWN else inline:
            found = statements(block, "policy")
            if found is UNKNOWN:
                seen = block.at("policy")
                yield finding("`policy` cannot be read", value=UNKNOWN if seen is UNKNOWN else None)
            elif any(is_everything(item) for item in found):
                yield finding("a statement allows every action on every resource")
        managed = [*texts(facts.at("managedPolicyArns")), *texts(facts.at("policyArn"))]
        if any(_ADMINISTRATOR.fullmatch(arn) for arn in managed):
            yield finding("a managed policy for administrators is attached")


class ProviderForAws(ResourceRule):
    """The AWS account accepts GitHub's tokens for AWS's audience only.

    Each client id is an audience that can open every role of the account.
    """

    id = "TR004"
    title = "an AWS account takes GitHub's tokens for other audiences"
    severity = Severity.MEDIUM
    maps = ssdf("PO.5.1")
    resource_types = (OIDC_PROVIDER,)
    remediation = f"Set `clientIdLists: [{_AUDIENCE}]`."
    _PROVIDER: Mapping[str, object] = {
        "url": f"https://{GITHUB_ISSUER}",
        "clientIdLists": [_AUDIENCE],
    }
    good = (
        example("the audience of AWS", OIDC_PROVIDER, _PROVIDER),
        example(
            "another issuer", OIDC_PROVIDER, {"url": "https://x.example", "clientIdLists": ["a"]}
        ),
    )
    bad = (
        example(
            "other audiences too", OIDC_PROVIDER, _PROVIDER, clientIdLists=[_AUDIENCE, "guild"]
        ),
        example("no audience", OIDC_PROVIDER, _PROVIDER, clientIdLists=[]),
        example("unknown at preview", OIDC_PROVIDER, _PROVIDER, clientIdLists=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        url, clients = resource.facts.text("url"), resource.facts.entries("clientIdLists")
        if isinstance(url, str) and GITHUB_ISSUER not in url.lower():
            return
        if (
            clients is UNKNOWN
            or [client for client in clients if client != _AUDIENCE]
            or not clients
        ):
            detail = f"`clientIdLists` is not `{_AUDIENCE}` alone"
            yield finding(detail, value=UNKNOWN if clients is UNKNOWN else None)


def _compared(statement: Mapping[str, object], claim: str) -> list[list[str]]:
    """Return the values that a claim of the token has to have, condition by condition."""
    return [
        values
        for operator, key, values in conditions(statement)
        if operator in _EXACT and key.endswith(f":{claim}")
    ]


def _wild(value: str) -> bool:
    return "*" in value or "?" in value


RULES = (AudienceChecked, SubjectOfOneEnvironment, NoPolicyForEverything, ProviderForAws)
