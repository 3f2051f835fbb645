"""AWS trusts the sandbox's issuer: who may assume a role, and who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.runs.jobs import held, issuer, token
from tests.sandbox.trust.strangers import STRANGERS

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path
    from tests.support.aws import Aws

AUDIENCE = "sts.amazonaws.com"
SUBJECT = "repo:guild/sophia:environment:pypi-release"
RIGHT = {"StringEquals": {"sub": SUBJECT, "aud": AUDIENCE}}
READ = "secretsmanager:GetSecretValue"

CODES = {
    "other_audience": "InvalidIdentityToken",
    "expired": "ExpiredTokenException",
    "forged": "InvalidIdentityToken",
    "unsigned": "InvalidIdentityToken",
}
"""What AWS answers; `AccessDenied` to a sound token of the wrong subject."""


@pytest.fixture
def provider(aws: Aws, path: Path) -> str:
    """The issuer, as AWS knows it."""
    return aws.trust(issuer(path), AUDIENCE)


def role(aws: Aws, path: Path, provider: str, conditions: dict[str, Any]) -> str:
    """A role of this test's own that may read secrets."""
    return aws.role(f"release-{path.world.name}", provider, conditions, READ)


def refusal(aws: Aws, arn: str, given: str) -> str:
    """The code with which a token is refused."""
    with pytest.raises(ClientError) as error:
        aws.assume(arn, given)
    assert given not in str(error.value)
    return error.value.response["Error"]["Code"]


def test_the_right_job_reads_a_secret(aws: Aws, path: Path, provider: str) -> None:
    """With the keys of the role a job reads the secret, and may nothing else (A5, S11)."""
    name = f"pypi-{path.world.name}"
    aws.write(name, "value")
    arn = role(aws, path, provider, RIGHT)
    keys = aws.assume(arn, token(path, held(path), AUDIENCE))
    assert aws.sts(keys).get_caller_identity()["Arn"].endswith(f"{arn.split('/')[-1]}/job")
    assert aws.secrets(keys).get_secret_value(SecretId=name)["SecretString"] == "value"
    with pytest.raises(ClientError) as error:
        aws.secrets(keys).put_secret_value(SecretId=name, SecretString="x")
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers(aws: Aws, path: Path, provider: str, name: str) -> None:
    """Who differs in one thing from the right job is refused (A5)."""
    arn = role(aws, path, provider, RIGHT)
    assert refusal(aws, arn, STRANGERS[name](path, AUDIENCE)) == CODES.get(name, "AccessDenied")


@pytest.mark.parametrize("name", ["other_environment", "no_environment", "other_repository"])
def test_strangers_are_sound(aws: Aws, path: Path, provider: str, name: str) -> None:
    """A role that trusts the stranger's subject lets it in: only that had kept it out."""
    stranger = STRANGERS[name](path, AUDIENCE)
    subject = jwt.decode(stranger, options={"verify_signature": False})["sub"]
    arn = role(aws, path, provider, {"StringEquals": {"sub": subject, "aud": AUDIENCE}})
    assert aws.assume(arn, stranger).session


@pytest.mark.parametrize(
    "conditions",
    [
        {"StringLike": {"sub": "repo:guild/sophia:*"}},
        {"StringLike": {"sub": "repo:guild/so?hia:*", "aud": AUDIENCE}},
        {"StringEquals": {"sub": [SUBJECT, "repo:guild/docs:*"]}},
    ],
)
def test_conditions(aws: Aws, path: Path, provider: str, conditions: dict[str, Any]) -> None:
    """`StringLike` knows `*` and `?`; one of several values is enough (A5)."""
    arn = role(aws, path, provider, conditions)
    assert aws.assume(arn, token(path, held(path), AUDIENCE)).session


@pytest.mark.parametrize(
    "conditions",
    [
        {"StringEquals": {"sub": "repo:guild/sophia:*"}},
        {"StringLike": {"sub": "repo:guild/sophia:environment:pypi-?"}},
        {"StringLike": {"sub": "repo:guild/sophia:[e]nvironment:*"}},
        {"StringEquals": {"aud": AUDIENCE}, "StringLike": {"sub": "repo:other/*"}},
        {"StringMatches": {"sub": SUBJECT}},
    ],
)
def test_other_conditions(aws: Aws, path: Path, provider: str, conditions: dict[str, Any]) -> None:
    """`StringEquals` knows no `*`, brackets mean nothing, and all have to hold (A5)."""
    arn = role(aws, path, provider, conditions)
    assert refusal(aws, arn, token(path, held(path), AUDIENCE)) == "AccessDenied"


def test_subject_by_template(aws: Aws, path: Path, provider: str) -> None:
    """Where the organization shapes the subject, AWS sees the new one and no more the old (A1)."""
    arn = role(aws, path, provider, RIGHT)
    body = {"include_claim_keys": ["repo", "context", "actor"]}
    path.put("/repos/guild/sophia/actions/oidc/customization/sub", {"use_default": False, **body})
    assert refusal(aws, arn, token(path, held(path), AUDIENCE)) == "AccessDenied"


def test_unknown_role(aws: Aws, path: Path, provider: str) -> None:
    """A role that is not there is refused like one that does not trust the job."""
    arn = f"arn:aws:iam::{provider.split(':')[4]}:role/nobody"
    assert refusal(aws, arn, token(path, held(path), AUDIENCE)) == "AccessDenied"


def test_unknown_issuer(aws: Aws, path: Path, other: Path, provider: str) -> None:
    """The same names on another GitHub are somebody else (A5)."""
    arn = role(aws, path, provider, RIGHT)
    assert refusal(aws, arn, token(other, held(other), AUDIENCE)) == "InvalidIdentityToken"
    # nor is another issuer's token good for this one's role, once AWS knows that issuer
    aws.trust(issuer(other), AUDIENCE)
    assert refusal(aws, arn, token(other, held(other), AUDIENCE)) == "AccessDenied"


@pytest.mark.parametrize("given", ["nonsense", "a.b.c"])
def test_no_token(aws: Aws, path: Path, provider: str, given: str) -> None:
    """What is no token is refused."""
    arn = role(aws, path, provider, RIGHT)
    with pytest.raises(ClientError, match="InvalidIdentityToken"):
        aws.assume(arn, given)
