"""AWS: one OIDC provider for GitHub's issuer, and one role for each trusting environment.

A role can be assumed by the jobs of one environment of one repository, written in one workflow
file, and by nobody else.

Sources: https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import pulumi
from pydantic import Field, model_validator

from components.base import Config, matching
from components.secrets.aws import Region
from components.secrets.plugin import reason
from components.trust.job import joined, with_question_marks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi_aws

    from components.trust.job import TrustedJob

AUDIENCE = "sts.amazonaws.com"
"""The audience that aws-actions/configure-aws-credentials asks for."""

LEAST_SESSION_SECONDS = 3600
"""The shortest `max_session_duration` that AWS takes for a role."""

MOST_TRUST_CHARACTERS = 2048
"""AWS' usual quota for the length of a role's trust policy, without blanks."""

MOST_INLINE_CHARACTERS = 10_240
"""How long a role's inline policies may be together, without blanks."""

STATIC_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""The names under which stored AWS keys are found by AWS' own tools."""

PolicyArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]{1,512}",
        "allowed: a policy's ARN, such as arn:aws:iam::123456789012:policy/ci-boundary",
    ),
]
Action = Annotated[
    str,
    matching(
        r"[a-z0-9-]+:[A-Za-z][A-Za-z0-9]*\*?",
        "allowed: one action of a service, such as s3:PutObject or s3:Get*",
    ),
]
ResourceArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12})?:[^\s\"]+",
        "allowed: a resource's ARN, such as arn:aws:s3:::guild-artifacts/*",
    ),
]


class AwsTrustConfig(Config):
    """The AWS account that trusts workflow jobs. Portcullis creates its OIDC provider and roles."""

    account: Annotated[str, matching(r"\d{12}", "allowed: an account's 12 digits, in quotes")]
    """The account's number. A run with another account's credentials is refused."""
    region: Region
    """The region for the jobs: their variable AWS_REGION."""
    permissions_boundary: PolicyArn
    """A managed policy that limits what any of the roles may do. It has to exist."""
    trust_policy_characters: Annotated[int, Field(ge=MOST_TRUST_CHARACTERS, le=8192)] = (
        MOST_TRUST_CHARACTERS
    )
    """The account's quota for the length of trust policies, if AWS has raised it."""

    @model_validator(mode="after")
    def _own_boundary(self) -> AwsTrustConfig:
        owner = self.permissions_boundary.split(":")[4]
        if owner not in (self.account, "aws"):
            raise ValueError(
                "permissions_boundary is of another account; allowed: a policy of `account`"
            )
        return self

    @property
    def partition(self) -> str:
        """Return AWS' partition, such as `aws` or `aws-us-gov`."""
        return self.permissions_boundary.split(":")[1]


class AllowConfig(Config):
    """Actions that a job may do on resources."""

    actions: list[Action] = Field(min_length=1)
    """Actions of services, such as `s3:PutObject`."""
    resources: list[ResourceArn] = Field(min_length=1)
    """The ARNs on which the actions are allowed."""


class AwsRoleConfig(Config):
    """What the environment's jobs may do in AWS."""

    policies: list[PolicyArn] = Field(default=[], max_length=10)
    """Managed policies, by ARN."""
    allow: list[AllowConfig] = []
    """Other actions, each on the listed resources."""
    session_minutes: Annotated[int, Field(ge=15, le=720)] = 60
    """How long a job's credentials are valid."""

    @model_validator(mode="after")
    def _something(self) -> AwsRoleConfig:
        if not (self.policies or self.allow):
            raise ValueError("a role without permissions is useless; allowed: policies, allow")
        return self


def role_name(job: TrustedJob) -> str:
    """Return the role's name, such as `guild+escai+production`."""
    parts = [job.organization, job.repository, job.environment]
    return joined(parts, "+", allowed=r"\w.@-", most=64)


def role_arn(config: AwsTrustConfig, job: TrustedJob) -> str:
    """Return the role's ARN, which is known before the role exists."""
    return f"arn:{config.partition}:iam::{config.account}:role/{role_name(job)}"


def variables(config: AwsTrustConfig, job: TrustedJob) -> dict[str, str]:
    """Return the environment's variables that tell a job which role to assume."""
    return {"AWS_ROLE_ARN": role_arn(config, job), "AWS_REGION": config.region}


def trust_policy(
    config: AwsTrustConfig,
    job: TrustedJob,
    *,
    issuer: str,
    subjects: Sequence[str],
    repository_id: int,
) -> str:
    """Return the policy that says whose tokens may assume the role, as JSON.

    Audience, subject and repository are compared exactly. The workflow file is too, unless the
    environment admits refs by pattern: then only the ref in it is a pattern.
    """
    name = issuer.partition("://")[2]
    exact: dict[str, Any] = {
        f"{name}:aud": AUDIENCE,
        f"{name}:sub": list(subjects) if len(subjects) > 1 else subjects[0],
        f"{name}:repository_id": str(repository_id),
    }
    condition: dict[str, dict[str, Any]] = {"StringEquals": exact}
    refs = [with_question_marks(ref) for ref in job.workflow_refs]
    if refs == job.workflow_refs and job.is_exact:
        exact[f"{name}:job_workflow_ref"] = refs
    else:
        condition["StringLike"] = {f"{name}:job_workflow_ref": refs}
    statement = {
        "Effect": "Allow",
        "Principal": {
            "Federated": f"arn:{config.partition}:iam::{config.account}:oidc-provider/{name}"
        },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return _policy([statement])


def provider(config: AwsTrustConfig) -> pulumi_aws.Provider:
    """Return the provider that manages the account; other accounts are refused."""
    import pulumi_aws as aws  # noqa: PLC0415 - 0.6 s, and most organizations need none

    return aws.Provider("aws-trust", region=config.region, allowed_account_ids=[config.account])


class AwsLookupError(Exception):
    """AWS could not be asked; the text says what to do, and quotes no answer."""


@dataclass(frozen=True)
class ExistingProvider:
    """An OIDC provider that the account has already."""

    arn: str
    audiences: tuple[str, ...]


def existing_provider(connection: pulumi_aws.Provider, issuer: str) -> ExistingProvider | None:
    """Return the account's OIDC provider for ``issuer``; None where there is none.

    Raises:
        AwsLookupError: AWS does not answer, or refuses.
    """
    import pulumi_aws as aws  # noqa: PLC0415 - as above

    options = pulumi.InvokeOptions(provider=connection)
    try:
        found = aws.iam.get_open_id_connect_provider(url=issuer, opts=options)
    except Exception as error:  # noqa: BLE001 - the SDK raises plain exceptions for a failed invoke
        words = str(error)
        if "finding IAM OIDC Provider" in words and "not found" in words:
            return None
        if "account ID not allowed" in words:
            raise AwsLookupError(
                "AWS: this run's credentials are for another account than trust.aws.account; "
                "use credentials of that account, or correct it"
            ) from None
        raise AwsLookupError(f"AWS' OIDC providers: {reason(words)}") from None
    return ExistingProvider(found.arn, tuple(found.client_id_lists))


def oidc_provider(
    name: str, *, issuer: str, existing: ExistingProvider | None, opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    """Declare the account's OIDC provider for GitHub; one that exists is taken over.

    It stays when the stack is destroyed: an account has one for each issuer, which others may use.
    For the same reason it keeps its audiences; the policy pack names those of others (TR004).
    """
    import pulumi_aws as aws  # noqa: PLC0415 - as above

    kept = pulumi.ResourceOptions(
        retain_on_delete=True,
        import_=existing.arn if existing else None,
        # AWS has not used them since 2023, and others' tags stay
        ignore_changes=["thumbprintLists", "tags"],
    )
    audiences = dict.fromkeys([*(existing.audiences if existing else ()), AUDIENCE])
    return aws.iam.OpenIdConnectProvider(
        name,
        url=issuer,
        client_id_lists=list(audiences),
        opts=pulumi.ResourceOptions.merge(opts, kept),
    )


def role(
    name: str,
    config: AwsTrustConfig,
    access: AwsRoleConfig,
    job: TrustedJob,
    *,
    trust: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the role of an environment, and what it may do."""
    import pulumi_aws as aws  # noqa: PLC0415 - as above

    made = aws.iam.Role(
        name,
        name=role_name(job),
        description=f"Jobs of {job.workflow} in {job.full_name}, environment {job.environment}",
        assume_role_policy=trust,
        permissions_boundary=config.permissions_boundary,
        max_session_duration=max(LEAST_SESSION_SECONDS, access.session_minutes * 60),
        opts=opts,
    )
    for arn in access.policies:
        aws.iam.RolePolicyAttachment(f"{name}/{arn}", role=made.name, policy_arn=arn, opts=opts)
    if access.allow:
        policy = inline_policy(access)
        aws.iam.RolePolicy(name, name="portcullis", role=made.name, policy=policy, opts=opts)


def inline_policy(access: AwsRoleConfig) -> str:
    """Return the policy with what `allow` lists, as JSON."""
    return _policy(
        [
            {"Effect": "Allow", "Action": each.actions, "Resource": each.resources}
            for each in access.allow
        ]
    )


def characters(policy: str) -> int:
    """Return how long AWS takes a policy for: blanks between its parts do not count."""
    return len(re.sub(r"\s", "", policy))


def _policy(statements: Sequence[object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
