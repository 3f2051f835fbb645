"""Whom a trust policy lets in is worked out from all its statements, however it is spelled."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.rule import Resource
from portcullis_policy.rules.aws_and_vault.trust_aws import (
    AudienceChecked,
    NoPolicyForEverything,
    SubjectOfOneEnvironment,
)
from portcullis_policy.semantics.aws_and_vault import ROLE
from portcullis_policy.semantics.trust.aws_roles import doors
from portcullis_policy.semantics.trust.iam import is_for_all_resources, statements
from portcullis_policy.settings import Settings

from tests.policy.sound_organization.trust import CONDITION, ISSUER, SUB, trust

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = Settings({}, lambda: dt.date(2026, 1, 1), frozenset())
GOOD = trust(CONDITION)
BAD = {
    "no subject": trust({"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}),
    "every branch": trust({"StringLike": {f"{ISSUER}:sub": "repo:guild/escai:*"}}),
    "all but one": trust({"StringNotEquals": {f"{ISSUER}:sub": SUB}}),
    "one of two": {"Statement": [*GOOD["Statement"], *trust({})["Statement"]]},
    "everybody": {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}},
}
RESPELLINGS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "as text": json.dumps,
    "with escapes": lambda each: json.dumps(each).replace("sub", "\\u0073ub"),
    "with a name": lambda each: changed(each, Sid="Release"),
    "the operator in another case": lambda each: replaced(each, "String", "sTRING"),
    "the key in another case": lambda each: replaced(each, "token.actions", "Token.Actions"),
    "equal, in any case": lambda each: replaced(each, "StringEquals", "StringEqualsIgnoreCase"),
    "like, without wildcards": lambda each: replaced(each, "StringEquals", "StringLike"),
    "for any value": lambda each: replaced(each, '"String', '"ForAnyValue:String'),
    "the action in another case": lambda each: replaced(each, "AssumeRole", "aSSUMErOLE"),
    "actions by wildcard": lambda each: changed(each, Action=["sts:Tag*", "sts:Assume*"]),
    "a denial beside": lambda each: added(each, {"Effect": "Deny", "Principal": {"AWS": "1"}}),
    "a service beside": lambda each: added(
        each,
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    ),
}


def listed(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of a policy."""
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]


def changed(policy: dict[str, Any], **elements: object) -> dict[str, Any]:
    """Return a policy with elements set in each statement."""
    return {**policy, "Statement": [{**each, **elements} for each in listed(policy)]}


def added(policy: dict[str, Any], statement: dict[str, Any]) -> dict[str, Any]:
    """Return a policy with one statement more, at its beginning."""
    return {**policy, "Statement": [statement, *listed(policy)]}


def replaced(policy: dict[str, Any], old: str, new: str) -> Any:  # noqa: ANN401 - JSON
    """Return a policy with a text replaced."""
    return json.loads(json.dumps(policy).replace(old, new))


def spoke(policy: object) -> set[str]:
    """Return the rules on trust policies that find something."""
    resource = Resource(ROLE, "role", "urn", None, Facts({"assumeRolePolicy": policy}))
    rules = (AudienceChecked(), SubjectOfOneEnvironment())
    return {rule.id for rule in rules if list(rule.findings(resource, SETTINGS))}


@pytest.mark.parametrize("respell", RESPELLINGS.values(), ids=RESPELLINGS)
def test_a_sound_trust_stays_sound(respell: Callable[[dict[str, Any]], Any]) -> None:
    """C3: another spelling of a sound trust policy is no finding."""
    assert spoke(respell(GOOD)) == set()


@pytest.mark.parametrize("respell", RESPELLINGS.values(), ids=RESPELLINGS)
@pytest.mark.parametrize("policy", BAD.values(), ids=BAD)
def test_an_open_trust_stays_a_finding(
    policy: dict[str, Any], respell: Callable[[dict[str, Any]], Any]
) -> None:
    """C3: another spelling of an open trust policy hides nothing."""
    assert "TR002" in spoke(respell(policy))


@pytest.mark.parametrize(
    ("condition", "other"),
    [
        ({"StringLike": {"sub": "repo:guild/*:environment:pypi-release"}}, "repo:guild/0:"),
        ({"StringLike": {"sub": f"{SUB}?"}}, f"{SUB}0"),
        ({"StringLike": {"sub": [SUB, "repo:guild/x:*"]}}, "repo:guild/x:0"),
        ({"StringLike": {"sub": "repo:guild/*"}, "StringNotLike": {"sub": "repo:guild/0*"}}, "/a"),
        ({"StringLike": {"sub": "*:environment:pypi-release"}}, "0:environment:pypi-release"),
    ],
)
def test_the_shortest_other_subject_is_named(condition: dict[str, Any], other: str) -> None:
    """C3: the finding names a subject that is let in and should not be."""
    keys = {op: {f"{ISSUER}:sub": v["sub"]} for op, v in condition.items()}
    found = doors(Facts({"assumeRolePolicy": trust(keys)}))
    assert found is not UNKNOWN
    subject = found[0].subject.other([SUB])
    assert subject is not None
    assert other in subject
    assert found[0].subject.lets_in(subject)


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "{",
        "[]",
        '{"Statement": 1}',
        '{"statement": []}',
        '{"Statement": [{"effect": "Allow"}]}',
        '{"Statement": [], "Statement": []}',
        '{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}',
        "[" * 100_000,
        " " * 100_000 + "{}",
        "\x00",
    ],
)
def test_what_cannot_be_read_is_refused(policy: str) -> None:
    """C3: a policy that is cut off, too long, or has an element twice or unknown is no silence."""
    assert statements(Facts({"policy": policy}), "policy") is UNKNOWN
    assert spoke(policy) == {"TR001", "TR002"}


@pytest.mark.parametrize(
    "value",
    ["*a" * 400, "?" * 3000, "*" + "?" * 200 + "x", "${" * 900, [f"{n}*" for n in range(999)]],
)
def test_hostile_conditions_take_no_time(value: object) -> None:
    """C3: a pattern that takes too long is refused within a bounded time."""
    begin = time.process_time()
    condition = {"StringLike": {f"{ISSUER}:sub": value, f"{ISSUER}:aud": value}}
    assert "TR002" in spoke(trust(condition))
    assert time.process_time() - begin < 3


@pytest.mark.parametrize(
    ("resource", "everything"),
    [
        ("*", True),
        ("arn:aws:*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::*/*", True),
        ("arn:aws:iam::123456789012:role/*", True),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:*", True),
        ("arn:aws:s3:::a/*", False),
        ("arn:aws:s3:::release*", False),
        ("arn:aws:iam::123456789012:role/ci-*", False),
        ("arn:aws:kms:eu-central-1:123456789012:key/a1", False),
    ],
)
def test_what_is_every_resource(resource: str, *, everything: bool) -> None:
    """C3: all resources of an account, a service or a kind are everything; one bucket is not."""
    assert is_for_all_resources({"Resource": [resource]}) is everything


@pytest.mark.parametrize(
    ("actions", "refused"),
    [
        (["s3:PutObject"], True),
        (["s3:Get*", "s3:List*"], False),
        (["logs:CreateLogGroup", "logs:PutLogEvents"], False),
        (["S3:*"], True),
        (["s3:**"], True),
        (["iam:*Role*"], True),
        (["IAM:passrole"], True),
        (["secretsmanager:get*"], True),
        (["?am:Put*"], True),
        (["*:*"], True),
        (["*"], True),
    ],
)
def test_what_is_too_much_on_everything(actions: list[str], *, refused: bool) -> None:
    """C3: a whole service, or an action that takes over others, by any pattern."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    declared = Declared("aws:iam/policy:Policy", {"policy": {"Statement": statement}})
    resource = Resource(declared.type, "x", "urn", None, Facts(declared.props))
    assert bool(list(NoPolicyForEverything().findings(resource, SETTINGS))) is refused
