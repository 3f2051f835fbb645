"""TR: what AWS trusts GitHub's identity tokens with, in plain pulumi-aws resources."""

import json
import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Example, example
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics.aws_and_vault import (
    GROUP_POLICY,
    OIDC_PROVIDER,
    POLICY,
    POLICY_ATTACHMENTS,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    STATIC_KEYS,
    USER_POLICY,
)
from portcullis_policy.semantics.languages.automata import TooComplexError
from portcullis_policy.semantics.trust.aws_roles import Door, doors, strangers
from portcullis_policy.semantics.trust.github_tokens import (
    ISSUER,
    SUBJECT_OF_ONE,
    is_default_audience,
    is_issuer,
    shown,
)
from portcullis_policy.semantics.trust.iam import (
    Statement,
    allows,
    is_for_action,
    is_for_all_resources,
    is_for_names_by_end,
    is_literal,
    matches,
    statements,
    texts,
    whole_service,
)
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_AUDIENCE = "sts.amazonaws.com"
_ADMINISTRATOR = re.compile(
    r"arn:aws[\w-]*:iam::aws:policy/([\w-]+/)*"
    r"(AdministratorAccess.*|PowerUserAccess|\w*FullAccess|\w*Administrator"
    r"|AWSKeyManagementServicePowerUser|SecretsManagerReadWrite)",
    re.IGNORECASE,
)
_ON_ROLES = (
    *("iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"),
    *("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"),
)
"""Actions that change what a role may do, or who may assume it."""
_ESCALATING = (
    *("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreateAccessKey"),
    *("iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:AddUserToGroup", "iam:PassRole"),
    *("iam:AttachUserPolicy", "iam:AttachGroupPolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy"),
    *_ON_ROLES,
    *("iam:CreateOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint"),
    *("iam:AddClientIDToOpenIDConnectProvider", "iam:CreateSAMLProvider", "iam:UpdateSAMLProvider"),
    *("sts:AssumeRole", "secretsmanager:GetSecretValue", "kms:Decrypt", "kms:CreateGrant"),
    *("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "lambda:UpdateFunctionCode"),
    *("ssm:SendCommand", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
    *("s3:PutObject", "s3:DeleteObject", "s3:PutBucketPolicy", "ec2:ModifyInstanceAttribute"),
    *("ecr:PutImage", "codeartifact:PublishPackageVersion"),
    *("cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors"),
)
"""Actions that, on everything, give their holder the rights or the secrets of all others, change
what all others release, or stop the log.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"""
_SUB = f"{ISSUER}:sub"
_AUD = f"{ISSUER}:aud"
_PROVIDER_ARN = f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"


def _statement(condition: object, **changes: object) -> dict[str, object]:
    """Return a statement that trusts GitHub under a condition; None takes an element away."""
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": _PROVIDER_ARN},
        "Condition": condition,
        **changes,
    }
    return {name: value for name, value in statement.items() if value is not None}


def _roles(note: str, *given: Mapping[str, object]) -> Example:
    """Return an example of a role whose trust has several statements."""
    policy = {"Version": "2012-10-17", "Statement": list(given)}
    return example(note, ROLE, {"name": "release", "assumeRolePolicy": json.dumps(policy)})


def _equals(**keys: object) -> dict[str, object]:
    named = {"sub": _SUB, "aud": _AUD}
    return {"StringEquals": {named[key]: value for key, value in keys.items()}}


def _role(note: str, condition: object) -> Example:
    return _roles(note, _statement(condition))


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


_TWICE = json.dumps({"Statement": _statement(_equals(sub=_ONE))}).replace(
    '"Action"', '"Effect": "Allow", "Action"'
)
_DENIED = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity"}


class AudienceChecked(ResourceRule):
    """An AWS role that trusts GitHub accepts only tokens made for AWS.

    A workflow can request a token for any audience. Without the audience condition, a token made
    for another service opens the role. A token that a job requests without an audience has
    `https://github.com/OWNER`, so that audience is for every service.
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
        _role(
            "GitHub's default audience besides",
            _equals(sub=_ONE, aud=[_AUDIENCE, "https://github.com/guild"]),
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        found = doors(resource.facts)
        if found is UNKNOWN:
            seen = resource.facts.at("assumeRolePolicy")
            yield finding("`assumeRolePolicy` cannot be read", value=seen)
            return
        for door in found:
            groups = door.audience.positive
            if not any(all(is_literal(text) for text, _, _ in group) for group in groups):
                yield finding("a statement has no condition on `aud`")
            elif all(any(is_default_audience(text) for text, _, _ in group) for group in groups):
                yield finding("`aud` admits GitHub's default audience, which is for every service")


class SubjectOfOneEnvironment(ResourceRule):
    """An AWS role that trusts GitHub trusts one environment of one repository.

    A wildcard in `sub` trusts every branch and pull request of a repository, or every repository of
    an organization. Without `sub`, the role trusts all of GitHub. Only an environment has
    reviewers. A statement that lets in everybody of another identity provider or of another AWS
    account goes around all of it.
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
        _role(
            "a pattern that another condition narrows",
            {"StringLike": {_SUB: "repo:guild/*"}, "StringEquals": {_SUB: _ONE}},
        ),
        _role("in any case", {"StringEqualsIgnoreCase": {_SUB: _ONE}}),
        _roles(
            "a pattern, and everything else is denied",
            _statement({"StringLike": {_SUB: "repo:guild/escai:*"}}),
            {**_DENIED, "Condition": {"StringNotEquals": {_SUB: [_ONE]}}},
        ),
        _roles(
            "everybody of one organization of AWS",
            _statement(
                {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
                Action="sts:AssumeRole",
                Principal={"AWS": "*"},
            ),
        ),
        _role("names with ids", _equals(sub="repo:guild@1182/escai@5521:environment:pypi-release")),
        _roles(
            "one role of another account, and one user of another provider",
            _statement(_equals(sub=_ONE, aud=_AUDIENCE)),
            _statement(
                None,
                Action="sts:AssumeRole",
                Principal={"AWS": "arn:aws:iam::210987654321:role/audit"},
            ),
            _statement(
                {"StringEquals": {"accounts.google.com:sub": "1182"}},
                Principal={"Federated": "accounts.google.com"},
            ),
        ),
    )
    bad = (
        _role("no condition on the subject", _equals(aud=_AUDIENCE)),
        _role("no condition at all", {}),
        _role("every branch", {"StringLike": {_SUB: "repo:guild/escai:*"}}),
        _role("every repository", {"StringLike": {_SUB: "repo:guild/*:environment:pypi-release"}}),
        _role("a branch, not an environment", _equals(sub="repo:guild/escai:ref:refs/heads/main")),
        _role("two subjects, one of them too wide", {"StringLike": {_SUB: [_ONE, "repo:guild/*"]}}),
        _role("a condition `IfExists`", {"StringEqualsIfExists": {_SUB: _ONE}}),
        _role("all values, which may be none", {"ForAllValues:StringEquals": {_SUB: _ONE}}),
        _role("all but one", {"StringNotEquals": {_SUB: "repo:guild/x:pull_request"}}),
        _role("one character more", {"StringLike": {_SUB: f"{_ONE[:-1]}?"}}),
        _role("a variable", {"StringEquals": {_SUB: "${aws:PrincipalTag/sub}"}}),
        _role("`Null`, which asks for a subject of any kind", {"Null": {_SUB: "false"}}),
        _roles("a second statement", _statement(_equals(sub=_ONE)), _statement({})),
        _roles(
            "actions and principals by wildcard",
            _statement(_equals(sub=_ONE), Action="sts:*", Principal={"AWS": "*"}),
        ),
        _roles(
            "actions in another case, and everybody",
            _statement({}, Action="STS:assumerole*", Principal="*"),
        ),
        _roles(
            "all principals but one",
            _statement(_equals(sub=_ONE), Principal=None, NotPrincipal={"AWS": "123456789012"}),
        ),
        _roles(
            "all actions but one",
            _statement({}, Action=None, NotAction="sts:TagSession"),
        ),
        _roles(
            "everybody of another account",
            _statement(_equals(sub=_ONE, aud=_AUDIENCE)),
            _statement(None, Action="sts:AssumeRole", Principal={"AWS": ["210987654321"]}),
        ),
        _roles(
            "every user of another identity provider",
            _statement(None, Principal={"Federated": "accounts.google.com"}),
        ),
        example("an element twice", ROLE, {"assumeRolePolicy": _TWICE}),
        example("not JSON", ROLE, {"assumeRolePolicy": "{"}),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        found = doors(resource.facts)
        if found is UNKNOWN:
            seen = resource.facts.at("assumeRolePolicy")
            yield finding("`assumeRolePolicy` cannot be read", value=seen)
            return
        for door in found:
            detail = _too_wide(door)
            if detail:
                yield finding(detail)
        yield from map(finding, strangers(resource.facts))


def _too_wide(door: Door) -> str:
    """Say whom a statement lets in beside jobs of named environments; nothing if nobody."""
    if door.is_open:
        return "a statement lets in everybody, by a wildcard or all but some"
    subject = door.subject
    if not subject.compared:
        return "a statement has no condition on `sub`"
    try:
        other = subject.other(each for each in subject.literals if SUBJECT_OF_ONE.fullmatch(each))
    except TooComplexError:
        return "a condition on `sub` is too complex to compare"
    if other is None:
        return ""
    what = shown(other, subject.literals)
    return f"`sub` admits {what}, which is not one repository and one environment"


class NoPolicyForEverything(ResourceRule):
    """No role, user or group of a pipeline may do everything in AWS.

    A release needs a few actions on a few resources. `*` on `*` is the whole account, and so is
    `iam:*`, which can grant itself the rest. Every action of a service on all of its resources, or
    one that takes over the rights and secrets of others there, is refused too, and so is a role
    that may change its own rights.
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
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": "arn:aws:s3:::a/*"}
        ]
    }
    _SECRETS: Mapping[str, object] = {**_EVERYTHING, "Action": "secretsmanager:Get*"}
    _DEPLOY = "arn:aws:iam::123456789012:role/deploy"
    _OWN_RIGHTS: Mapping[str, object] = {**_EVERYTHING, "Action": "iam:PutRolePolicy"}
    good = (
        example(
            "one action on one resource", ROLE_POLICY, {"role": "r", "policy": json.dumps(_SOME)}
        ),
        example(
            "a whole service, on one resource",
            POLICY,
            {
                "policy": {
                    "Statement": {**_EVERYTHING, "Action": "s3:*", "Resource": "arn:aws:s3:::a/*"}
                }
            },
        ),
        example(
            "one role is assumed",
            POLICY,
            {
                "policy": {
                    "Statement": {
                        **_EVERYTHING,
                        "Action": "sts:AssumeRole",
                        "Resource": "arn:aws:iam::123456789012:role/deploy",
                    }
                }
            },
        ),
        example("everything is denied", POLICY, {"policy": json.dumps(_NONE)}),
        example(
            "the rights of another role",
            ROLE_POLICY,
            {"role": "release", "policy": {"Statement": {**_OWN_RIGHTS, "Resource": _DEPLOY}}},
        ),
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
            "whole services by name",
            POLICY,
            {"policy": {"Statement": {**_EVERYTHING, "Action": ["s3:*", "kms:**"]}}},
        ),
        example("all secrets", POLICY, {"policy": {"Statement": _SECRETS}}),
        example(
            "every bucket may be written",
            POLICY,
            {"policy": {"Statement": {**_EVERYTHING, "Action": "s3:Put*"}}},
        ),
        example(
            "roles by the end of their names",
            POLICY,
            {
                "policy": {
                    "Statement": {
                        **_EVERYTHING,
                        "Action": "sts:AssumeRole",
                        "Resource": "arn:aws:iam::123456789012:role/*admin*",
                    }
                }
            },
        ),
        example(
            "its own rights",
            ROLE_POLICY,
            {"role": "deploy", "policy": {"Statement": {**_OWN_RIGHTS, "Resource": _DEPLOY}}},
        ),
        example(
            "all roles of an account",
            POLICY,
            {
                "policy": {
                    "Statement": {
                        **_EVERYTHING,
                        "Action": "iam:Put*",
                        "Resource": "arn:aws:iam::123456789012:role/*",
                    }
                }
            },
        ),
        example(
            "all actions but some",
            POLICY,
            {
                "policy": {
                    "Statement": {"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"}
                }
            },
        ),
        example(
            "an element that AWS does not know", POLICY, {"policy": {"statement": _EVERYTHING}}
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
                {
                    "policyArns" if "Exclusive" in kind else "policyArn": (
                        ["arn:aws:iam::aws:policy/IAMFullAccess"]
                        if "Exclusive" in kind
                        else "arn:aws:iam::aws:policy/IAMFullAccess"
                    )
                },
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
            elif any(map(_allows_too_much, found)):
                yield finding("a statement allows too much on every resource")
            elif any(_changes_itself(each, _role_name(facts)) for each in found):
                yield finding("a statement allows the role to change its own rights")
        fields = ("managedPolicyArns", "policyArn", "policyArns")
        managed = [arn for name in fields for arn in texts(facts.at(name))]
        if any(_ADMINISTRATOR.fullmatch(arn) for arn in managed):
            yield finding("a managed policy for administrators is attached")


def _allows_too_much(statement: Statement) -> bool:
    """Say whether a statement allows a whole service, or what takes over others, on everything."""
    takes_over = is_for_action(statement, *_ESCALATING)
    return allows(statement) and (
        (is_for_all_resources(statement) and (whole_service(statement) or takes_over))
        or (takes_over and is_for_names_by_end(statement))
    )


def _role_name(facts: Facts) -> str:
    """Return the name of the role that a policy is for; nothing where none is known yet."""
    named = (facts.text(field) for field in ("role", "name"))
    name = next((each for each in named if each is UNKNOWN or each), "")
    return "" if name is UNKNOWN else name


def _changes_itself(statement: Statement, role: str) -> bool:
    """Say whether a statement allows a role to change its own rights or trust."""
    if not role or not allows(statement) or not is_for_action(statement, *_ON_ROLES):
        return False
    named = [each for each in texts(statement.get("Resource")) if ":role/" in each]
    return any(matches(each.rpartition("/")[2], role) for each in named)


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
        "url": f"https://{ISSUER}",
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
        if isinstance(url, str) and not is_issuer(url):
            return
        if (
            clients is UNKNOWN
            or [client for client in clients if client != _AUDIENCE]
            or not clients
        ):
            detail = f"`clientIdLists` is not `{_AUDIENCE}` alone"
            yield finding(detail, value=UNKNOWN if clients is UNKNOWN else None)


class NoStaticKey(ResourceRule):
    """Pipelines log in to AWS by identity tokens, not by stored keys.

    An access key is valid until somebody deletes it, from everywhere. An identity token is valid
    for minutes and for one environment.
    """

    id = "TR012"
    title = "a static AWS key is created"
    severity = Severity.HIGH
    maps = (*cis("2.1.7"), *ssdf("PO.5.1"))
    resource_types = STATIC_KEYS
    remediation = "Let the job assume a role by its identity token."
    good = (
        example("a key that is switched off", STATIC_KEYS[0], {"user": "a", "status": "Inactive"}),
    )
    bad = (
        example("an access key", STATIC_KEYS[0], {"user": "ci"}),
        example("a password for one service", STATIC_KEYS[1], {"userName": "ci"}),
        example("unknown at preview", STATIC_KEYS[0], {"user": "ci", "status": UNKNOWN}),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.facts.text("status") != "Inactive":
            yield finding("the key does not expire")


RULES = (
    AudienceChecked,
    SubjectOfOneEnvironment,
    NoPolicyForEverything,
    ProviderForAws,
    NoStaticKey,
)
