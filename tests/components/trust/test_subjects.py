"""Whose subject an AWS role trusts, in the form that GitHub writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from components.trust import aws
from components.trust.aws import AwsTrustConfig
from components.trust.job import TrustedJob, with_question_marks, with_stars
from components.trust.subject import SUBJECT_CLAIMS, subjects
from tests.components.trust.issuer import Issuer
from tests.support.aws import Aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.trust.subject import SubjectClaim, SubjectForm

OWNER, REPOSITORY = 1182, 5521
ACCOUNT = AwsTrustConfig(
    account="123456789012",
    region="eu-central-1",
    permissions_boundary="arn:aws:iam::123456789012:policy/ci",
)
JOB = TrustedJob("acme", "tool", "cluster", "deploy.yml", branches=("main",))
NAMES = "repo:acme/tool:environment:cluster"
IDS = f"repo:acme@{OWNER}/tool@{REPOSITORY}:environment:cluster"


def made(form: SubjectForm, *template: SubjectClaim, job: TrustedJob = JOB) -> list[str]:
    """The subjects of a job."""
    return subjects(job, template, form, owner_id=OWNER, repository_id=REPOSITORY)


@pytest.mark.parametrize(
    ("form", "found"), [("names", [NAMES]), ("ids", [IDS]), ("both", [NAMES, IDS])]
)
def test_forms(form: SubjectForm, found: list[str]) -> None:
    """By names, by ids, or both during a migration."""
    assert made(form) == found


def test_a_declared_template_is_followed() -> None:
    """The claims stand in the order of the template, each with its value."""
    ref = "acme/tool/.github/workflows/deploy.yml@refs/heads/main"
    assert made("names", "repository_id", "environment", "job_workflow_ref") == [
        f"repository_id:{REPOSITORY}:environment:cluster:job_workflow_ref:{ref}"
    ]
    assert made("names", "repository_owner_id", "repo", "context") == [
        f"repository_owner_id:{OWNER}:{NAMES}"
    ]


@pytest.mark.parametrize("claim", SUBJECT_CLAIMS)
def test_no_subject_has_a_wildcard(claim: SubjectClaim) -> None:
    """Whatever the template is, the subject is one text, without a pattern."""
    for form in ("names", "ids", "both"):
        for subject in made(form, "repo", claim, "environment"):
            assert not set(subject) & set("*?[]")


@pytest.fixture(scope="module")
def account() -> Iterator[Aws]:
    """An AWS."""
    with Aws() as running:
        yield running


@pytest.fixture(scope="module")
def issuer(account: Aws) -> Iterator[Issuer]:
    """An issuer that the account knows."""
    with Issuer() as running:
        account.trust(running.url, aws.AUDIENCE)
        yield running


def claims(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any claims
    """What a token says of the job that is trusted, but for the changes."""
    return {
        "aud": aws.AUDIENCE,
        "sub": NAMES,
        "repository_id": str(REPOSITORY),
        "job_workflow_ref": JOB.workflow_refs[0],
        **changes,
    }


def assumes(account: Aws, issuer: Issuer, form: SubjectForm, token: dict[str, Any]) -> bool:
    """Say whether a role made for a form lets a token in."""
    name = aws.role_name(JOB)
    policy = aws.trust_policy(
        ACCOUNT, JOB, issuer=issuer.url, subjects=made(form), repository_id=REPOSITORY
    )
    if name in [each["RoleName"] for each in account.iam().list_roles()["Roles"]]:
        account.iam().update_assume_role_policy(RoleName=name, PolicyDocument=policy)
    else:
        account.iam().create_role(RoleName=name, AssumeRolePolicyDocument=policy)
    try:
        return bool(account.assume(aws.role_arn(ACCOUNT, JOB), issuer.token(**token)).session)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False


@pytest.mark.parametrize(
    ("form", "names", "ids"), [("names", True, False), ("ids", False, True), ("both", True, True)]
)
def test_who_gets_in_during_a_migration(
    account: Aws,
    issuer: Issuer,
    form: SubjectForm,
    names: bool,  # noqa: FBT001 - a test's parameter
    ids: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    """Only the form that the repository really uses gets in; both do during a migration (G2)."""
    assert assumes(account, issuer, form, claims(sub=NAMES)) is names
    assert assumes(account, issuer, form, claims(sub=IDS)) is ids


@pytest.mark.parametrize(
    "changes",
    [
        {"repository_id": "9999"},
        {"sub": NAMES, "repository_id": None},
        {"sub": f"repo:acme@{OWNER}/tool@9999:environment:cluster"},
        {"sub": f"repo:acme@9999/tool@{REPOSITORY}:environment:cluster"},
        {"sub": NAMES.replace("cluster", "staging")},
        {"job_workflow_ref": "acme/tool/.github/workflows/other.yml@refs/heads/main"},
        {"job_workflow_ref": "acme/tool/.github/workflows/deploy.yml@refs/heads/wip"},
        {"job_workflow_ref": "other/tool/.github/workflows/deploy.yml@refs/heads/main"},
    ],
    ids=str,
)
def test_a_recycled_name_does_not_get_in(
    account: Aws, issuer: Issuer, changes: dict[str, Any]
) -> None:
    """A new repository with the old name has another id, and is refused in either form (G2)."""
    assert assumes(account, issuer, "both", claims(**changes)) is False


def test_folders_of_a_pattern_may_be_none() -> None:
    """A branch that the environment admits by `**/` gets in, with folders and without (G2)."""
    job = TrustedJob("acme", "tool", "nightly", "own.yml", branches=("r/**/x*", "**/hot"))
    file = "acme/tool/.github/workflows/own.yml@refs/heads/"
    wanted = [f"{file}r/*x*", f"{file}*hot"]
    assert [with_question_marks(ref) for ref in job.workflow_refs] == wanted
    assert [with_stars(ref) for ref in job.workflow_refs] == wanted


def test_a_dollar_sign_is_no_variable_of_aws() -> None:
    """A branch's name with `${` is no policy variable, and still matches (G2)."""
    job = TrustedJob("acme", "tool", "nightly", "own.yml", branches=("a${b",))
    text = aws.trust_policy(
        ACCOUNT, job, issuer="https://i", subjects=made("ids", job=job), repository_id=REPOSITORY
    )
    (statement,) = json.loads(text)["Statement"]
    file = "acme/tool/.github/workflows/own.yml@refs/heads/"
    like = {"i:job_workflow_ref": [f"{file}a?{{b"]}
    assert statement["Condition"]["StringLike"] == like


def test_patterns_of_refs_stay_in_the_workflow_file() -> None:
    """Where refs are admitted by pattern, audience, subject and id are still exact (G2)."""
    job = TrustedJob("acme", "tool", "nightly", "own.yml", tags=("v[0-9]*.[0-9]*", "x$y?"))
    text = aws.trust_policy(
        ACCOUNT, job, issuer="https://i", subjects=made("ids", job=job), repository_id=REPOSITORY
    )
    (statement,) = json.loads(text)["Statement"]
    condition = statement["Condition"]
    assert set(condition["StringEquals"]) == {"i:aud", "i:sub", "i:repository_id"}
    file = "acme/tool/.github/workflows/own.yml@refs/tags/"
    assert condition["StringLike"] == {
        "i:job_workflow_ref": [f"{file}v?*.?*", f"{file}x?y?"],
    }
