"""The subject of a job's OIDC token: in which form GitHub writes it, and its template.

By default it is `repo:OWNER/REPO:environment:NAME`, or with the ids that never change:
`repo:OWNER@ID/REPO@ID:environment:NAME`. Repositories that were created or renamed since
2026-07-15 have the second form; others can opt in.

Sources: https://docs.github.com/actions/reference/security/oidc,
https://docs.github.com/rest/actions/oidc
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from pulumi_github import (
    ActionsOrganizationOidcSubjectClaimCustomizationTemplate,
    ActionsRepositoryOidcSubjectClaimCustomizationTemplate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi
    import pulumi_github as github

    from components.trust.job import TrustedJob

SubjectForm = Literal["names", "ids", "both"]
"""The form of `repo` in a subject: by names, by names and ids, or both during a migration."""

SubjectClaim = Literal[
    "repo",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "context",
    "environment",
    "job_workflow_ref",
]
"""Claims whose value follows from a declaration, so that the trust can name the whole subject."""

SUBJECT_CLAIMS: tuple[SubjectClaim, ...] = get_args(SubjectClaim)
NAMES_REPOSITORY = frozenset({"repo", "repository", "repository_id"})
NAMES_ENVIRONMENT = frozenset({"context", "environment"})
DEFAULT: tuple[SubjectClaim, ...] = ("repo", "context")
"""GitHub's own template."""


def subjects(
    job: TrustedJob,
    template: Sequence[SubjectClaim],
    form: SubjectForm,
    *,
    owner_id: int,
    repository_id: int,
) -> list[str]:
    """Return the subjects that the job's tokens may have; none has a wildcard.

    Args:
        job: The job.
        template: The claims of the subject, in order; none for GitHub's own template.
        form: The form of `repo`.
        owner_id: The organization's numeric id.
        repository_id: The repository's numeric id.
    """
    by_names = f"repo:{job.full_name}"
    by_ids = f"repo:{job.organization}@{owner_id}/{job.repository}@{repository_id}"
    repos = {"names": [by_names], "ids": [by_ids], "both": [by_names, by_ids]}[form]
    environment = f"environment:{job.environment}"
    written = {
        "repository": f"repository:{job.full_name}",
        "repository_id": f"repository_id:{repository_id}",
        "repository_owner": f"repository_owner:{job.organization}",
        "repository_owner_id": f"repository_owner_id:{owner_id}",
        "context": environment,
        "environment": environment,
    }
    found = [""]
    for claim in template or DEFAULT:
        if claim == "repo":
            values = repos
        elif claim == "job_workflow_ref":
            values = [f"job_workflow_ref:{ref}" for ref in job.workflow_refs]
        else:
            values = [written[claim]]
        found = [f"{start}:{value}" if start else value for start in found for value in values]
    return list(dict.fromkeys(found))


def organization_template(
    name: str, template: Sequence[SubjectClaim], *, opts: pulumi.ResourceOptions
) -> None:
    """Declare the organization's template, for repositories that have none of their own."""
    ActionsOrganizationOidcSubjectClaimCustomizationTemplate(
        name, include_claim_keys=list(template), opts=opts
    )


def repository_template(
    name: str,
    template: Sequence[SubjectClaim],
    *,
    repository: github.Repository,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the template of a repository, if it has one of its own.

    An organization's template holds only where a repository opts in. It is declared below the
    repository, which keeps it under a new name: deleting the old one would follow the redirect.
    """
    if not template:
        return
    ActionsRepositoryOidcSubjectClaimCustomizationTemplate(
        name,
        repository=repository.name,
        use_default=False,
        include_claim_keys=list(template),
        opts=opts,
    )
