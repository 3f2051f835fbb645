"""Whom the trust policy of an AWS role lets in: GitHub's identity tokens, or everybody.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portcullis_policy.facts import UNKNOWN, Facts, UnknownType
from portcullis_policy.semantics.trust import iam
from portcullis_policy.semantics.trust.github_tokens import Claim, claim, is_issuer

_BY_TOKEN = "sts:AssumeRoleWithWebIdentity"  # noqa: S105 - an action of AWS
_WAYS_IN = (_BY_TOKEN, "sts:AssumeRole", "sts:AssumeRoleWithSAML")
_WHOSE = ("aws:principalorgid", "aws:principalaccount", "aws:principalarn")
_EXACTLY = ("stringequals", "arnequals", "stringlike", "arnlike")
_COMPARED = ("stringequals", "stringequalsignorecase", "stringlike", "foranyvalue:stringlike")
_ACCOUNT = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):")
_WHOLE_ACCOUNT = re.compile(r"(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?")


@dataclass(frozen=True, slots=True)
class Door:
    """A statement by which a workflow job or anybody may assume a role.

    Attributes:
        subject: what it demands of the claim `sub`.
        audience: what it demands of the claim `aud`.
        is_open: it is for principals by wildcard, or for all but some.
    """

    subject: Claim
    audience: Claim
    is_open: bool


def doors(facts: Facts) -> list[Door] | UnknownType:
    """Return the statements of a role's trust that let in GitHub's tokens or everybody."""
    found = iam.statements(facts, "assumeRolePolicy")
    if found is UNKNOWN:
        return UNKNOWN
    denials = [each for each in found if _denies_tokens(each)]
    listed = []
    for statement in found:
        if not iam.allows(statement) or not iam.is_for_action(statement, *_WAYS_IN):
            continue
        is_open = _is_open(statement)
        if is_open or _is_for_github(statement):
            subject, audience = (claim(statement, name, denials) for name in ("sub", "aud"))
            if not (subject.nobody or audience.nobody):
                listed.append(Door(subject, audience, is_open))
    return listed


def strangers(facts: Facts) -> Iterator[str]:
    """Yield in words whom a role's trust lets in beside GitHub's tokens, without naming them."""
    found = iam.statements(facts, "assumeRolePolicy")
    allowed = [] if found is UNKNOWN else [each for each in found if iam.allows(each)]
    own = {
        account[1]
        for statement in allowed
        for name in iam.principals(statement)
        if is_issuer(name) and (account := _ACCOUNT.match(name))
    }
    for statement in allowed:
        kinds = list(iam.kinds_of_principals(statement))
        others = any(kind == "Federated" and not is_issuer(name) for kind, name in kinds)
        if others and iam.is_for_action(statement, _BY_TOKEN) and not _compares_claim(statement):
            yield "a statement lets in every user of another identity provider"
        accounts = {
            whole[1] for kind, name in kinds if kind == "AWS" if (whole := _whole_account(name))
        }
        if own and accounts - own and iam.is_for_action(statement, *_WAYS_IN):
            yield "a statement lets in everybody of another AWS account"


def _whole_account(name: str) -> re.Match[str] | None:
    return _WHOLE_ACCOUNT.fullmatch(name)


def _compares_claim(statement: iam.Statement) -> bool:
    """Say whether a statement compares a claim of its identity provider with something."""
    return any(
        operator in _COMPARED
        and ":" in key
        and not key.startswith(("aws:", "sts:"))
        and values is not None
        and not any(set(value) <= {"*"} for value in values)
        for operator, key, values in iam.conditions(statement)
    )


def _is_for_github(statement: iam.Statement) -> bool:
    """Say whether GitHub's tokens fulfil a statement, by its principal or by what it compares."""
    return any(is_issuer(name) for name in iam.principals(statement)) or any(
        is_issuer(key) for _, key, _ in iam.conditions(statement)
    )


def _is_open(statement: iam.Statement) -> bool:
    """Say whether a statement is for everybody, unless it names their account or organization."""
    return is_for_everybody(statement, _WHOSE)


def is_for_everybody(statement: iam.Statement, whose: tuple[str, ...]) -> bool:
    """Say whether a statement is for principals by wildcard, or for all but some.

    Args:
        statement: of a policy.
        whose: keys of conditions, in lower case, that name the account or organization.
    """
    everybody = "NotPrincipal" in statement or any(
        "*" in name for name in iam.principals(statement)
    )
    return everybody and not any(
        operator in _EXACTLY and key in whose and values and all(map(iam.is_literal, values))
        for operator, key, values in iam.conditions(statement)
    )


def _denies_tokens(statement: iam.Statement) -> bool:
    """Say whether a statement surely denies all that its condition is for."""
    return (
        not iam.allows(statement)
        and "Action" in statement
        and iam.is_for_action(statement, _BY_TOKEN)
        and any(
            name == "*" or (kind == "Federated" and is_issuer(name))
            for kind, name in iam.kinds_of_principals(statement)
        )
    )
